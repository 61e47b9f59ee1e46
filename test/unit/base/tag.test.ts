import { runInNewContext } from "node:vm";
import { expect, it } from "vitest";
import { tagOf } from "#base";

it("tells the kind of a value, of another realm too", () => {
  const values = [new File([], "a"), new ArrayBuffer(1), new SharedArrayBuffer(1), new Uint8Array(1), [], {}, null, 3];
  expect([...values, undefined].map(tagOf)).toEqual(
    "File ArrayBuffer SharedArrayBuffer Uint8Array Array Object Null Number Undefined".split(" "),
  );
  const foreign = runInNewContext("new ArrayBuffer(1)");
  expect(foreign).not.toBeInstanceOf(ArrayBuffer);
  expect(tagOf(foreign)).toBe("ArrayBuffer");
});
