import { describe, expect, test } from "vitest";
import { orientation } from "../../../src/kernels/orientation.ts";

describe("orientation", () => {
  test("tells the side of a line, and its points apart from both", () => {
    expect(orientation(0, 0, 10, 0, 5, 3)).toBeGreaterThan(0);
    expect(orientation(0, 0, 10, 0, 5, -3)).toBeLessThan(0);
    expect(orientation(0, 0, 10, 4, 5, 2)).toBe(0);
  });

  test("is exact where the plain determinant rounds to zero or to the wrong sign", () => {
    // 0.1 + 0.2 lies a little above 0.3: the point is just off the diagonal.
    expect(orientation(0, 0, 1, 1, 0.3, 0.1 + 0.2)).toBeGreaterThan(0);
    const tiny = 2 ** -52;
    expect(orientation(0.5, 0.5, 12, 12, 24, 24 + 24 * tiny)).toBeGreaterThan(0);
    expect(orientation(0.5, 0.5, 12, 12, 24 + 24 * tiny, 24)).toBeLessThan(0);
    expect(orientation(0.5, 0.5, 12, 12, 24, 24)).toBe(0);
  });

  test("takes coordinates left of zero and of very different size", () => {
    expect(orientation(-1e5, -1e5, 1e5, 1e5, 2 ** -40, 2 ** -40)).toBe(0);
    expect(Math.sign(orientation(-1e5, -1e5, 1e5, 1e5, 2 ** -40, 2 ** -41))).toBe(-1);
  });
});
