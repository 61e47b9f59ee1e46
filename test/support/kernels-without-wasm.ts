import { expect, vi } from "vitest";

/** The kernels where the page's policy allows no WebAssembly: a copy of their own. */
export async function kernelsWithoutWasm(): Promise<typeof import("#kernels")> {
  let refusals = 0;
  function refuse(): never {
    refusals++;
    throw new EvalError("refused by the policy");
  }
  vi.resetModules();
  vi.stubGlobal("WebAssembly", { Module: refuse });
  const kernels = await import("#kernels");
  // Asked for once, at the first use.
  kernels.resizePillow({ data: new Uint8Array(12), width: 2, height: 2, channels: 3 }, 1, 1, "bicubic");
  vi.unstubAllGlobals();
  expect(refusals).toBe(1);
  return kernels;
}
