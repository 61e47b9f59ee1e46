/** An 8-bit image, channels last: (height, width, channels), row-major. */
export interface Image8 {
  readonly data: Uint8Array | Uint8ClampedArray;
  readonly width: number;
  readonly height: number;
  readonly channels: number;
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
 * Resizes with the filter's support widened when shrinking (antialiased). Bit-equal to Pillow's
 * `resize(…, filter, box)`: 8-bit fixed-point passes, horizontal first, each rounded and clipped.
 *
 * @returns (height, width, channels) uint8.
 */
export function resizePillow(
  image: Image8,
  width: number,
  height: number,
  filter: ResizeFilter,
  box?: ResizeBox,
): Image8 {
  const { x0, y0, x1, y1 } = box ?? { x0: 0, y0: 0, x1: image.width, y1: image.height };
  let result = image;
  if (width !== image.width || x0 !== 0 || x1 !== width) {
    result = passX(result, taps(KERNELS[filter], image.width, x0, x1, width), width);
  }
  if (height !== image.height || y0 !== 0 || y1 !== height) {
    result = passY(result, taps(KERNELS[filter], image.height, y0, y1, height), height);
  }
  return result === image ? { ...image, data: image.data.slice() } : result;
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
  if (channels === 3) return passXOfRgb(image, taps, width);
  const { first, count, weights, stride } = taps;
  const out = new Uint8ClampedArray(width * height * channels);
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

/** The same with the three sums side by side: each weight is fetched once. Patches go this way by the thousand. */
function passXOfRgb(image: Image8, { first, count, weights, stride }: Taps, width: number): Image8 {
  const { data, height } = image;
  const out = new Uint8ClampedArray(width * height * 3);
  for (let y = 0, to = 0; y < height; y++) {
    const row = y * image.width * 3;
    for (let x = 0; x < width; x++, to += 3) {
      let red = HALF;
      let green = HALF;
      let blue = HALF;
      let at = row + first[x]! * 3;
      const end = x * stride + count[x]!;
      for (let k = x * stride; k < end; k++, at += 3) {
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
  return { data: out, width, height, channels: 3 };
}

function passY(image: Image8, { first, count, weights, stride }: Taps, height: number): Image8 {
  const { data, width, channels } = image;
  const rowLength = width * channels;
  const out = new Uint8ClampedArray(rowLength * height);
  const sums = new Int32Array(rowLength);
  for (let y = 0; y < height; y++) {
    sums.fill(HALF);
    // Four rows of the source at a time, so that memory is walked in its order and the sums are fetched seldom.
    const end = count[y]!;
    let k = 0;
    for (; k + 3 < end; k += 4) {
      const weight = y * stride + k;
      const w0 = weights[weight]!;
      const w1 = weights[weight + 1]!;
      const w2 = weights[weight + 2]!;
      const w3 = weights[weight + 3]!;
      let at = (first[y]! + k) * rowLength;
      for (let i = 0; i < rowLength; i++, at++) {
        const upper = Math.imul(data[at]!, w0) + Math.imul(data[at + rowLength]!, w1);
        const lower = Math.imul(data[at + 2 * rowLength]!, w2) + Math.imul(data[at + 3 * rowLength]!, w3);
        sums[i] = (sums[i]! + ((upper + lower) | 0)) | 0;
      }
    }
    for (; k < end; k++) {
      const weight = weights[y * stride + k]!;
      const row = (first[y]! + k) * rowLength;
      for (let i = 0; i < rowLength; i++) sums[i] = (sums[i]! + Math.imul(data[row + i]!, weight)) | 0;
    }
    const to = y * rowLength;
    for (let i = 0; i < rowLength; i++) out[to + i] = sums[i]! >> PRECISION_BITS;
  }
  return { data: out, width, height, channels };
}
