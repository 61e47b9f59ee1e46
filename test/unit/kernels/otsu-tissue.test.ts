import { describe, expect, it } from "vitest";
import { otsuTissue } from "#kernels";
import { otsuThreshold } from "../../../src/kernels/otsu-tissue.ts";

type Colour = readonly [number, number, number];

/** A picture by a formula. */
function draw(width: number, height: number, colourAt: (x: number, y: number) => Colour): Uint8Array {
  const rgb = new Uint8Array(width * height * 3);
  for (let y = 0, at = 0; y < height; y++) for (let x = 0; x < width; x++, at += 3) rgb.set(colourAt(x, y), at);
  return rgb;
}

const count = (mask: { readonly data: Uint8Array }) => mask.data.reduce((sum, value) => sum + value, 0);

/** Both pictures, and their tissue, are goldens of trident-contract.md 2.12. */
describe("the Otsu tissue finder", () => {
  it("finds a stained block and no black frame", () => {
    const rgb = draw(128, 128, (x, y) => {
      if (x < 2 || y < 2 || x > 125 || y > 125) return [0, 0, 0];
      return x >= 30 && x < 95 && y >= 30 && y < 95 ? [150, 80, 120] : [255, 255, 255];
    });
    expect(count(otsuTissue(rgb, 128, 128).mask)).toBe(4225);
  });

  it("finds a filled disc; no speck, no black and no grey square", () => {
    const inDisc = (x: number, y: number, r: number, cx = 128, cy = 128) => (x - cx) ** 2 + (y - cy) ** 2 < r * r;
    const inSquare = (x: number, y: number, left: number) => x >= left && x < left + 40 && y >= 210 && y < 250;
    const rgb = draw(256, 256, (x, y) => {
      if (inDisc(x, y, 4, 20, 20)) return [150, 60, 110];
      if (inSquare(x, y, 5)) return [0, 0, 0];
      if (inSquare(x, y, 210)) return [128, 128, 128];
      return inDisc(x, y, 80) && !inDisc(x, y, 30) ? [200, 120, 170] : [240, 240, 240];
    });
    const { mask } = otsuTissue(rgb, 256, 256);
    let disc = 0;
    for (let y = 0; y < 256; y++) for (let x = 0; x < 256; x++) if (inDisc(x, y, 80)) disc++;
    expect(disc).toBe(20069);
    expect(count(mask)).toBe(disc);
    expect(mask.data[128 * 256 + 128]).toBe(1);
  });

  it("finds nothing on even glass, unless the tile is so small that all of it is a small hole", () => {
    const glass = (side: number) => otsuTissue(new Uint8Array(side * side * 3).fill(200), side, side);
    expect(count(glass(71).mask)).toBe(0);
    expect(count(glass(64).mask)).toBe(4096);
    expect(glass(71).thresholds).toEqual([255, 255]);
  });
});

describe("the Otsu threshold", () => {
  it("parts two groups of numbers in the first bin between them", () => {
    const values = Float64Array.of(0, 0, 1, 99, 100, 100);
    // Bins of 100 / 256: 1 lies in the third.
    expect(otsuThreshold(values)).toBeCloseTo((2.5 * 100) / 256, 9);
  });

  it("of equal numbers is that number", () => {
    expect(otsuThreshold(Float64Array.of(7, 7, 7))).toBe(7);
  });
});
