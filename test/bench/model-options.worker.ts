import mjs from "onnxruntime-web/ort-wasm-simd-threaded.asyncify.mjs?url";
import wasm from "onnxruntime-web/ort-wasm-simd-threaded.asyncify.wasm?url";
import * as ort from "onnxruntime-web/webgpu";

/** One way to run the built-in encoder. */
export interface Trial {
  readonly model: string;
  readonly threads: number;
  readonly batch: number;
  readonly spinning: boolean;
  readonly optimisation: "all" | "basic" | "disabled";
  readonly rounds: number;
}

const SIDE = 256;

/** Answers a trial with milliseconds a patch, round by round. A worker a trial: the number of threads is set once. */
self.addEventListener("message", async ({ data }: MessageEvent<Trial>) => {
  const { model, threads, batch, spinning, optimisation, rounds } = data;
  ort.env.wasm.wasmPaths = { mjs: new URL(mjs, import.meta.url).href, wasm: new URL(wasm, import.meta.url).href };
  ort.env.wasm.numThreads = threads;
  const session = await ort.InferenceSession.create(model, {
    executionProviders: ["wasm"],
    graphOptimizationLevel: optimisation,
    extra: { session: { intra_op: { allow_spinning: spinning ? "1" : "0" } } },
  });
  const values = Float32Array.from({ length: batch * 3 * SIDE * SIDE }, (_, i) => ((i * 7919) % 251) / 255);
  const patches = new ort.Tensor("float32", values, [batch, 3, SIDE, SIDE]);
  const times: number[] = [];
  for (let round = -2; round < rounds; round++) {
    const begin = performance.now();
    for (let done = 0; done < 16; done += batch) await session.run({ patches });
    if (round >= 0) times.push((performance.now() - begin) / Math.max(16, batch));
  }
  self.postMessage(times);
});
