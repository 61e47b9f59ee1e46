import { describe, expect, it } from "vitest";
import { shrinkRgba } from "#kernels";

/** Deterministic noise. */
function noise(length: number): Uint8ClampedArray<ArrayBuffer> {
  const out = new Uint8ClampedArray(length);
  let state = 1;
  for (let i = 0; i < length; i++) {
    state = (state * 1103515245 + 12345) % 2147483648;
    out[i] = state >> 16;
  }
  return out;
}

describe("shrinking", () => {
  it("gives the mean of four pixels, to the nearest value", () => {
    const [width, height] = [34, 20];
    const rgba = noise(width * height * 4);
    for (let i = 3; i < rgba.length; i += 4) rgba[i] = 255;
    const out = shrinkRgba(rgba, width, height, 2);
    expect(out).toHaveLength(rgba.length / 4);
    for (let y = 0; y < height / 2; y++) {
      for (let x = 0; x < width / 2; x++) {
        for (let c = 0; c < 4; c++) {
          const at = (2 * y * width + 2 * x) * 4 + c;
          const mean = (rgba[at]! + rgba[at + 4]! + rgba[at + width * 4]! + rgba[at + width * 4 + 4]!) / 4;
          expect(Math.abs(out[(y * (width / 2) + x) * 4 + c]! - mean)).toBeLessThanOrEqual(0.5);
        }
      }
    }
  });

  it("keeps the brightest pixels from spilling into other channels", () => {
    expect([...shrinkRgba(new Uint8ClampedArray(16).fill(255), 2, 2, 2)]).toEqual([255, 255, 255, 255]);
    const red = new Uint8ClampedArray([255, 0, 0, 255, 255, 0, 0, 255, 255, 0, 0, 255, 255, 0, 0, 255]);
    expect([...shrinkRgba(red, 2, 2, 2)]).toEqual([255, 0, 0, 255]);
  });

  it("lets transparent pixels lend no colour", () => {
    const rgba = new Uint8ClampedArray([200, 100, 50, 255, 0, 0, 0, 0, 0, 0, 0, 0, 100, 60, 10, 255]);
    expect([...shrinkRgba(rgba, 2, 2, 2)]).toEqual([150, 80, 30, 128]);
    expect([...shrinkRgba(new Uint8ClampedArray(16), 2, 2, 2)]).toEqual([0, 0, 0, 0]);
    const faint = new Uint8ClampedArray([200, 0, 0, 255, 100, 0, 0, 85, 0, 0, 0, 0, 0, 0, 0, 0]);
    expect([...shrinkRgba(faint, 2, 2, 2)]).toEqual([175, 0, 0, 85]);
  });

  it("by more is halving again, into the room that is given", () => {
    const rgba = noise(24 * 16 * 4);
    const half = shrinkRgba(rgba, 24, 16, 2);
    const quarter = shrinkRgba(half, 12, 8, 2);
    const out = new Uint8ClampedArray(6 * 4 * 4);
    expect(shrinkRgba(rgba, 24, 16, 4, out)).toBe(out);
    expect(out).toEqual(quarter);
    // Of room that is not its own alone it takes its part.
    const room = new Uint8ClampedArray(2 * rgba.length);
    room.set(rgba, rgba.length);
    expect(shrinkRgba(room.subarray(rgba.length), 24, 16, 2)).toEqual(half);
    expect(shrinkRgba(rgba, 24, 16, 1)).toBe(rgba);
  });

  it("refuses what cannot be divided", () => {
    expect(() => shrinkRgba(new Uint8ClampedArray(3 * 2 * 4), 3, 2, 2)).toThrow(RangeError);
  });
});
