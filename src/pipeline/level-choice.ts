/** Which level to read for a wanted downsample. */
export interface LevelChoice {
  readonly level: number;
  /** By which factor the level's pixels are still to be shrunk, or enlarged where the level is coarser than wanted. */
  readonly extra: number;
}

/** How far a level may be off and still count as the wanted one. */
export const LEVEL_TOLERANCE = 0.01;
/** The same where patches are cut. */
export const PATCH_LEVEL_TOLERANCE = 0.1;

/**
 * The level to read for a downsample, by TRIDENT's rule: the first within the tolerance; else the last of the leading
 * levels that are not coarser; else, for enlarging, the first that is not finer.
 *
 * @param levelDownsamples - ascending.
 */
export function chooseLevel(
  levelDownsamples: readonly number[],
  downsample: number,
  tolerance: number = LEVEL_TOLERANCE,
): LevelChoice {
  const near = levelDownsamples.findIndex((have) => Math.abs(have - downsample) <= tolerance);
  if (near >= 0) return { level: near, extra: 1 };
  const finest = levelDownsamples[0];
  if (finest === undefined || !(downsample > 0)) throw new RangeError(`downsample ${downsample} of no level`);
  if (downsample < finest) return { level: 0, extra: finest / downsample };
  const coarser = levelDownsamples.findIndex((have) => have > downsample);
  const level = coarser < 0 ? levelDownsamples.length - 1 : coarser - 1;
  return { level, extra: downsample / levelDownsamples[level]! };
}
