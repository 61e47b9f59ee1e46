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

/** Pillow's fixed-point precision: 32 bits less 8 of the sample and 2 of head room (ImagingResample). */
const PRECISION_BITS = 32 - 8 - 2;

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

/** A filter of Pillow, by its name there. */
export type ResizeFilter = "bilinear" | "bicubic" | "lanczos";

/** Weight of a sample at distance `x`, and beyond which distance there is none. */
interface Kernel {
  readonly support: number;
  weight(x: number): number;
}

const KERNELS: Readonly<Record<ResizeFilter, Kernel>> = {
  bilinear: { support: 1, weight: (x) => Math.max(0, 1 - Math.abs(x)) },
  bicubic: { support: 2, weight: (x) => cubic(Math.abs(x)) },
  lanczos: { support: 3, weight: (x) => (x >= -3 && x < 3 ? sinc(x) * sinc(x / 3) : 0) },
};

/** Keys' cubic convolution with a = -1/2. */
function cubic(x: number): number {
  const a = -0.5;
  if (x < 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
  if (x < 2) return (((x - 5) * x + 8) * x - 4) * a;
  return 0;
}

function sinc(x: number): number {
  if (x === 0) return 1;
  const angle = x * Math.PI;
  return Math.sin(angle) / angle;
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
  const kernel = KERNELS[filter];
  const [x0, y0, x1, y1] = [box.x0, box.y0, box.x1, box.y1].map(Math.fround) as [number, number, number, number];
  const isWide = width === image.width && x0 === 0 && x1 === width;
  const isHigh = height === image.height && y0 === 0 && y1 === height;
  if (isWide && isHigh) return { ...image, data: image.data.slice() };
  const widen = (from: Image8) => (isWide ? from : passX(from, taps(kernel, image.width, x0, x1, width), width));
  const heighten = (from: Image8) => (isHigh ? from : passY(from, taps(kernel, image.height, y0, y1, height), height));
  // As a rule the horizontal pass is first: the other way where rows shrink by more than twice what columns do.
  const isRowsFirst = height < image.height && image.height - height > 2 * (image.width - width);
  return isRowsFirst ? widen(heighten(image)) : heighten(widen(image));
}

/**
 * As {@link resizePillow} of a square, to a square; of four channels the fourth is left out, and need not be taken out first.
 *
 * @returns (side, side, 3) uint8.
 */
export function resizePillowRgb(image: BandedImage8, side: number, filter: ResizeFilter): Image8 {
  const { width, height, channels } = image;
  const columns = taps(KERNELS[filter], width, 0, width, side);
  const data = new Uint8ClampedArray(side * height * 3);
  let row = 0;
  for (const band of image.bands) {
    const rows = band.length / (width * channels);
    passXOfRgb({ data: band, width, height: rows, channels }, columns, data.subarray(side * row * 3));
    row += rows;
  }
  return passY({ data, width: side, height, channels: 3 }, taps(KERNELS[filter], height, 0, height, side), side);
}

interface Taps {
  readonly first: Int32Array;
  readonly count: Int32Array;
  readonly weights: Int32Array;
  /** Weights reserved per output sample. */
  readonly stride: number;
}

function taps(kernel: Kernel, inSize: number, in0: number, in1: number, outSize: number): Taps {
  const scale = (in1 - in0) / outSize;
  const filterScale = Math.max(scale, 1);
  const support = kernel.support * filterScale;
  const stride = Math.ceil(support) * 2 + 1;
  const first = new Int32Array(outSize);
  const count = new Int32Array(outSize);
  const weights = new Int32Array(outSize * stride);
  const row = new Float64Array(stride);
  for (let i = 0; i < outSize; i++) {
    const centre = in0 + (i + 0.5) * scale;
    const begin = Math.max(0, Math.trunc(centre - support + 0.5));
    const n = Math.min(inSize, Math.trunc(centre + support + 0.5)) - begin;
    let sum = 0;
    for (let k = 0; k < n; k++) {
      const weight = kernel.weight((k + begin - centre + 0.5) * (1 / filterScale));
      row[k] = weight;
      sum += weight;
    }
    for (let k = 0; k < n; k++) {
      const weight = (sum === 0 ? row[k]! : row[k]! / sum) * 2 ** PRECISION_BITS;
      weights[i * stride + k] = Math.trunc(weight < 0 ? weight - 0.5 : weight + 0.5);
    }
    first[i] = begin;
    count[i] = n;
  }
  return { first, count, weights, stride };
}

const HALF = 1 << (PRECISION_BITS - 1);

// `Math.imul` and `| 0` throughout: a sample of 0 by a negative weight would else be -0, and all of it floating point.

function passX(image: Image8, taps: Taps, width: number): Image8 {
  const { data, height, channels } = image;
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

/** Weights that read the same from both ends, and are those of every output sample but the few at the edges. */
type MirroredEight = readonly [number, number, number, number];

/**
 * Halving by "bicubic", which a patch at 20x of a slide at 40x takes, has eight taps, mirrored: half the products, and weights that
 * need not be fetched. undefined where the taps are others.
 */
function mirroredEight({ count, weights, stride }: Taps): MirroredEight | undefined {
  const middle = count.length >> 1;
  if (count[middle] !== 8) return undefined;
  const at = (output: number, tap: number) => weights[output * stride + tap]!;
  for (let output = 0; output < count.length; output++) {
    if (count[output] !== 8) continue;
    for (let tap = 0; tap < 8; tap++) if (at(output, tap) !== at(middle, Math.min(tap, 7 - tap))) return undefined;
  }
  return [at(middle, 0), at(middle, 1), at(middle, 2), at(middle, 3)];
}

/** Three channels of three or four. Patches go this way by the thousand. */
function passXOfRgb(image: Image8, taps: Taps, out: Uint8ClampedArray): void {
  const { first, count, weights, stride } = taps;
  const { height, channels } = image;
  const width = first.length;
  const data = bytesOf(image);
  const mirrored = mirroredEight(taps);
  const [w0, w1, w2, w3] = mirrored ?? [0, 0, 0, 0];
  const mirroredCount = mirrored ? 8 : -1;
  for (let y = 0, to = 0; y < height; y++) {
    const row = y * image.width * channels;
    for (let x = 0; x < width; x++, to += 3) {
      let at = row + first[x]! * channels;
      if (count[x] === mirroredCount) {
        out[to] = sumOfEight(data, at, channels, w0, w1, w2, w3) >> PRECISION_BITS;
        out[to + 1] = sumOfEight(data, at + 1, channels, w0, w1, w2, w3) >> PRECISION_BITS;
        out[to + 2] = sumOfEight(data, at + 2, channels, w0, w1, w2, w3) >> PRECISION_BITS;
        continue;
      }
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

/** Eight samples, `step` apart, by weights that are mirrored. */
function sumOfEight(
  data: Uint8Array,
  at: number,
  step: number,
  w0: number,
  w1: number,
  w2: number,
  w3: number,
): number {
  const last = at + 7 * step;
  const outer = Math.imul(data[at]! + data[last]!, w0) + Math.imul(data[at + step]! + data[last - step]!, w1);
  const inner =
    Math.imul(data[at + 2 * step]! + data[last - 2 * step]!, w2) +
    Math.imul(data[at + 3 * step]! + data[last - 3 * step]!, w3);
  return (HALF + outer + inner) | 0;
}

function passY(image: Image8, taps: Taps, height: number): Image8 {
  const { first, count } = taps;
  const { width, channels } = image;
  const data = bytesOf(image);
  const rowLength = width * channels;
  const out = new Uint8ClampedArray(rowLength * height);
  const mirrored = mirroredEight(taps);
  const sums = new Int32Array(rowLength);
  for (let y = 0; y < height; y++) {
    const rows = data.subarray(first[y]! * rowLength, (first[y]! + count[y]!) * rowLength);
    const to = out.subarray(y * rowLength, (y + 1) * rowLength);
    if (mirrored && count[y] === 8) sumMirroredRows(rows, mirrored, to);
    else sumRows(rows, taps.weights.subarray(y * taps.stride, y * taps.stride + count[y]!), sums, to);
  }
  return { data: out, width, height, channels };
}

function sumMirroredRows(rows: Uint8Array, [w0, w1, w2, w3]: MirroredEight, out: Uint8ClampedArray): void {
  const length = out.length;
  // Rows of their own: the engine then need not check each place of a sum for itself.
  const row = (k: number) => rows.subarray(k * length, (k + 1) * length);
  const [a, b, c, d, e, f, g, h] = [row(0), row(1), row(2), row(3), row(4), row(5), row(6), row(7)] as const;
  for (let i = 0; i < length; i++) {
    const outer = Math.imul(a[i]! + h[i]!, w0) + Math.imul(b[i]! + g[i]!, w1);
    const inner = Math.imul(c[i]! + f[i]!, w2) + Math.imul(d[i]! + e[i]!, w3);
    out[i] = (HALF + outer + inner) >> PRECISION_BITS;
  }
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
