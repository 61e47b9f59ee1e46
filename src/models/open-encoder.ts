import { moveOut, type Seat, spawnModelWorker, WorkerCrashedError } from "#bridge";
import { builtInAddress } from "./built-in/address.ts";
import { ModelLoadError } from "./errors.ts";
import { Lifeline } from "./lifeline.ts";
import type { EncoderModel } from "./model.ts";
import { openModelShelf } from "./model-shelf.ts";
import type { OpenEncoderOptions, PatchEncoder } from "./patch-encoder.ts";
import type { LoadedModel, ModelSource, ModelWorkerApi } from "./worker-contract.ts";

/**
 * Loads a patch encoder into a worker of its own, tries it with one patch and finds its batch size. The runtime (27 MB) is
 * fetched with the first one, and kept for use offline.
 *
 * @throws {ModelLoadError} {@link ModelInputError} {@link ModelOutputError}, {@link GpuLostError}, and `CapabilityError`
 * where WebGPU was asked for and is not to be had.
 */
export async function openEncoder(
  model: EncoderModel,
  { signal, ...options }: OpenEncoderOptions = {},
): Promise<PatchEncoder> {
  signal?.throwIfAborted();
  const source = await sourceOf(model);
  signal?.throwIfAborted();
  const seat = spawnModelWorker<ModelWorkerApi>();
  const call = callsOf(seat, source.name);
  try {
    const loaded = await call((api) => api.load(source, model.card, options), signal);
    return encoderOf(seat, call, model, loaded);
  } catch (error) {
    seat.terminate();
    throw error;
  }
}

async function sourceOf(model: EncoderModel): Promise<ModelSource> {
  const { name } = model.card;
  if (model.kind === "built-in") return { name, network: builtInAddress(model.card.id), external: [] };
  const files = await (await openModelShelf()).files(model.sha256);
  if (!files) throw new ModelLoadError(name, "gone", `no model ${model.sha256.slice(0, 12)} on this device`);
  return { name, ...files };
}

type Call = <Result>(ask: (api: ModelWorkerApi) => Promise<Result>, signal?: AbortSignal) => Promise<Result>;

/** Asks the worker; rejects at once when it dies, or when the signal says so. */
function callsOf(seat: Seat<ModelWorkerApi>, modelName: string): Call {
  const worker = new Lifeline();
  seat.onDeath((detail) => worker.cut(new WorkerCrashedError(modelName, detail)));
  return (ask, signal) =>
    new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const onAbort = () => reject(signal!.reason);
      signal?.addEventListener("abort", onAbort, { once: true });
      worker
        .guard(ask(seat.api))
        .finally(() => signal?.removeEventListener("abort", onAbort))
        .then(resolve, reject);
    });
}

function encoderOf(
  seat: Seat<ModelWorkerApi>,
  call: Call,
  { card }: EncoderModel,
  { choice, batchSize, dimension }: LoadedModel,
): PatchEncoder {
  const { sizePx } = card.input;
  return {
    card: { ...card, dimension },
    device: choice.device,
    deviceReason: choice.reason,
    choice,
    batchSize,
    encode(patches, n, { signal } = {}) {
      const wanted = n * sizePx * sizePx * 3;
      if (patches.length !== wanted) throw new RangeError(`${patches.length} bytes of patches; ${n} have ${wanted}`);
      return call((api) => api.encode(moveOut(patches, [patches.buffer]), n), signal);
    },
    async close() {
      // A worker that died, or whose device did, has nothing to tidy.
      await Promise.race([call((api) => api.close()).catch(() => {}), after(CLOSING_MS)]);
      seat.terminate();
    },
  };
}

/** Longest that a batch under way may hold up closing; the worker is ended then, with all that is its. */
const CLOSING_MS = 1000;

function after(ms: number): Promise<void> {
  return new Promise((done) => setTimeout(done, ms));
}
