import { describe, expect, it } from "vitest";
import { probeGpuBatch, probeWasmBatch } from "../../../src/models/batch-probe.ts";

/** A device on which a batch takes that long. */
function device(msOf: (batch: number) => number) {
  let time = 0;
  const tried: number[] = [];
  const run = async (batch: number) => {
    tried.push(batch);
    time += msOf(batch);
  };
  return { run, tried, now: () => time };
}

describe("the batch size on a GPU", () => {
  it("is where a larger one gains nothing more", async () => {
    expect(await probeGpuBatch({ ...device((batch) => 20 + Math.max(0, batch - 16) * 2), limit: 64 })).toBe(16);
  });

  it("is the limit at most", async () => {
    expect(await probeGpuBatch({ ...device(() => 5), limit: 24 })).toBe(16);
    expect(await probeGpuBatch({ ...device(() => 5), limit: 1 })).toBe(1);
  });

  it("is one where a patch takes long, after two runs", async () => {
    const slow = device((batch) => batch * 900);
    expect(await probeGpuBatch({ ...slow, limit: 64 })).toBe(1);
    expect(slow.tried).toEqual([1, 1]);
  });

  it("is the last that fitted into memory", async () => {
    const { now, run } = device(() => 5);
    const full = async (batch: number) => {
      if (batch > 8) throw new Error("out of memory");
      await run(batch);
    };
    expect(await probeGpuBatch({ run: full, now, limit: 64 })).toBe(8);
    await expect(probeGpuBatch({ run: () => Promise.reject(new Error("broken")), limit: 64 })).rejects.toThrow(
      "broken",
    );
  });
});

describe("the batch size on wasm", () => {
  it.each([
    [3, 64, 8],
    [3, 2, 2],
    [30, 64, 8],
    [60, 64, 4],
    [250, 64, 1],
    [5000, 64, 1],
  ])("for a patch of %i ms and a limit of %i is %i", async (ms, limit, expected) => {
    expect(await probeWasmBatch({ ...device((batch) => batch * ms), limit })).toBe(expected);
  });

  it("is the same when the machine was busy at first", async () => {
    let runs = 0;
    expect(await probeWasmBatch({ ...device(() => (runs++ < 3 ? 120 : 3)), limit: 64 })).toBe(8);
  });

  it("is found in about a second, or in one run that takes longer", async () => {
    const slow = device(() => 90);
    await probeWasmBatch({ ...slow, limit: 64 });
    expect(slow.now()).toBeLessThan(1100);
    const slower = device(() => 5000);
    await probeWasmBatch({ ...slower, limit: 64 });
    expect(slower.tried).toEqual([1]);
  });
});
