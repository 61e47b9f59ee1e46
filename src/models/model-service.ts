import { sha256 } from "@noble/hashes/sha2.js";
import { CapabilityError, Lifeline, toHex } from "#base";
import { type FoundAdapter, findAdapter, requestDevice } from "./adapter.ts";
import { probeGpuBatch, probeWasmBatch } from "./batch-probe.ts";
import type { EncoderCard } from "./card.ts";
import { threadsHere } from "./device.ts";
import { readShape, writeEmbeddings } from "./embedding-output.ts";
import { GpuLostError, ModelLoadError, ModelOutputError } from "./errors.ts";
import { explainLoading } from "./explain-loading.ts";
import { fetchFile } from "./fetch-file.ts";
import { readFacts, refuseMissing } from "./inspect-model.ts";
import type { DeviceReason, OpenEncoderOptions } from "./patch-encoder.ts";
import { findPatchInput, type InputValues, PatchNormaliser } from "./patch-input.ts";
import { loadOnnxRuntime, type Network, type Runtime } from "./runtime.ts";
import type { LoadedModel, ModelSource, ModelWorkerApi } from "./worker-contract.ts";

export type { ModelWorkerApi };

/** The runtime and the graphics processor as the service gets them; tests give their own. */
export interface ModelServiceParts {
  readonly loadRuntime: (threads: number) => Promise<Runtime>;
  readonly findAdapter: (card: EncoderCard, allowSoftwareAdapter?: boolean) => Promise<FoundAdapter>;
  readonly requestDevice: (adapter: GPUAdapter) => Promise<GPUDevice>;
}

/** What a loaded model needs to run. */
interface Ready {
  readonly card: EncoderCard;
  readonly modelName: string;
  readonly network: Network;
  readonly normaliser: PatchNormaliser;
  /** Cut when the GPU goes away. */
  readonly gpu: Lifeline;
  readonly closeDevice: () => void;
}

/** Runs one model; lives in a model worker. */
export function createModelService(
  parts: ModelServiceParts = { loadRuntime: loadOnnxRuntime, findAdapter, requestDevice },
): ModelWorkerApi {
  let loaded: (LoadedModel & { readonly ready: Ready }) | undefined;
  /** Ends when the batch before has run: the runtime is not made for overlapping runs. */
  let turn: Promise<unknown> = Promise.resolve();
  const rooms: InputValues[] = [];
  let hashing: ReturnType<typeof sha256.create> | undefined;

  async function load(
    source: ModelSource,
    card: EncoderCard,
    {
      device: wish = "auto",
      batchSize,
      batchLimit = Number.POSITIVE_INFINITY,
      allowSoftwareAdapter,
    }: Omit<OpenEncoderOptions, "signal">,
    onGpuLost: (detail: string) => void,
  ): Promise<LoadedModel> {
    const file = await fetchNetwork(source);
    const facts = await readFacts(source.name, file);
    const input = findPatchInput(facts, card, source.name);
    const given = new Set(source.external.map(({ path }) => path));
    refuseMissing(source.name, facts, (path) => given.has(path));

    const bytes = new Uint8Array(await file.arrayBuffer());
    const threads = threadsHere();
    const runtime = await parts.loadRuntime(threads).catch((error) => {
      throw new ModelLoadError(source.name, "fetch", String(error), { cause: error });
    });
    const normaliser = new PatchNormaliser(input, card);
    const common = { card, modelName: source.name, normaliser };
    const sizes = { fixed: input.fixedBatch ?? batchSize, limit: batchLimit };

    let reason: DeviceReason = "asked-for";
    if (wish !== "wasm") {
      const found = await parts.findAdapter(card, allowSoftwareAdapter);
      if (found.adapter) {
        try {
          const ready = await onGpu(await parts.requestDevice(found.adapter));
          const choice = {
            device: "webgpu",
            reason: wish === "auto" ? "adapter" : "asked-for",
            adapter: found.name,
            threads,
          } as const;
          return await keep(ready, choice, sizes);
        } catch (error) {
          if (wish === "webgpu" || !mayFallBack(error)) throw error;
          reason = "adapter-refused";
        }
      } else if (wish === "webgpu") throw new CapabilityError("WebGPU", found.reason);
      else reason = found.reason;
    }
    const network = await runtime.open(bytes, source, input, { kind: "wasm" }).catch((error) => {
      throw explainLoading(source.name, error);
    });
    const ready: Ready = { ...common, network, gpu: new Lifeline(), closeDevice: () => {} };
    return await keep(ready, { device: "wasm", reason, adapter: "", threads }, sizes);

    async function onGpu(device: GPUDevice): Promise<Ready> {
      const gpu = new Lifeline();
      void device.lost.then(({ message, reason }) => {
        const lost = new GpuLostError(message || reason);
        // Before anything else runs here: the runtime may spin from now on, and answer nothing.
        if (reason !== "destroyed") onGpuLost(lost.detail);
        gpu.cut(lost);
      });
      try {
        const opening = runtime.open(bytes, source, input, { kind: "webgpu", device }).catch((error) => {
          throw explainLoading(source.name, error);
        });
        return { ...common, network: await gpu.guard(opening), gpu, closeDevice: () => device.destroy() };
      } catch (error) {
        device.destroy();
        throw error;
      }
    }
  }

  /** Tries a model with one patch, finds its batch size, and keeps it. */
  async function keep(
    ready: Ready,
    choice: LoadedModel["choice"],
    { fixed, limit }: { fixed: number | undefined; limit: number },
  ): Promise<LoadedModel> {
    try {
      const { dimension } = await tryOut(ready, fixed ?? 1);
      const probe = choice.device === "webgpu" ? probeGpuBatch : probeWasmBatch;
      const run = (batch: number) => tryOut(ready, batch).then(() => {});
      const batchSize = fixed ?? (await probe({ run, limit }));
      loaded = { choice, batchSize, dimension, ready };
      return { choice, batchSize, dimension };
    } catch (error) {
      await ready.network.close().catch(() => {}); // a device that is gone cannot be tidied
      ready.closeDevice();
      throw error;
    }
  }

  async function encode(patches: Uint8Array<ArrayBuffer>, n: number): Promise<Float32Array<ArrayBuffer>> {
    if (!loaded) throw new Error("no model is loaded");
    const { ready, batchSize, dimension } = loaded;
    const out = new Float32Array(n * dimension);
    for (let first = 0; first < n; first += batchSize) {
      const count = Math.min(batchSize, n - first);
      await runBatch(ready, patches, first, count, batchSize, dimension, out);
    }
    return out;
  }

  /**
   * Runs one batch. It always has the same size, the missing patches black: some operators sum in another order for
   * another batch, and the embedding of a patch must not hang on which others came with it.
   */
  async function runBatch(
    ready: Ready,
    patches: Uint8Array,
    first: number,
    count: number,
    batch: number,
    dimension: number,
    out: Float32Array,
  ): Promise<void> {
    const { card, modelName, network, normaliser, gpu } = ready;
    // Before its turn: on WebGPU the batch before is still running on the device meanwhile.
    const room = rooms.pop() ?? normaliser.room(batch);
    normaliser.write(patches, first, count, room);
    const before = turn;
    const running = (async () => {
      await before.catch(() => {});
      const raw = await gpu.guard(network.run(room, normaliser.dims(batch)));
      const shape = readShape(raw.dims, batch, { ...card, dimension }, modelName);
      writeEmbeddings(raw, shape, count, card, modelName, out, first);
    })();
    turn = running;
    await running.catch((error) => gpu.guard(lostSoon(error)));
    rooms.push(room);
  }

  return {
    load,
    encode,
    async ping() {},
    async hash(part, isLast) {
      hashing ??= sha256.create();
      hashing.update(new Uint8Array(await part.arrayBuffer()));
      if (!isLast) return undefined;
      const digest = hashing.digest();
      hashing = undefined;
      return toHex(digest);
    },
    async close() {
      const ready = loaded?.ready;
      loaded = undefined;
      await turn.catch(() => {});
      await ready?.network.close().catch(() => {});
      ready?.closeDevice();
    },
  };
}

/** A run fails a moment before the device says that it is lost. */
const LOST_WITHIN_MS = 250;

function lostSoon(error: unknown): Promise<never> {
  if (error instanceof GpuLostError || error instanceof ModelOutputError) return Promise.reject(error);
  return new Promise((_, reject) => setTimeout(() => reject(error), LOST_WITHIN_MS));
}

/** A refusal of the device is one thing; that it was lost, or that the card is wrong, another device does not mend. */
function mayFallBack(error: unknown): boolean {
  if (error instanceof ModelOutputError) return error.reason === "not-finite";
  return !(error instanceof GpuLostError);
}

/** Runs a batch of patterned patches and looks at what comes: its shape, and whether it is numbers that differ from zero. */
async function tryOut(ready: Ready, batch: number): Promise<{ dimension: number }> {
  const { card, modelName, network, normaliser, gpu } = ready;
  const { sizePx } = card.input;
  const patches = new Uint8Array(batch * sizePx * sizePx * 3);
  for (let i = 0; i < patches.length; i++) patches[i] = (i * 7919) % 251;
  const values = normaliser.room(batch);
  normaliser.write(patches, 0, batch, values);
  const raw = await gpu.guard(network.run(values, normaliser.dims(batch)));
  const shape = readShape(raw.dims, batch, card, modelName);
  const out = new Float32Array(batch * shape.dimension);
  writeEmbeddings(raw, shape, batch, card, modelName, out, 0);
  // A device that fails in silence leaves its buffers as they were: zero.
  if (out.every((value) => value === 0)) {
    throw new ModelOutputError(modelName, "not-finite", "nothing but zeros", "numbers that depend on the patch");
  }
  return { dimension: shape.dimension };
}

async function fetchNetwork({ name, network }: ModelSource): Promise<Blob> {
  if (typeof network !== "string") return network;
  try {
    return await (await fetchFile(network)).blob();
  } catch (error) {
    throw new ModelLoadError(name, "fetch", String(error), { cause: error });
  }
}
