import { polygonArea } from "#kernels";
import type { Slide } from "#slide";
import { getTissueEngine } from "./create-engines.ts";
import { MissingMppError } from "./errors.ts";
import { DEFAULT_SETTINGS, type SegmentationSettings } from "./settings.ts";
import { getSlideScale } from "./slide-scale.ts";
import { findTissueOn, type Tissue } from "./steps/segment-tissue.ts";

/** What `findTissue` gives: contours, and how much tissue they hold. */
export interface FoundTissue extends Tissue {
  /** Holes not counted. */
  readonly areaMm2: number;
}

/**
 * Finds the tissue on an open slide, exactly as a job would; nothing is written.
 * @throws {MissingMppError}
 */
export async function findTissue(
  slide: Slide,
  options: {
    readonly segmentation?: Partial<SegmentationSettings>;
    /** µm per level-0 pixel, where a person said so. */
    readonly mpp?: number;
    readonly signal?: AbortSignal;
    onProgress?(done: number, total: number): void;
  } = {},
): Promise<FoundTissue> {
  const scale = getSlideScale(slide.properties, options.mpp === undefined ? {} : { given: options.mpp });
  if (!scale) throw new MissingMppError(slide.name);
  const tissue = await findTissueOn(
    slide,
    scale,
    { ...DEFAULT_SETTINGS.segmentation, ...options.segmentation },
    getTissueEngine(),
    {
      signal: options.signal ?? new AbortController().signal,
      onTile: (done, total) => options.onProgress?.(done, total),
    },
  );
  const pixels = tissue.polygons.reduce((sum, polygon) => sum + polygonArea(polygon), 0);
  return { ...tissue, areaMm2: (pixels * scale.mpp ** 2) / 1e6 };
}
