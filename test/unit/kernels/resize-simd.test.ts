import { describe, expect, test } from "vitest";
import { type BandedImage8, type Image8, resizePillow } from "#kernels";
import { resizeRgbBySimd } from "../../../src/kernels/resize-simd.ts";
import { tapsOf } from "../../../src/kernels/resize-taps.ts";
import { kernelsWithoutWasm } from "../../support/kernels-without-wasm.ts";

/** The passes in TypeScript, which test/parity/pillow holds against Pillow, are the reference. */

const FILTERS = ["bilinear", "bicubic", "lanczos"] as const;

/** Black and white often enough for what is beyond both to be clipped. */
function noise(length: number): Uint8Array<ArrayBuffer> {
  let seed = 7;
  return new Uint8Array(length).map(() => {
    seed = (seed * 16807) % 2147483647;
    return Math.max(0, Math.min(255, (seed % 512) - 128));
  });
}

function banded(width: number, height: number, channels: number, rows: number): BandedImage8 & { data: Uint8Array } {
  const data = noise(width * height * channels);
  const bands: Uint8Array[] = [];
  for (let row = 0; row < height; row += rows) {
    bands.push(data.subarray(row * width * channels, Math.min(height, row + rows) * width * channels));
  }
  return { data, width, height, channels, bands };
}

const bytesOf = ({ data }: Image8) => Buffer.from(data);

describe("resizing by vectors equals the passes in TypeScript", () => {
  test.each([
    { what: "halving, as a patch at 20x of a slide at 40x", from: [512, 512], to: [256, 256], rows: 512 },
    { what: "rows that end within a vector", from: [97, 61], to: [41, 33], rows: 7 },
    { what: "one pixel", from: [9, 9], to: [1, 1], rows: 9 },
    { what: "enlarging", from: [11, 13], to: [40, 29], rows: 1 },
    { what: "bands of more than a portion", from: [1000, 300], to: [224, 140], rows: 300 },
    { what: "portions of one row", from: [70_000, 5], to: [50, 4], rows: 2 },
  ])("$what", async ({ from: [width, height], to: [outWidth, outHeight], rows }) => {
    const plain = await kernelsWithoutWasm();
    for (const channels of [3, 4]) {
      const image = banded(width!, height!, channels, rows);
      const rgb = image.data.filter((_, at) => at % channels < 3);
      for (const filter of FILTERS) {
        const [columnTaps, rowTaps] = [
          tapsOf(filter, width!, 0, width!, outWidth!),
          tapsOf(filter, height!, 0, height!, outHeight!),
        ];
        const found = resizeRgbBySimd(image, columnTaps, rowTaps);
        const expected = plain.resizePillow(
          { data: rgb, width: width!, height: height!, channels: 3 },
          outWidth!,
          outHeight!,
          filter,
        );
        expect(found, "this engine has vectors").toBeDefined();
        expect([found!.width, found!.height, found!.channels]).toEqual([outWidth, outHeight, 3]);
        expect(bytesOf(found!).equals(bytesOf(expected)), `${filter}, ${channels} channels`).toBe(true);
      }
    }
  });

  test("one image after another, a small one after a large one", async () => {
    const plain = await kernelsWithoutWasm();
    for (const side of [300, 20, 310, 16]) {
      const image = banded(side, side, 3, side);
      const to = Math.ceil(side / 3);
      expect(bytesOf(resizePillow(image, to, to, "bicubic"))).toEqual(
        bytesOf(plain.resizePillow(image, to, to, "bicubic")),
      );
    }
  });

  test("what would keep too much memory is left to them, its bands not begun", () => {
    let begun = false;
    const bands = {
      *[Symbol.iterator]() {
        begun = true;
        yield new Uint8Array(0);
      },
    };
    const side = 2 ** 17;
    // The larger of them takes more than 32 bits can say.
    for (const to of [256, 16_384]) {
      const taps = tapsOf("bicubic", side, 0, side, to);
      expect(resizeRgbBySimd({ width: side, height: side, channels: 4, bands }, taps, taps)).toBeUndefined();
    }
    expect(begun).toBe(false);
  });
});
