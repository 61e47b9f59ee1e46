import { roundHalfEven } from "#base";
import { compositeOver, type Image8, resizeBilinear, resizePillow, resizePillowRgb } from "#kernels";
import type { Pixels } from "./region.ts";

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

/** Makes a patch of a square region's pixels. `background`: the slide's colour for what was not scanned. */
export function makePatch(
  { data: rgba, width, height }: Pixels,
  recipe: PatchRecipe,
  background: readonly [number, number, number],
): Patch {
  const { sizePx, filter, transform } = recipe;
  const isResized = width !== sizePx || height !== sizePx;
  let image: Image8;
  if (isResized && recipe.fill === "black" && filter === "pillow-bicubic") {
    image = resizePillowRgb({ data: rgba, width, height, channels: 4 }, sizePx, sizePx, "bicubic");
  } else {
    const data = recipe.fill === "black" ? dropAlpha(rgba) : compositeOver(rgba, background);
    image = { data, width, height, channels: 3 };
    if (isResized) {
      image =
        filter === "opencv-bilinear"
          ? resizeBilinear(image, sizePx, sizePx)
          : resizePillow(image, sizePx, sizePx, "bicubic");
    }
  }
  if (transform && transform.resizePx !== sizePx) {
    image = resizePillow(image, transform.resizePx, transform.resizePx, transform.filter);
  }
  if (transform && transform.cropPx < image.width) image = cropCentre(image, transform.cropPx);
  return { data: ownBytes(image.data), width: image.width, height: image.height };
}

/** @throws {RangeError} for a recipe that nothing can be made by. */
export function checkRecipe({ sizePx, transform }: PatchRecipe): void {
  const sides = transform ? [sizePx, transform.resizePx, transform.cropPx] : [sizePx];
  if (!sides.every((side) => Number.isInteger(side) && side > 0)) throw new RangeError(`patch sides ${sides} px`);
  if (transform && transform.cropPx > transform.resizePx) {
    throw new RangeError(`a crop of ${transform.cropPx} of ${transform.resizePx} px`);
  }
}

/** As Pillow's `convert("RGB")`: colours stay as they are, and OpenSlide leaves black where nothing was scanned. */
function dropAlpha(rgba: Uint8ClampedArray): Uint8Array {
  const rgb = new Uint8Array((rgba.length / 4) * 3);
  for (let from = 0, to = 0; from < rgba.length; from += 4, to += 3) {
    rgb[to] = rgba[from]!;
    rgb[to + 1] = rgba[from + 1]!;
    rgb[to + 2] = rgba[from + 2]!;
  }
  return rgb;
}

function cropCentre({ data, width, height, channels }: Image8, side: number): Image8 {
  const left = roundHalfEven((width - side) / 2);
  const top = roundHalfEven((height - side) / 2);
  const out = new Uint8Array(side * side * channels);
  for (let y = 0; y < side; y++) {
    const from = ((top + y) * width + left) * channels;
    out.set(data.subarray(from, from + side * channels), y * side * channels);
  }
  return { data: out, width: side, height: side, channels };
}

/** The same bytes as what a patch is made of, without a copy. */
function ownBytes(data: Uint8Array | Uint8ClampedArray): Uint8Array<ArrayBuffer> {
  return new Uint8Array(data.buffer as ArrayBuffer, data.byteOffset, data.byteLength);
}
