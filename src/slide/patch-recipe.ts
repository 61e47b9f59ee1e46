import { MAX_REGION_BYTES, type Region } from "./region.ts";

/** What becomes of a region's pixels before a model sees them. Plain data: it crosses to the worker. */
export interface PatchRecipe {
  /** The patch's side; a region of that size stays as it is. */
  readonly sizePx: number;
  /** How the region is resized: as TRIDENT's encoders have it (Pillow, antialiased) or its segmenters (OpenCV, not). */
  readonly filter: "pillow-bicubic" | "opencv-bilinear";
  /** What stands for pixels that the scanner left out: black, as in TRIDENT, or the slide's background colour. */
  readonly fill: "black" | "background";
  /** An encoder's own transform of the patch: torchvision's `Resize` of a Pillow image, then `CenterCrop`. */
  readonly transform?: PatchTransform;
}

/** Resize to a square, antialiased, then cut its centre. */
export interface PatchTransform {
  readonly resizePx: number;
  readonly filter: "bilinear" | "bicubic";
  readonly antialias: true;
  /** At most `resizePx`. */
  readonly cropPx: number;
}

/** A square cut for a model: (height, width, 3) RGB uint8, row-major. */
export interface Patch {
  readonly data: Uint8Array<ArrayBuffer>;
  readonly width: number;
  readonly height: number;
  /** Where it was measured: how long reading the region and making the patch of it took the thread that did it. */
  readonly spent?: { readonly readingMs: number; readonly makingMs: number };
}

/** Largest side of a patch: its pixels are within `MAX_REGION_BYTES`. */
export const MAX_PATCH_PX = Math.floor(Math.sqrt(MAX_REGION_BYTES / 4));
/** Largest side of the region that a patch is made of: it is read band by band, and is beyond what scanners make. */
export const MAX_PATCH_REGION_PX = 2 ** 18;

/** @throws {RangeError} for a recipe that nothing can be made by. */
export function checkRecipe({ sizePx, transform }: PatchRecipe): void {
  const sides = transform ? [sizePx, transform.resizePx, transform.cropPx] : [sizePx];
  if (!sides.every((side) => Number.isInteger(side) && side > 0 && side <= MAX_PATCH_PX)) {
    throw new RangeError(`patch sides ${sides} px: whole numbers up to ${MAX_PATCH_PX} expected`);
  }
  if (transform && transform.cropPx > transform.resizePx) {
    throw new RangeError(`a crop of ${transform.cropPx} of ${transform.resizePx} px`);
  }
}

/** @throws {RangeError} for a region that no patch is made of. */
export function checkPatchRegion({ width, height }: Region): void {
  if (width !== height || width === 0 || width > MAX_PATCH_REGION_PX) {
    throw new RangeError(
      `patch of a region of ${width} x ${height}: a square of 1 to ${MAX_PATCH_REGION_PX} px expected`,
    );
  }
}
