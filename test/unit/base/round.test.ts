import { describe, expect, it } from "vitest";
import { roundHalfEven } from "#base";

describe("rounding half to even", () => {
  it("takes halves to the even neighbour, below 0 too", () => {
    expect([0.5, 1.5, 112.5, 113.5, -0.5, -1.5, -2.5].map((value) => roundHalfEven(value) + 0)).toEqual([
      0, 2, 112, 114, 0, -2, -2,
    ]);
  });

  it("takes all else to the nearest", () => {
    expect([0.4999, 0.5001, 2, -0.7, 1e15 + 0.25].map(roundHalfEven)).toEqual([0, 1, 2, -1, 1e15]);
  });
});
