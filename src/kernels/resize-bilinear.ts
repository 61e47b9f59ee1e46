import { roundHalfEven } from "#base";
import type { BandedImage8, Image8 } from "./resize.ts";

/** OpenCV's fixed point: weights in 11 bits. */
const WEIGHT_BITS = 11;
const ONE = 1 << WEIGHT_BITS;

/**
 * Resizes with bilinear interpolation between pixel centres, without widening the filter when shrinking. Bit-equal to
 * OpenCV's `resize(…, INTER_LINEAR)` of 8-bit images, its fixed-point rounding included.
 *
 * @returns (height, width, channels) uint8.
 */
export function resizeBilinear(image: Image8, width: number, height: number): Image8 {
  if (width === image.width && height === image.height) return { ...image, data: image.data.slice() };
  return resizeBilinearBands({ ...image, bands: [image.data] }, width, height);
}

/** {@link resizeBilinear} of an image that is too large to be held. */
export function resizeBilinearBands(image: BandedImage8, width: number, height: number): Image8 {
  const { channels } = image;
  const columns = taps(image.width, width);
  const rows = taps(image.height, height);
  clampColumns(columns, image.width);
  const rowLength = width * channels;
  const out = new Uint8Array(rowLength * height);
  // Two source rows, stretched horizontally, are kept: the next output row mostly needs the same ones.
  let upper = { y: -1, sums: new Int32Array(rowLength) };
  let lower = { y: -1, sums: new Int32Array(rowLength) };
  const last = image.height - 1;
  const sourceRow = rowsOf(image);
  for (let y = 0; y < height; y++) {
    const y0 = Math.min(Math.max(rows.first[y]!, 0), last);
    const y1 = Math.min(rows.first[y]! + 1, last);
    if (lower.y === y0 || upper.y === y1) [upper, lower] = [lower, upper];
    for (const [row, wanted] of [
      [upper, y0],
      [lower, y1],
    ] as const) {
      if (row.y === wanted) continue;
      row.y = wanted;
      stretchRow(sourceRow(wanted), channels, columns, row.sums);
    }
    mixRows(upper.sums, lower.sums, rows.weight0[y]!, rows.weight1[y]!, out, y * rowLength);
  }
  return { data: out, width, height, channels };
}

/** Gives rows of an image in ascending order. */
function rowsOf({ width, channels, bands }: BandedImage8): (y: number) => Image8["data"] {
  const rowLength = width * channels;
  const left = bands[Symbol.iterator]();
  let begin = 0;
  let band: Image8["data"] = new Uint8Array(0);
  return (y) => {
    while (begin + band.length <= y * rowLength) {
      begin += band.length;
      band = left.next().value;
    }
    const at = y * rowLength - begin;
    return band.subarray(at, at + rowLength);
  };
}

interface Taps {
  /** The source sample before each output sample; one before the first at the beginning. */
  readonly first: Int32Array;
  readonly weight0: Int32Array;
  readonly weight1: Int32Array;
}

function taps(inSize: number, outSize: number): Taps {
  const first = new Int32Array(outSize);
  const weight0 = new Int32Array(outSize);
  const weight1 = new Int32Array(outSize);
  const scale = 1 / (outSize / inSize);
  for (let i = 0; i < outSize; i++) {
    const position = Math.fround((i + 0.5) * scale - 0.5);
    const whole = Math.floor(position);
    const fraction = Math.fround(position - whole);
    first[i] = whole;
    weight0[i] = roundHalfEven(Math.fround(1 - fraction) * ONE);
    weight1[i] = roundHalfEven(fraction * ONE);
  }
  return { first, weight0, weight1 };
}

/** Past the edge the edge sample counts fully. Rows are repeated instead, which rounds differently. */
function clampColumns({ first, weight0, weight1 }: Taps, inSize: number): void {
  for (let i = 0; i < first.length; i++) {
    if (first[i]! >= 0 && first[i]! < inSize - 1) continue;
    first[i] = first[i]! < 0 ? 0 : inSize - 1;
    weight0[i] = ONE;
    weight1[i] = 0;
  }
}

function stretchRow(row: Image8["data"], channels: number, columns: Taps, sums: Int32Array): void {
  const { first, weight0, weight1 } = columns;
  for (let x = 0, to = 0; x < first.length; x++) {
    const w0 = weight0[x]!;
    const w1 = weight1[x]!;
    const at = first[x]! * channels;
    if (w1 === 0) {
      // Also keeps the last column from reading beyond the row.
      for (let c = 0; c < channels; c++) sums[to++] = row[at + c]! * w0;
    } else {
      for (let c = 0; c < channels; c++) sums[to++] = row[at + c]! * w0 + row[at + channels + c]! * w1;
    }
  }
}

function mixRows(upper: Int32Array, lower: Int32Array, w0: number, w1: number, out: Uint8Array, to: number): void {
  for (let i = 0; i < upper.length; i++) {
    out[to + i] = (((w0 * (upper[i]! >> 4)) >> 16) + ((w1 * (lower[i]! >> 4)) >> 16) + 2) >> 2;
  }
}
