import { randomHex } from "#base";

const SECTION = "coverslip";
const CUSTOM_SECTION = 0;

/**
 * The same module in bytes that no other has: with an empty section of a name of its own at its end. What a browser keeps for a module,
 * optimised code and how often each function ran, it keeps by its bytes, for all workers of a page together.
 */
export function unsharedWasm(module: Uint8Array): Uint8Array<ArrayBuffer> {
  const name = new TextEncoder().encode(`${SECTION}-${randomHex(32)}`);
  // Lengths below 128 are one byte each.
  const section = [CUSTOM_SECTION, 1 + name.length, name.length, ...name];
  const copy = new Uint8Array(module.length + section.length);
  copy.set(module);
  copy.set(section, module.length);
  return copy;
}
