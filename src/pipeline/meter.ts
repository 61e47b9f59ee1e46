import type { Bottleneck, StageSeconds } from "./progress.ts";

/** Speed is taken over this long: long enough to be steady, short enough to follow a change. */
const SPEED_WINDOW_MS = 15_000;

/** Measures where a run's time goes, and how fast it is. */
export class Meter {
  readonly #seconds: Record<keyof StageSeconds, number> = {
    opening: 0,
    segmentation: 0,
    coords: 0,
    features: 0,
    waitingForPatches: 0,
    waitingForModel: 0,
    reading: 0,
    preprocessing: 0,
    model: 0,
    writing: 0,
  };
  readonly #marks: { atMs: number; patches: number }[] = [];
  #patches = 0;

  get patches(): number {
    return this.#patches;
  }

  add(stage: keyof StageSeconds, ms: number): void {
    this.#seconds[stage] += ms / 1000;
  }

  /** Adds how long the work takes, whether it succeeds or not. */
  async time<Result>(stage: keyof StageSeconds, work: () => Promise<Result>): Promise<Result> {
    const begin = performance.now();
    try {
      return await work();
    } finally {
      this.add(stage, performance.now() - begin);
    }
  }

  /** Starts the clock of the speed: time before it, as for the encoder to load, is no work on patches. */
  beginPatches(): void {
    this.#marks.splice(0, this.#marks.length, { atMs: performance.now(), patches: this.#patches });
  }

  addPatches(count: number): void {
    this.#patches += count;
    const now = performance.now();
    this.#marks.push({ atMs: now, patches: this.#patches });
    while (this.#marks.length > 2 && this.#marks[1]!.atMs < now - SPEED_WINDOW_MS) this.#marks.shift();
  }

  get patchesPerSecond(): number | undefined {
    const first = this.#marks[0];
    const last = this.#marks.at(-1);
    if (!first || !last || last.atMs <= first.atMs || last.patches === first.patches) return undefined;
    return ((last.patches - first.patches) * 1000) / (last.atMs - first.atMs);
  }

  get seconds(): StageSeconds {
    return { ...this.#seconds };
  }

  /** What a faster part of would help most. */
  get slowest(): Bottleneck | undefined {
    const { waitingForPatches, waitingForModel, reading, preprocessing, writing } = this.#seconds;
    if (waitingForPatches + waitingForModel === 0) return undefined;
    if (writing > waitingForPatches && writing > waitingForModel) return "writing";
    if (waitingForModel >= waitingForPatches) return "model";
    return preprocessing > reading ? "preprocessing" : "reading";
  }
}
