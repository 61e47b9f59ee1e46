/** Batches tried on a GPU, in order. */
const SIZES = [1, 2, 4, 8, 16, 32, 64];
/** Longest a run may take: a cancel waits for it. */
const LONGEST_RUN_MS = 400;
/** Longest the whole probe may take; a run that is begun is finished. */
const PROBE_MS = 2000;
/** A larger batch must be this much faster a patch, or the smaller one is kept: it cancels sooner and needs less memory. */
const GAIN = 0.93;

/** On wasm: a cancel waits for a run. What a busy machine makes of a patch of some milliseconds stays well below it. */
const WASM_RUN_MS = 400;
/** On wasm, beyond: what a batch computes outgrows the processor's caches, and each patch takes longer again. */
const WASM_LIMIT = 8;
/** How long a patch may be tried again where it seems too slow for the largest batch: a busy machine has its pauses. */
const WASM_PROBE_MS = 1000;

/** What a probe works with. */
export interface ProbeParts {
  /** Runs a batch of that size. */
  readonly run: (batch: number) => Promise<void>;
  /** The largest size allowed. */
  readonly limit: number;
  /** A clock, in milliseconds. */
  readonly now?: () => number;
}

/**
 * Batch size on a GPU, where a larger one is faster until the device is full: by trying.
 * A size above 1 that fails (out of memory) ends the probe; a failure at 1 is thrown on.
 */
export async function probeGpuBatch({ run, limit, now = () => performance.now() }: ProbeParts): Promise<number> {
  let best = { batch: 1, perPatch: Number.POSITIVE_INFINITY };
  let slower = 0;
  const began = now();
  for (const batch of SIZES.filter((size) => size <= Math.max(1, limit))) {
    let took: number;
    try {
      // The first run of a size allocates, and compiles shaders.
      await run(batch);
      const begin = now();
      await run(batch);
      took = now() - begin;
    } catch (error) {
      if (batch === 1) throw error;
      break;
    }
    if (batch === 1 || (took <= LONGEST_RUN_MS && took / batch < best.perPatch * GAIN)) {
      best = { batch, perPatch: took / batch };
      slower = 0;
    } else slower++;
    if (took > LONGEST_RUN_MS / 2 || now() - began > PROBE_MS || slower === 2) break;
  }
  return best.batch;
}

/**
 * Batch size on wasm, where it hardly matters (test/bench/model-options.ts): by how long one patch takes, so that a busy
 * machine does not lead to another size than a quiet one.
 */
export async function probeWasmBatch({ run, limit, now = () => performance.now() }: ProbeParts): Promise<number> {
  const most = Math.min(WASM_LIMIT, limit);
  const began = now();
  let took = Number.POSITIVE_INFINITY;
  do {
    const begin = now();
    await run(1);
    took = Math.min(took, now() - begin);
  } while (took * most > WASM_RUN_MS && now() - began < WASM_PROBE_MS);
  let batch = 1;
  while (2 * batch <= most && 2 * batch * took <= WASM_RUN_MS) batch *= 2;
  return batch;
}
