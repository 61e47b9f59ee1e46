import { roundHalfEven } from "#base";
import {
  type BandedImage8,
  compositeOver,
  type Image8,
  resizeBilinearBands,
  resizePillow,
  resizePillowRgb,
} from "#kernels";
import type { Patch, PatchRecipe } from "./patch-recipe.ts";
import type { Pixels } from "./region.ts";

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
