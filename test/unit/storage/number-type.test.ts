import { describe, expect, it } from "vitest";
import { decodeNumbers, encodeNumbers } from "../../../src/storage/hdf5/number-type.ts";

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
