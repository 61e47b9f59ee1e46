/** An 8-bit image, channels last: (height, width, channels), row-major. */
export interface Image8 {
  readonly data: Uint8Array | Uint8ClampedArray;
  readonly width: number;
  readonly height: number;
  readonly channels: number;
}

/** Pillow's fixed-point precision: 32 bits less 8 of the sample and 2 of head room (ImagingResample). */
const PRECISION_BITS = 32 - 8 - 2;
const LANCZOS_SUPPORT = 3;

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
 * Resizes with Lanczos-3, the support widened when shrinking. Bit-equal to Pillow's `resize(…, LANCZOS, box)`: 8-bit
 * fixed-point passes, horizontal first, each rounded and clipped.
 *
 * @returns (height, width, channels) uint8.
 */
export function resizeLanczos(image: Image8, width: number, height: number, box?: ResizeBox): Image8 {
  const { x0, y0, x1, y1 } = box ?? { x0: 0, y0: 0, x1: image.width, y1: image.height };
  let result = image;
  if (width !== image.width || x0 !== 0 || x1 !== width)
    result = passX(result, taps(image.width, x0, x1, width), width);
  if (height !== image.height || y0 !== 0 || y1 !== height) {
    result = passY(result, taps(image.height, y0, y1, height), height);
  }
  return result;
}

interface Taps {
  readonly first: Int32Array;
  readonly count: Int32Array;
  readonly weights: Int32Array;
  /** Weights reserved per output sample. */
  readonly stride: number;
}

function taps(inSize: number, in0: number, in1: number, outSize: number): Taps {
  const scale = (in1 - in0) / outSize;
  const filterScale = Math.max(scale, 1);
  const support = LANCZOS_SUPPORT * filterScale;
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
      const weight = lanczos((k + begin - centre + 0.5) / filterScale);
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

function lanczos(x: number): number {
  return x >= -LANCZOS_SUPPORT && x < LANCZOS_SUPPORT ? sinc(x) * sinc(x / LANCZOS_SUPPORT) : 0;
}

function sinc(x: number): number {
  if (x === 0) return 1;
  const angle = x * Math.PI;
  return Math.sin(angle) / angle;
}

function passX(image: Image8, { first, count, weights, stride }: Taps, width: number): Image8 {
  const { data, height, channels } = image;
  const out = new Uint8ClampedArray(width * height * channels);
  for (let y = 0; y < height; y++) {
    const row = y * image.width * channels;
    for (let x = 0; x < width; x++) {
      for (let c = 0; c < channels; c++) {
        let sum = 1 << (PRECISION_BITS - 1);
        let at = row + first[x]! * channels + c;
        for (let k = 0; k < count[x]!; k++, at += channels) sum += data[at]! * weights[x * stride + k]!;
        out[(y * width + x) * channels + c] = sum >> PRECISION_BITS;
      }
    }
  }
  return { data: out, width, height, channels };
}

function passY(image: Image8, { first, count, weights, stride }: Taps, height: number): Image8 {
  const { data, width, channels } = image;
  const rowLength = width * channels;
  const out = new Uint8ClampedArray(rowLength * height);
  for (let y = 0; y < height; y++) {
    for (let i = 0; i < rowLength; i++) {
      let sum = 1 << (PRECISION_BITS - 1);
      let at = first[y]! * rowLength + i;
      for (let k = 0; k < count[y]!; k++, at += rowLength) sum += data[at]! * weights[y * stride + k]!;
      out[y * rowLength + i] = sum >> PRECISION_BITS;
    }
  }
  return { data: out, width, height, channels };
}
