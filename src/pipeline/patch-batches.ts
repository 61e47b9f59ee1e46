import type { PatchRecipe, Slide } from "#slide";
import type { Meter } from "./meter.ts";
import type { PatchGrid } from "./patch-grid.ts";

/** Pixels of patches held at most, being read or waiting for the encoder. */
const MAX_AHEAD_BYTES = 192 << 20;
/** Enough reads in flight to keep all decoding workers busy, whatever the batch size. */
const MIN_READS_AHEAD = 32;
/** Behind what a person looks at. */
const READ_PRIORITY = -1;

/** A batch of patches as the encoder takes it. */
export interface PatchBatch {
  /** Of the first patch. */
  readonly begin: number;
  readonly count: number;
  /** (count, side, side, 3) RGB uint8. */
  readonly pixels: Uint8Array<ArrayBuffer>;
}

/**
 * Patches in the order of the coords, in batches, read ahead of the encoder as far as memory allows.
 * Batches begin at multiples of the size, so that a resumed run makes the same ones.
 */
export class PatchBatches {
  readonly #slide: Slide;
  readonly #coords: Int32Array;
  readonly #grid: PatchGrid;
  readonly #recipe: PatchRecipe;
  readonly #sidePx: number;
  readonly #batchSize: number;
  readonly #ahead: number;
  readonly #meter: Meter;
  /** Ends the reads that are no longer wanted. */
  readonly #stop = new AbortController();
  readonly #signal: AbortSignal;
  readonly #queue: Promise<PatchBatch>[] = [];
  #next: number;

  constructor(options: {
    slide: Slide;
    coords: Int32Array;
    grid: PatchGrid;
    recipe: PatchRecipe;
    /** Of what the recipe makes. */
    sidePx: number;
    batchSize: number;
    begin: number;
    meter: Meter;
    signal: AbortSignal;
  }) {
    this.#slide = options.slide;
    this.#coords = options.coords;
    this.#grid = options.grid;
    this.#recipe = options.recipe;
    this.#sidePx = options.sidePx;
    this.#batchSize = options.batchSize;
    this.#meter = options.meter;
    this.#next = options.begin;
    this.#signal = AbortSignal.any([options.signal, this.#stop.signal]);
    const batchBytes = options.batchSize * options.sidePx ** 2 * 3;
    const wanted = Math.max(2, Math.ceil(MIN_READS_AHEAD / options.batchSize));
    this.#ahead = Math.max(1, Math.min(wanted, Math.floor(MAX_AHEAD_BYTES / batchBytes)));
    this.#fill();
  }

  /** The next batch, undefined after the last; the wait for it counts as waiting for patches. */
  async take(): Promise<PatchBatch | undefined> {
    const first = this.#queue.shift();
    if (!first) return undefined;
    const batch = await this.#meter.time("waitingForPatches", () => first);
    this.#fill();
    return batch;
  }

  /** Stops reading ahead. */
  close(): void {
    this.#stop.abort(new DOMException("no more patches are wanted", "AbortError"));
  }

  #fill(): void {
    const total = this.#coords.length / 2;
    while (this.#queue.length < this.#ahead && this.#next < total) {
      const batch = this.#read(this.#next, Math.min(this.#batchSize, total - this.#next));
      // Whoever takes it hears of a failure; until then it is not unhandled.
      batch.catch(() => {});
      this.#queue.push(batch);
      this.#next += this.#batchSize;
    }
  }

  async #read(begin: number, count: number): Promise<PatchBatch> {
    const { level, patchSizeLevel } = this.#grid;
    const patchBytes = this.#sidePx ** 2 * 3;
    const pixels = new Uint8Array(count * patchBytes);
    const reads = Array.from({ length: count }, async (_, index) => {
      const at = 2 * (begin + index);
      const region = {
        x: this.#coords[at]!,
        y: this.#coords[at + 1]!,
        level,
        width: patchSizeLevel,
        height: patchSizeLevel,
      };
      const patch = await this.#slide.readPatch(region, this.#recipe, {
        signal: this.#signal,
        priority: READ_PRIORITY,
      });
      pixels.set(patch.data, index * patchBytes);
      this.#meter.add("reading", patch.spent?.readingMs ?? 0);
      this.#meter.add("preprocessing", patch.spent?.makingMs ?? 0);
    });
    await Promise.all(reads);
    return { begin, count, pixels };
  }
}
