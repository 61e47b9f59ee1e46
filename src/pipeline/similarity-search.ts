import { Lifeline } from "#base";
import { moveOut, WorkerCrashedError } from "#bridge";
import { openTissueSeat } from "./tissue-engine.ts";

/** Answers how like every patch is to one; the features lie in a worker. */
export interface SimilaritySearch {
  /** Cosine to every row, -1 to 1, (N,). */
  scoresOf(index: number): Promise<Float32Array<ArrayBuffer>>;
  /** Ends the worker and frees its memory. */
  close(): void;
}

/**
 * Puts features where they can be searched without holding up the page.
 *
 * @param features - (N, dimension). Handed over: gone for the caller.
 */
export function openSimilarity(features: Float32Array<ArrayBuffer>, dimension: number): SimilaritySearch {
  const seat = openTissueSeat();
  const worker = new Lifeline();
  seat.onDeath((detail) => worker.cut(new WorkerCrashedError("search for like patches", detail)));
  const kept = seat.api.keepFeatures(moveOut(features, [features.buffer]), dimension);
  kept.catch(() => {});
  return {
    async scoresOf(index) {
      await worker.guard(kept);
      return worker.guard(seat.api.similarity(index));
    },
    close: () => seat.terminate(),
  };
}
