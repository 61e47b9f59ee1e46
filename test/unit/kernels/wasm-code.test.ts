import { expect, test } from "vitest";
import {
  add,
  assemble,
  type Code,
  constant,
  get,
  isBelow,
  load,
  locals,
  repeat,
  set,
  store,
} from "../../../src/kernels/wasm-code.ts";

function run(body: readonly Code[], integers: readonly string[] = []) {
  const code = assemble([{ name: "go", parameters: ["p"], integers, vectors: [], body }]);
  const { memory, go } = new WebAssembly.Instance(new WebAssembly.Module(code)).exports as {
    memory: WebAssembly.Memory;
    go: (p: number) => void;
  };
  return { ints: new Int32Array(memory.buffer), go };
}

test("integers of any length and sign are written as they are", () => {
  const values = [0, 1, -1, 63, 64, -64, -65, 8191, 8192, 2 ** 21, -(2 ** 21) - 1, 2 ** 31 - 1, -(2 ** 31)];
  const { ints, go } = run(values.map((value, at) => store(constant(4 * at), constant(value))));
  go(0);
  expect([...ints.subarray(0, values.length)]).toEqual(values);
});

test("addresses far away are reached, and a loop ends", () => {
  const { p, at, sum } = locals("p", "at", "sum");
  const far = 4 * 5000;
  const { ints, go } = run(
    [
      repeat(
        [set(sum, add(get(sum), load(get(at), far))), set(at, add(get(at), constant(4)))],
        isBelow(get(at), get(p)),
      ),
      store(constant(0), get(sum)),
    ],
    ["at", "sum"],
  );
  ints.set([5, 6, 7, 100], 5000);
  go(12);
  expect(ints[0]).toBe(18);
});
