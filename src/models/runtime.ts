import mjs from "onnxruntime-web/ort-wasm-simd-threaded.asyncify.mjs?url";
import wasm from "onnxruntime-web/ort-wasm-simd-threaded.asyncify.wasm?url";
import type { InferenceSession, Tensor } from "onnxruntime-web/webgpu";
import { fromHalf } from "#base";
import type { RawOutput } from "./embedding-output.ts";
import { fetchFile } from "./fetch-file.ts";
import type { InputValues, PatchInput } from "./patch-input.ts";
import { unsharedWasm } from "./unshared-wasm.ts";
import type { ModelSource } from "./worker-contract.ts";

/** What a network runs on. */
export type RuntimeDevice = { readonly kind: "wasm" } | { readonly kind: "webgpu"; readonly device: GPUDevice };

/** A network that is ready to run. */
export interface Network {
  /** Runs one batch of `dims[0]` patches. */
  run(values: InputValues, dims: readonly number[]): Promise<RawOutput>;
  close(): Promise<void>;
}

/** Makes networks ready. The real one is onnxruntime; tests give their own. */
export interface Runtime {
  open(network: Uint8Array, source: ModelSource, input: PatchInput, on: RuntimeDevice): Promise<Network>;
}

/**
 * onnxruntime-web, its native WebGPU provider and its wasm one in the same 27 MB of wasm. Loaded when the first model is.
 * Only this file knows it.
 */
export async function loadOnnxRuntime(threads: number): Promise<Runtime> {
  const ort = await import("onnxruntime-web/webgpu");
  // Absolute: the runtime resolves them against itself otherwise. Never from a CDN, which is its own default.
  // Not against import.meta.url: webpack would look for the files itself.
  ort.env.wasm.wasmPaths = { mjs: new URL(mjs, location.href).href };
  // Browsers optimise for a minute what was started some times from the same bytes (decision 0006).
  const module = await fetchFile(new URL(wasm, location.href).href);
  ort.env.wasm.wasmBinary = unsharedWasm(new Uint8Array(await module.arrayBuffer()));
  ort.env.wasm.numThreads = threads;
  // It writes warnings about operators placed on the processor to the console.
  ort.env.logLevel = "error";
  return {
    async open(network, source, input, on) {
      const session = await ort.InferenceSession.create(network, {
        executionProviders: [on.kind === "wasm" ? "wasm" : { name: "webgpu", device: on.device }],
        externalData: source.external.map(({ path, file }) => ({ path, data: file })),
        logSeverityLevel: 3,
        // Threads that wait by spinning take the cores from those that decode.
        extra: { session: { intra_op: { allow_spinning: "0" } } },
      });
      return networkOf(session, input, (values, dims) => new ort.Tensor(input.type, values as Float32Array, dims));
    },
  };
}

function networkOf(
  session: InferenceSession,
  input: PatchInput,
  tensorOf: (values: InputValues, dims: readonly number[]) => Tensor,
): Network {
  const outputName = session.outputNames[0]!;
  return {
    async run(values, dims) {
      const tensor = tensorOf(values, dims);
      const results = await session.run({ [input.name]: tensor }, [outputName]);
      const output = results[outputName]!;
      const data = await output.getData();
      tensor.dispose();
      return { dims: output.dims, data: asFloats(data, output.type) };
    },
    close: () => session.release(),
  };
}

function asFloats(data: Tensor.DataType, type: Tensor.Type): Float32Array {
  if (data instanceof Float32Array) return data;
  // Uint16Array, or Float16Array where the browser has one.
  if (type === "float16") {
    return data instanceof Uint16Array
      ? Float32Array.from(data, fromHalf)
      : Float32Array.from(data as ArrayLike<number>);
  }
  return Float32Array.from(data as ArrayLike<number>, Number);
}
