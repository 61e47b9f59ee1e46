import { describe, expect, it } from "vitest";
import { decodeNumbers, encodeNumbers, fromHalf, toHalf } from "../../../src/storage/hdf5/number-type.ts";

describe("half precision", () => {
  it("goes to a number and back for every pattern of bits that is a number", () => {
    for (let bits = 0; bits < 0x10000; bits++) {
      const value = fromHalf(bits);
      if (!Number.isNaN(value)) expect(toHalf(value)).toBe(bits);
    }
  });

  it.each([
    [1 + 2 ** -11, 0x3c00, "a tie to the even one below"],
    [1 + 3 * 2 ** -11, 0x3c02, "a tie to the even one above"],
    [1 + 2 ** -11 + 2 ** -20, 0x3c01, "up where it is nearer"],
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

describe("numbers", () => {
  it.each([
    ["int8", 128],
    ["uint8", -1],
    ["int32", 0.5],
    ["uint32", 2 ** 32],
    ["int64", 2 ** 53],
    ["uint64", -1],
    ["int64", Number.NaN],
  ] as const)("an %s does not hold %d", (type, value) => {
    expect(() => encodeNumbers(type, [value])).toThrow(RangeError);
  });

  it("are read as what they are at both ends of each type", () => {
    const ends = {
      int8: [-128, 127],
      uint16: [0, 65535],
      int32: [-(2 ** 31), 2 ** 31 - 1],
      int64: [-(2 ** 53) + 1, 2 ** 53 - 1],
    };
    for (const [type, values] of Object.entries(ends) as [keyof typeof ends, number[]][]) {
      expect([...decodeNumbers(type, encodeNumbers(type, values))]).toEqual(values);
    }
  });

  it("beyond 2^53 are refused, not rounded", () => {
    const bytes = new Uint8Array(new BigInt64Array([2n ** 53n + 1n]).buffer);
    expect(() => decodeNumbers("int64", bytes)).toThrow("beyond 2^53");
  });
});
