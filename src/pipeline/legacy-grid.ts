import { type PatchGrid, planPatchGrid } from "./patch-grid.ts";
import type { PatchScale } from "./settings.ts";

/** What a coords file of CLAM says of its patches. */
export interface LegacyPatches {
  /** Side in pixels of the level, after shrinking by `customDownsample`. */
  readonly patchSize: number;
  readonly level: number;
  /** Default 1. */
  readonly customDownsample?: number;
}

/** The slide that the patches are of. `source` is its µm per pixel, or its magnification where nobody knows those. */
export interface LegacySlide {
  readonly width: number;
  readonly height: number;
  readonly levelDownsamples: readonly number[];
  readonly source: PatchScale;
}

/**
 * How patches that CLAM placed are read, as TRIDENT reads them: at the scale of their level. The coordinates are the
 * file's, not the grid's.
 *
 * @throws {RangeError} where the slide has no such level.
 */
export function planLegacyGrid(
  { width, height, levelDownsamples, source }: LegacySlide,
  { patchSize, level, customDownsample = 1 }: LegacyPatches,
  options: { readonly tridentExact?: boolean } = {},
): PatchGrid {
  const downsample = levelDownsamples[level];
  if (downsample === undefined) throw new RangeError(`patches of level ${level} of ${levelDownsamples.length}`);
  const ratio = downsample * customDownsample;
  const target = "mpp" in source ? { mpp: source.mpp * ratio } : { mag: Math.trunc(source.mag / ratio) };
  return planPatchGrid({ width, height, levelDownsamples, source, target, patchSize, overlap: 0, ...options });
}
