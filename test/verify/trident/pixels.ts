import { digest, roundHalfEven } from "#base";
import type { Check } from "./part.ts";

/** (height, width, 3) RGB uint8. */
export interface Rgb {
  readonly data: Uint8Array<ArrayBuffer>;
  readonly width: number;
  readonly height: number;
}

/** A picture in the answers. */
export interface PictureTruth {
  readonly size: readonly [number, number];
  readonly sha256: string;
  readonly mean?: readonly number[];
  readonly blocks8?: string;
}

/** How far two pictures of one slide may be apart that were decoded by different libraries. */
export interface PictureTolerance {
  readonly mean: number;
  readonly blocks8: number;
}

/** Of pixels by another decoder, as the answers' README has it. */
export const OTHER_DECODER: PictureTolerance = { mean: 0.5, blocks8: 2 };

/** Of pictures with lines and text drawn on them, which went through a JPEG. */
export const DRAWN: PictureTolerance = { mean: 1, blocks8: 6 };

/** TIFF compression tags of Deflate. */
const DEFLATE = [8, 32946];

/** Whether a TIFF's pixels are the same by any decoder: all its directories, whose compression tags these are, are Deflate. */
export function isLossless(compressions: readonly number[]): boolean {
  return compressions.length > 0 && compressions.every((tag) => DEFLATE.includes(tag));
}

/** Byte for byte. */
export async function comparePicture(check: Check, field: string, got: Rgb, truth: PictureTruth): Promise<void> {
  if (!check.same(`${field} size`, [got.width, got.height], truth.size)) return;
  const found = await digest("SHA-256", got.data);
  const off = truth.mean ? `, means off by ${meanOff(got, truth.mean)}` : "";
  check.holds(field, found === truth.sha256, found + off, truth.sha256);
}

/** By means over the whole and over 8 x 8 blocks. */
export function compareNearly(
  check: Check,
  field: string,
  got: Rgb,
  truth: PictureTruth,
  tolerance: PictureTolerance,
): void {
  if (!check.same(`${field} size`, [got.width, got.height], truth.size)) return;
  if (truth.mean) check.near(`${field} mean`, meanOff(got, truth.mean), 0, { absolute: tolerance.mean });
  if (truth.blocks8 === undefined) return;
  const wanted = Uint8Array.from(atob(truth.blocks8), (char) => char.charCodeAt(0));
  const blocks = blocks8(got);
  const off = Math.max(...wanted.map((value, index) => Math.abs(value - blocks[index]!)));
  check.near(`${field} blocks`, off, 0, { absolute: tolerance.blocks8 });
}

function meanOff(got: Rgb, wanted: readonly number[]): number {
  const sums = [0, 0, 0];
  for (let i = 0; i < got.data.length; i++) sums[i % 3]! += got.data[i]!;
  return Math.max(...sums.map((sum, channel) => Math.abs(sum / (got.width * got.height) - wanted[channel]!)));
}

/** Means of 8 x 8 blocks, rounded half to even, RGB, row by row. */
export function blocks8({ data, width, height }: Rgb): Uint8Array {
  const out = new Uint8Array(8 * 8 * 3);
  const edges = (size: number, index: number) => {
    const begin = Math.floor((index * size) / 8);
    return [begin, Math.max(begin + 1, Math.floor(((index + 1) * size) / 8))] as const;
  };
  for (let row = 0; row < 8; row++) {
    const [y0, y1] = edges(height, row);
    for (let column = 0; column < 8; column++) {
      const [x0, x1] = edges(width, column);
      for (let channel = 0; channel < 3; channel++) {
        let sum = 0;
        for (let y = y0; y < y1; y++) {
          for (let x = x0; x < x1; x++) sum += data[(y * width + x) * 3 + channel]!;
        }
        out[(row * 8 + column) * 3 + channel] = roundHalfEven(sum / ((y1 - y0) * (x1 - x0)));
      }
    }
  }
  return out;
}

/** RGBA without its alpha, as Pillow's `convert("RGB")`. */
export function dropAlpha(rgba: Uint8Array | Uint8ClampedArray): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length: (rgba.length / 4) * 3 }, (_, i) => rgba[Math.floor(i / 3) * 4 + (i % 3)]!);
}
