import { describe, expect, it } from "vitest";
import { halveRgba } from "#kernels";

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

describe("halving", () => {
  it("gives the mean of four pixels, to the nearest value", () => {
    const [width, height] = [34, 20];
    const rgba = noise(width * height * 4);
    for (let i = 3; i < rgba.length; i += 4) rgba[i] = 255;
    const out = halveRgba(rgba, width, height);
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
    expect([...halveRgba(new Uint8ClampedArray(16).fill(255), 2, 2)]).toEqual([255, 255, 255, 255]);
    const red = new Uint8ClampedArray([255, 0, 0, 255, 255, 0, 0, 255, 255, 0, 0, 255, 255, 0, 0, 255]);
    expect([...halveRgba(red, 2, 2)]).toEqual([255, 0, 0, 255]);
  });

  it("lets transparent pixels lend no colour", () => {
    const rgba = new Uint8ClampedArray([200, 100, 50, 255, 0, 0, 0, 0, 0, 0, 0, 0, 100, 60, 10, 255]);
    expect([...halveRgba(rgba, 2, 2)]).toEqual([150, 80, 30, 128]);
    expect([...halveRgba(new Uint8ClampedArray(16), 2, 2)]).toEqual([0, 0, 0, 0]);
    const faint = new Uint8ClampedArray([200, 0, 0, 255, 100, 0, 0, 85, 0, 0, 0, 0, 0, 0, 0, 0]);
    expect([...halveRgba(faint, 2, 2)]).toEqual([175, 0, 0, 85]);
  });

  it("refuses what has no half", () => {
    expect(() => halveRgba(new Uint8ClampedArray(3 * 2 * 4), 3, 2)).toThrow(RangeError);
  });
});
