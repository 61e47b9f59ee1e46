/** One resolution of a slide. Level 0 is the largest. */
export interface Level {
  readonly width: number;
  readonly height: number;
  /** Level-0 pixels per pixel of this level, >= 1. Not necessarily a power of two, nor equal to width ratios exactly. */
  readonly downsample: number;
  /** Size of the stored tiles in pixels of this level; undefined where the format has no fixed grid. */
  readonly tileWidth: number | undefined;
  readonly tileHeight: number | undefined;
}

/**
 * The level to read for a wanted downsample: the last one that is not coarser than it, level 0 when all are.
 * Counterpart of `openslide_get_best_level_for_downsample`.
 */
export function getBestLevelForDownsample(levels: readonly Level[], downsample: number): number {
  const first = levels[0];
  if (!first || downsample < first.downsample) return 0;
  for (let level = 1; level < levels.length; level++) {
    if (downsample < levels[level]!.downsample) return level - 1;
  }
  return levels.length - 1;
}
