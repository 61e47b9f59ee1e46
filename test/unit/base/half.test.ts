import { describe, expect, it } from "vitest";
import { fromHalf, toHalf } from "#base";

describe("half precision", () => {
  it("goes to a number and back for every pattern of bits that is a number", () => {
    const wrong = Array.from({ length: 0x10000 }, (_, bits) => bits).filter((bits) => {
      const value = fromHalf(bits);
      // The infinities are numbers too; what is none has an exponent of ones and a fraction.
      const isNone = (bits & 0x7c00) === 0x7c00 && (bits & 0x3ff) !== 0;
      return isNone ? !Number.isNaN(value) : toHalf(value) !== bits;
    });
    expect(wrong).toEqual([]);
  });

  it("has both infinities, and what is no number stays none", () => {
    expect([fromHalf(0x7c00), fromHalf(0xfc00)]).toEqual([Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]);
    expect(fromHalf(toHalf(Number.NaN))).toBeNaN();
  });

  it.each([
    [1 + 2 ** -11, 0x3c00, "a tie to the even one below"],
    [1 + 3 * 2 ** -11, 0x3c02, "a tie to the even one above"],
    [1 + 1.1 * 2 ** -11, 0x3c01, "up where it is nearer"],
    [1 + 2 ** -11 + 2 ** -20, 0x3c01, "up where it is nearer by little"],
    [2 - 2 ** -12, 0x4000, "up into the next exponent"],
    [65519, 0x7bff, "the largest"],
    [65520, 0x7c00, "infinity beyond it"],
    [-1e9, 0xfc00, "minus infinity"],
    [2 ** -24, 1, "the smallest"],
    [2 ** -25, 0, "zero, at half of it"],
    [-(2 ** -25), 0x8000, "and minus zero"],
    [2 ** -14 - 2 ** -26, 0x0400, "out of the subnormal ones"],
    [Number.NaN, 0x7e00, "not a number"],
  ])("rounds %d to 0x%s: %s", (value, bits) => {
    expect(toHalf(value).toString(16)).toBe(bits.toString(16));
  });
});
