import { expect, it } from "vitest";
import { digest, randomHex, toHex } from "#base";

it("bytes have two digits each", () => {
  expect(toHex(Uint8Array.of(0, 10, 255))).toBe("000aff");
});

it("random digits are as many as asked for, odd numbers too, and never the same", () => {
  expect([randomHex(7), randomHex(16)]).toEqual([
    expect.stringMatching(/^[0-9a-f]{7}$/),
    expect.stringMatching(/^[0-9a-f]{16}$/),
  ]);
  expect(randomHex(16)).not.toBe(randomHex(16));
});

it("a digest is of text as UTF-8, or of bytes", async () => {
  const known = "4a99557e4033c3539de2eb65472017cad5f9557f7a0625a09f1c3f6e2ba69c4c";
  expect(await digest("SHA-256", "é")).toBe(known);
  expect(await digest("SHA-256", Uint8Array.of(0xc3, 0xa9))).toBe(known);
});
