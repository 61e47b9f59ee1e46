import { expect, it } from "vitest";
import { unsharedWasm } from "../../../src/models/unshared-wasm.ts";

/** A module of one function that gives 7. */
const SEVEN = Uint8Array.from([
  ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
  ...[1, 5, 1, 0x60, 0, 1, 0x7f],
  ...[3, 2, 1, 0],
  ...[7, 5, 1, 1, 0x66, 0, 0],
  ...[10, 6, 1, 4, 0, 0x41, 7, 0x0b],
]);

it("is the same module, and its bytes are no other's", async () => {
  const [one, other] = [unsharedWasm(SEVEN), unsharedWasm(SEVEN)];
  for (const bytes of [one, other]) {
    const { instance } = await WebAssembly.instantiate(bytes);
    expect((instance.exports.f as () => number)()).toBe(7);
    expect(bytes.subarray(0, SEVEN.length)).toEqual(SEVEN);
  }
  expect(one).toHaveLength(other.length);
  expect(one).not.toEqual(other);
});
