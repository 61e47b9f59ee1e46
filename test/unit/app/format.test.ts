import { describe, expect, test } from "vitest";
import {
  formatBytes,
  formatMagnification,
  formatPixelSize,
  formatSize,
  parseMagnification,
} from "../../../src/app/format.ts";

describe("format", () => {
  test("bytes come in the unit that keeps three digits", () => {
    expect([0, 999, 1000, 15_900, 999_499, 999_600, 1.15e9, 6 * 2 ** 30].map(formatBytes)).toEqual([
      "0 B",
      "999 B",
      "1 kB",
      "16 kB",
      "999 kB",
      "1 MB",
      "1.2 GB",
      "6.4 GB",
    ]);
  });

  test("a magnification keeps what matters at its size", () => {
    expect([0.062, 0.63, 1, 2.5, 5.71, 10, 12.34, 20, 40, 319.6].map(formatMagnification)).toEqual([
      "0.062×",
      "0.63×",
      "1×",
      "2.5×",
      "5.7×",
      "10×",
      "12.3×",
      "20×",
      "40×",
      "320×",
    ]);
  });

  test("a magnification may be typed with x, × or a comma, and nothing else", () => {
    expect(["10", "10x", " 2,5 × ", "40X", ".5x"].map(parseMagnification)).toEqual([10, 10, 2.5, 40, 0.5]);
    expect(["", "x", "ten", "10xx", "-5", "0", "1e3", "5 6"].map(parseMagnification)).toEqual(Array(8).fill(undefined));
  });

  test("what is formatted can be typed back", () => {
    for (const value of [0.5, 1, 2.5, 10, 20, 40]) expect(parseMagnification(formatMagnification(value))).toBe(value);
  });

  test("sizes set thousands apart and pixel sizes keep four digits", () => {
    expect(formatSize({ width: 126_976, height: 98_304 })).toBe("126,976 × 98,304");
    expect([0.25, 0.499, 0.12131, 28.974].map(formatPixelSize)).toEqual([
      "0.25 µm",
      "0.499 µm",
      "0.1213 µm",
      "28.97 µm",
    ]);
  });
});
