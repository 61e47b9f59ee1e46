import { resizeRgbBySimd } from "./resize-simd.ts";
import { HALF, PRECISION_BITS, type ResizeFilter, type Taps, tapsOf } from "./resize-taps.ts";

/** An 8-bit image, channels last: (height, width, channels), row-major. */
export interface Image8 {
  readonly data: Uint8Array | Uint8ClampedArray;
  readonly width: number;
  readonly height: number;
  readonly channels: number;
}

/** An 8-bit image of which some rows are at hand at a time: bands of whole rows, from the top to the last. */
export interface BandedImage8 extends Omit<Image8, "data"> {
  readonly bands: Iterable<Image8["data"]>;
}

/**
 * Shrinks by whole factors, each output pixel the mean of its box; boxes cut by the right and bottom edge average what
 * there is. Bit-equal to Pillow 11's `Image.reduce`.
 *
 * @returns (ceil(height / factorY), ceil(width / factorX), channels) uint8.
 */
export function reduceByBox(image: Image8, factorX: number, factorY: number): Image8 {
  const { data, width, height, channels } = image;
  const outWidth = Math.ceil(width / factorX);
  const outHeight = Math.ceil(height / factorY);
  const out = new Uint8Array(outWidth * outHeight * channels);
  for (let oy = 0; oy < outHeight; oy++) {
    const y0 = oy * factorY;
    const y1 = Math.min(y0 + factorY, height);
    for (let ox = 0; ox < outWidth; ox++) {
      const x0 = ox * factorX;
      const x1 = Math.min(x0 + factorX, width);
      const count = (x1 - x0) * (y1 - y0);
      // Pillow divides by a reciprocal in 24 fraction bits; the same rounding needs the same reciprocal.
      const reciprocal = Math.floor(2 ** 24 / count);
      const half = count >> 1;
      for (let c = 0; c < channels; c++) {
        let sum = half;
        for (let y = y0; y < y1; y++) {
          let at = (y * width + x0) * channels + c;
          for (let x = x0; x < x1; x++, at += channels) sum += data[at]!;
        }
        out[(oy * outWidth + ox) * channels + c] = Math.floor((sum * reciprocal) / 2 ** 24);
      }
    }
  }
  return { data: out, width: outWidth, height: outHeight, channels };
}

/** The part of an image to resize, in its pixels; edges may be fractional. */
export interface ResizeBox {
  readonly x0: number;
  readonly y0: number;
  readonly x1: number;
  readonly y1: number;
}

/**
 * Resizes with the filter's support widened when shrinking (antialiased). Bit-equal to `resize(…, filter, box)` of Pillow 13:
 * 8-bit fixed-point passes, each rounded and clipped, and a box of float32.
 *
 * @returns (height, width, channels) uint8.
 */
export function resizePillow(
  image: Image8,
  width: number,
  height: number,
  filter: ResizeFilter,
  box: ResizeBox = { x0: 0, y0: 0, x1: image.width, y1: image.height },
): Image8 {
  const [x0, y0, x1, y1] = [box.x0, box.y0, box.x1, box.y1].map(Math.fround) as [number, number, number, number];
  const isWide = width === image.width && x0 === 0 && x1 === width;
  const isHigh = height === image.height && y0 === 0 && y1 === height;
  if (isWide && isHigh) return { ...image, data: image.data.slice() };
  const columns = isWide ? undefined : tapsOf(filter, image.width, x0, x1, width);
  const rows = isHigh ? undefined : tapsOf(filter, image.height, y0, y1, height);
  // As a rule the horizontal pass is first: the other way where rows shrink by more than twice what columns do.
  const isRowsFirst = height < image.height && image.height - height > 2 * (image.width - width);
  if (columns && rows && image.channels === 3 && !isRowsFirst) {
    return resizeRgb({ ...image, bands: [image.data] }, columns, rows);
  }
  const widen = (from: Image8) => (columns ? passX(from, columns) : from);
  const heighten = (from: Image8) => (rows ? passY(from, rows) : from);
  return isRowsFirst ? widen(heighten(image)) : heighten(widen(image));
}

/**
 * As {@link resizePillow} of a square, to a square; of four channels the fourth is left out, and need not be taken out first.
 *
 * @returns (side, side, 3) uint8.
 */
export function resizePillowRgb(image: BandedImage8, side: number, filter: ResizeFilter): Image8 {
  const { width, height } = image;
  return resizeRgb(image, tapsOf(filter, width, 0, width, side), tapsOf(filter, height, 0, height, side));
}

/** Both passes, of three or four channels to three. */
function resizeRgb(image: BandedImage8, columns: Taps, rows: Taps): Image8 {
  const byVectors = resizeRgbBySimd(image, columns, rows);
  if (byVectors) return byVectors;
  const { width, height, channels } = image;
  const outWidth = columns.first.length;
  const data = new Uint8ClampedArray(outWidth * height * 3);
  let row = 0;
  for (const band of image.bands) {
    const bandRows = band.length / (width * channels);
    passXOfRgb({ data: band, width, height: bandRows, channels }, columns, data.subarray(outWidth * row * 3));
    row += bandRows;
  }
  return passY({ data, width: outWidth, height, channels: 3 }, rows);
}

// `Math.imul` and `| 0` throughout: a sample of 0 by a negative weight would else be -0, and all of it floating point.

function passX(image: Image8, taps: Taps): Image8 {
  const { data, height, channels } = image;
  const width = taps.first.length;
  const out = new Uint8ClampedArray(width * height * channels);
  if (channels === 3) {
    passXOfRgb(image, taps, out);
    return { data: out, width, height, channels };
  }
  const { first, count, weights, stride } = taps;
  for (let y = 0; y < height; y++) {
    const row = y * image.width * channels;
    for (let x = 0; x < width; x++) {
      for (let c = 0; c < channels; c++) {
        let sum = HALF;
        let at = row + first[x]! * channels + c;
        for (let k = 0; k < count[x]!; k++, at += channels) {
          sum = (sum + Math.imul(data[at]!, weights[x * stride + k]!)) | 0;
        }
        out[(y * width + x) * channels + c] = sum >> PRECISION_BITS;
      }
    }
  }
  return { data: out, width, height, channels };
}

/** Three channels of three or four. */
function passXOfRgb(image: Image8, taps: Taps, out: Uint8ClampedArray): void {
  const { first, count, weights, stride } = taps;
  const { height, channels } = image;
  const width = first.length;
  const data = bytesOf(image);
  for (let y = 0, to = 0; y < height; y++) {
    const row = y * image.width * channels;
    for (let x = 0; x < width; x++, to += 3) {
      let at = row + first[x]! * channels;
      // The three sums side by side: each weight is fetched once.
      let red = HALF;
      let green = HALF;
      let blue = HALF;
      const end = x * stride + count[x]!;
      for (let k = x * stride; k < end; k++, at += channels) {
        const weight = weights[k]!;
        red = (red + Math.imul(data[at]!, weight)) | 0;
        green = (green + Math.imul(data[at + 1]!, weight)) | 0;
        blue = (blue + Math.imul(data[at + 2]!, weight)) | 0;
      }
      out[to] = red >> PRECISION_BITS;
      out[to + 1] = green >> PRECISION_BITS;
      out[to + 2] = blue >> PRECISION_BITS;
    }
  }
}

function passY(image: Image8, taps: Taps): Image8 {
  const { first, count } = taps;
  const height = first.length;
  const { width, channels } = image;
  const data = bytesOf(image);
  const rowLength = width * channels;
  const out = new Uint8ClampedArray(rowLength * height);
  const sums = new Int32Array(rowLength);
  for (let y = 0; y < height; y++) {
    const rows = data.subarray(first[y]! * rowLength, (first[y]! + count[y]!) * rowLength);
    const to = out.subarray(y * rowLength, (y + 1) * rowLength);
    sumRows(rows, taps.weights.subarray(y * taps.stride, y * taps.stride + count[y]!), sums, to);
  }
  return { data: out, width, height, channels };
}

/** `sums` is room for one row. */
function sumRows(rows: Uint8Array, weights: Int32Array, sums: Int32Array, out: Uint8ClampedArray): void {
  const length = out.length;
  sums.fill(HALF);
  // Four rows of the source at a time, so that memory is walked in its order and the sums are fetched seldom.
  let k = 0;
  for (; k + 3 < weights.length; k += 4) {
    const w0 = weights[k]!;
    const w1 = weights[k + 1]!;
    const w2 = weights[k + 2]!;
    const w3 = weights[k + 3]!;
    let at = k * length;
    for (let i = 0; i < length; i++, at++) {
      const upper = Math.imul(rows[at]!, w0) + Math.imul(rows[at + length]!, w1);
      const lower = Math.imul(rows[at + 2 * length]!, w2) + Math.imul(rows[at + 3 * length]!, w3);
      sums[i] = (sums[i]! + ((upper + lower) | 0)) | 0;
    }
  }
  for (; k < weights.length; k++) {
    const weight = weights[k]!;
    const at = k * length;
    for (let i = 0; i < length; i++) sums[i] = (sums[i]! + Math.imul(rows[at + i]!, weight)) | 0;
  }
  for (let i = 0; i < length; i++) out[i] = sums[i]! >> PRECISION_BITS;
}

/** As one kind of array: code that meets two kinds is slower with both. */
function bytesOf({ data }: Image8): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}
