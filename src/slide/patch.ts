import { roundHalfEven } from "#base";
import {
  type BandedImage8,
  compositeOver,
  type Image8,
  resizeBilinearBands,
  resizePillow,
  resizePillowRgb,
} from "#kernels";
import { MAX_REGION_BYTES, type Pixels, type Region } from "./region.ts";

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

/** The RGBA of a square region, in bands of whole rows from the top. */
export interface BandedPixels extends Omit<Pixels, "data"> {
  readonly bands: Iterable<Uint8ClampedArray>;
}

/** Makes a patch of a square region's pixels. `background`: the slide's colour for what was not scanned. */
export function makePatch(
  region: BandedPixels,
  recipe: PatchRecipe,
  background: readonly [number, number, number],
): Patch {
  const { sizePx, transform } = recipe;
  let image = toPatchSize(region, recipe, background);
  if (transform && transform.resizePx !== sizePx) {
    image = resizePillow(image, transform.resizePx, transform.resizePx, transform.filter);
  }
  if (transform && transform.cropPx < image.width) image = cropCentre(image, transform.cropPx);
  return { data: ownBytes(image.data), width: image.width, height: image.height };
}

function toPatchSize(
  { width, height, bands }: BandedPixels,
  { sizePx, filter, fill }: PatchRecipe,
  background: readonly [number, number, number],
): Image8 {
  const rgb = mapBands(bands, fill === "black" ? dropAlpha : (rgba) => compositeOver(rgba, background));
  if (width === sizePx && height === sizePx) return joinBands({ width, height, channels: 3, bands: rgb });
  // Black is what alpha leaves: it can be dropped where pixels are fewer.
  const image = fill === "black" ? { channels: 4, bands } : { channels: 3, bands: rgb };
  if (filter === "pillow-bicubic") return resizePillowRgb({ width, height, ...image }, sizePx, "bicubic");
  const resized = resizeBilinearBands({ width, height, ...image }, sizePx, sizePx);
  return resized.channels === 3 ? resized : { ...resized, data: dropAlpha(resized.data), channels: 3 };
}

function* mapBands(bands: BandedPixels["bands"], toRgb: (rgba: Uint8ClampedArray) => Uint8Array) {
  for (const band of bands) yield toRgb(band);
}

function joinBands({ bands, ...size }: BandedImage8): Image8 {
  const data = new Uint8Array(size.width * size.height * size.channels);
  let at = 0;
  for (const band of bands) {
    data.set(band, at);
    at += band.length;
  }
  return { ...size, data };
}

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

/** As Pillow's `convert("RGB")`: colours stay as they are, and OpenSlide leaves black where nothing was scanned. */
function dropAlpha(rgba: Uint8Array | Uint8ClampedArray): Uint8Array {
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
