import type { Trial } from "./model-options.worker.ts";

const modelUrl = new URL("../../src/models/built-in/dist/scattering-he-v1.onnx", import.meta.url).href;

const modelOptions = {
  /** Milliseconds a patch, a number a round. */
  run: (trial: Omit<Trial, "model">): Promise<number[]> =>
    new Promise((resolve, reject) => {
      const worker = new Worker(new URL("./model-options.worker.ts", import.meta.url), { type: "module" });
      worker.addEventListener("message", ({ data }) => {
        worker.terminate();
        resolve(data);
      });
      worker.addEventListener("error", ({ message }) => reject(new Error(message)));
      worker.postMessage({ ...trial, model: modelUrl } satisfies Trial);
    }),
};

declare global {
  var modelOptionsBench: typeof modelOptions;
}
globalThis.modelOptionsBench = modelOptions;
