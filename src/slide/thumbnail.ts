import { compositeOver, type Image8, reduceByBox, resizePillow } from "#kernels";
import { BAND_PIXELS, readBands } from "./bands.ts";
import type { FormatSlide } from "./formats/format.ts";
import { getBestLevelForDownsample } from "./level.ts";
import { getBackground } from "./properties.ts";
import type { Pixels } from "./region.ts";

/** Of a level that is not read at once, about. */
const BAND_ROWS = 512;
/** Pillow shrinks by whole factors first until no closer than this to the target (`Image.thumbnail`, reducing_gap). */
const REDUCING_GAP = 2;

/**
 * The whole slide within maxWidth x maxHeight, on its background colour, opaque.
 * Follows openslide-python's `get_thumbnail` and Pillow's `Image.thumbnail`: best level, composite, box reduction by
 * whole factors, Lanczos; never enlarged.
 */
export function makeThumbnail(slide: FormatSlide, maxWidth: number, maxHeight: number): Pixels {
  if (!(maxWidth >= 1 && maxHeight >= 1)) throw new RangeError(`a thumbnail of ${maxWidth} x ${maxHeight}`);
  const { levels, properties } = slide.facts;
  const first = levels[0]!;
  const downsample = Math.max(first.width / maxWidth, first.height / maxHeight);
  const level = getBestLevelForDownsample(levels, downsample);
  const { width, height } = levels[level]!;
  const target = thumbnailSize(width, height, maxWidth, maxHeight);
  const background = getBackground(properties);

  const factorX = Math.trunc(width / target.width / REDUCING_GAP) || 1;
  const factorY = Math.trunc(height / target.height / REDUCING_GAP) || 1;
  const reduced = readReduced(slide, level, factorX, factorY, background);
  const box = { x0: 0, y0: 0, x1: width / factorX, y1: height / factorY };
  return toOpaqueRgba(resizePillow(reduced, target.width, target.height, "lanczos", box));
}

/** Reads a level and shrinks it by whole factors, band by band. */
function readReduced(
  slide: FormatSlide,
  level: number,
  factorX: number,
  factorY: number,
  background: readonly [number, number, number],
): Image8 {
  const { width, height } = slide.facts.levels[level]!;
  const bandRows = width * height <= BAND_PIXELS ? height : Math.ceil(BAND_ROWS / factorY) * factorY;
  const outWidth = Math.ceil(width / factorX);
  const outHeight = Math.ceil(height / factorY);
  const data = new Uint8Array(outWidth * outHeight * 3);
  let at = 0;
  for (const rgba of readBands(slide, { x: 0, y: 0, level, width, height }, { rows: bandRows })) {
    const band = { data: compositeOver(rgba, background), width, height: rgba.length / width / 4, channels: 3 };
    const reduced = reduceByBox(band, factorX, factorY);
    data.set(reduced.data, at);
    at += reduced.data.length;
  }
  return { data, width: outWidth, height: outHeight, channels: 3 };
}

/** Pillow's rule: fit, then round the shorter side to whichever whole number comes nearest the aspect ratio. */
export function thumbnailSize(width: number, height: number, maxWidth: number, maxHeight: number) {
  const x = Math.floor(maxWidth);
  const y = Math.floor(maxHeight);
  if (x >= width && y >= height) return { width, height };
  const aspect = width / height;
  if (x / y >= aspect) {
    return { width: roundBy(y * aspect, (n) => Math.abs(aspect - n / y)), height: y };
  }
  return { width: x, height: roundBy(x / aspect, (n) => (n === 0 ? 0 : Math.abs(aspect - x / n))) };
}

function roundBy(value: number, badness: (n: number) => number): number {
  const floor = Math.floor(value);
  const ceil = Math.ceil(value);
  return Math.max(badness(ceil) < badness(floor) ? ceil : floor, 1);
}

function toOpaqueRgba({ data, width, height }: Image8): Pixels {
  const rgba = new Uint8ClampedArray(width * height * 4);
  for (let from = 0, to = 0; to < rgba.length; from += 3, to += 4) {
    rgba[to] = data[from]!;
    rgba[to + 1] = data[from + 1]!;
    rgba[to + 2] = data[from + 2]!;
    rgba[to + 3] = 255;
  }
  return { data: rgba, width, height };
}
