import { Lifeline } from "#base";
import { callBack, moveOut, type Seat, spawnModelWorker, WorkerCrashedError } from "#bridge";
import { builtInAddress } from "./built-in/address.ts";
import { GpuLostError, ModelLoadError } from "./errors.ts";
import type { EncoderModel } from "./model.ts";
import { openModelShelf } from "./model-shelf.ts";
import type { OpenEncoderOptions, PatchEncoder } from "./patch-encoder.ts";
import { watchPulse } from "./pulse.ts";
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
  const worker = new Lifeline();
  seat.onDeath((detail) => worker.cut(new WorkerCrashedError(source.name, detail)));
  const loseGpu = (detail: string) => {
    // Not asked to close: it may never answer again, and hold two processors meanwhile.
    seat.terminate();
    worker.cut(new GpuLostError(detail));
  };
  const call = callsOf(seat, worker);
  const whileAnswering: WhileAnswering = async (silenceMs, work) => {
    const stop = watchPulse(
      () => seat.api.ping(),
      silenceMs,
      () => loseGpu("the model's worker answers no more"),
    );
    try {
      return await work;
    } finally {
      stop();
    }
  };
  try {
    const loading = call((api) => api.load(source, model.card, options, callBack(loseGpu)), signal);
    const loaded = await (options.device === "wasm" ? loading : whileAnswering(loadingSilenceMs(source), loading));
    return encoderOf(seat, call, whileAnswering, model, loaded);
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

function loadingSilenceMs({ network, external }: ModelSource): number {
  const files = external.map(({ file }) => file.size);
  const bytes = files.reduce((sum, size) => sum + size, typeof network === "string" ? 0 : network.size);
  return LOADING_SILENCE_MS + bytes * LOADING_SILENCE_MS_PER_BYTE;
}

type Call = <Result>(ask: (api: ModelWorkerApi) => Promise<Result>, signal?: AbortSignal) => Promise<Result>;

/** Asks the worker; rejects at once when it dies, or when the signal says so. */
function callsOf(seat: Seat<ModelWorkerApi>, worker: Lifeline): Call {
  return (ask, signal) =>
    new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const onAbort = () => reject(signal!.reason);
      signal?.addEventListener("abort", onAbort, { once: true });
      worker
        .guard((async () => ask(seat.api))()) // asking one that was ended throws
        .finally(() => signal?.removeEventListener("abort", onAbort))
        .then(resolve, reject);
    });
}

/** What `work` comes to. A worker that answers no more meanwhile is ended, and has lost its GPU for all that anybody can tell. */
type WhileAnswering = <Result>(silenceMs: number, work: Promise<Result>) => Promise<Result>;

function encoderOf(
  seat: Seat<ModelWorkerApi>,
  call: Call,
  whileAnswering: WhileAnswering,
  { card }: EncoderModel,
  { choice, batchSize, dimension }: LoadedModel,
): PatchEncoder {
  const { sizePx } = card.input;
  const silence = new GpuSilence();
  return {
    card: { ...card, dimension },
    device: choice.device,
    deviceReason: choice.reason,
    choice,
    batchSize,
    encode(patches, n, { signal } = {}) {
      const wanted = n * sizePx * sizePx * 3;
      if (patches.length !== wanted) throw new RangeError(`${patches.length} bytes of patches; ${n} have ${wanted}`);
      const batch = call((api) => api.encode(moveOut(patches, [patches.buffer]), n), signal);
      // On wasm the thread never answers during a batch.
      return choice.device === "wasm" ? batch : whileAnswering(silence.ms, silence.time(batch));
    },
    async close() {
      // A worker that died, or whose device did, has nothing to tidy.
      await Promise.race([call((api) => api.close()).catch(() => {}), after(CLOSING_MS)]);
      seat.terminate();
    },
  };
}

/** A model keeps the thread busy while it is loaded: one of gigabytes for half a minute. */
const LOADING_SILENCE_MS = 15_000;
const LOADING_SILENCE_MS_PER_BYTE = 60_000 / 2 ** 30;
/** Nobody knows how much of the first batch the processor does in one go. */
const FIRST_SILENCE_MS = 60_000;
/** Of every other no more than the fastest batch took; and a busy machine has more to do than this. */
const SILENCE_BATCHES = 5;
const LEAST_SILENCE_MS = 3000;

/** How long a worker's thread may answer nothing with batches on the GPU: what it does itself is a part of a batch's time. */
class GpuSilence {
  #fastestMs = FIRST_SILENCE_MS / SILENCE_BATCHES;

  get ms(): number {
    return Math.max(LEAST_SILENCE_MS, SILENCE_BATCHES * this.#fastestMs);
  }

  async time<T>(batch: Promise<T>): Promise<T> {
    const begin = performance.now();
    const result = await batch;
    this.#fastestMs = Math.min(this.#fastestMs, performance.now() - begin);
    return result;
  }
}

/** Longest that a batch under way may hold up closing; the worker is ended then, with all that is its. */
const CLOSING_MS = 1000;

function after(ms: number): Promise<void> {
  return new Promise((done) => setTimeout(done, ms));
}
