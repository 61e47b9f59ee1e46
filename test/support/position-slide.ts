import { shrinkRgba } from "#kernels";
import type { Level, Patch, PatchRecipe, PixelSize, Pixels, ReadOptions, Region, Slide } from "#slide";
import { makePatch } from "../../src/slide/patch.ts";

export interface PositionSlideOptions {
  readonly width: number;
  readonly height: number;
  /** One number per level, 1 first. */
  readonly downsamples?: readonly number[];
  /** Stored tile size of every level; undefined: no grid. */
  readonly tilePx?: number;
  /** Level-0 pixels per step of colour: choose it near the downsample looked at. */
  readonly unit?: number;
  /** How long a read takes; reads beyond `workers` wait, the highest priority first. Without it, `release` decides. */
  readonly readMs?: number;
  readonly workers?: number;
  readonly mpp?: number;
  readonly objectivePower?: number;
  /** Reads of which this is true fail. */
  readonly fails?: (region: Region) => Error | undefined;
}

interface Waiting {
  readonly region: Region;
  readonly priority: number;
  readonly order: number;
  readonly resolve: (pixels: Pixels) => void;
  readonly reject: (reason: unknown) => void;
}

/** Up and down between 0 and 255, a step per unit: no jumps, so that smoothing keeps telling the position. */
function wave(value: number): number {
  const rest = ((value % 510) + 510) % 510;
  return rest <= 255 ? rest : 510 - rest;
}

/** The colour of a level-0 point: red tells x, green y, blue x on a hundred times larger scale. */
export function positionColor(x: number, y: number, unit = 1): [red: number, green: number, blue: number] {
  return [wave(x / unit), wave(y / unit), wave(x / (unit * 100))];
}

/** A slide in memory whose colours tell positions, and which keeps account of how it is read. */
export class PositionSlide implements Slide {
  readonly name = "position-slide";
  readonly vendor = "test";
  readonly reader = "PositionSlide";
  readonly sizeBytes = 0;
  readonly width: number;
  readonly height: number;
  readonly levels: readonly Level[];
  readonly properties: Readonly<Record<string, string>> = {};
  readonly associatedImages = [];
  readonly iccSizeBytes = 0;
  readonly mpp: PixelSize | undefined;
  readonly objectivePower: number | undefined;
  /** Every region asked for, in order of asking. */
  readonly requested: Region[] = [];
  /** Priorities, parallel to `requested`. */
  readonly priorities: number[] = [];
  /** Buffers to read into, parallel to `requested`. */
  readonly outs: (ArrayBuffer | undefined)[] = [];
  /** Regions in the order they were read. */
  readonly read: Region[] = [];
  readonly aborted: Region[] = [];
  /** Most reads asked for and not answered at one time. */
  maxOutstanding = 0;
  isClosed = false;
  readonly #options: PositionSlideOptions;
  #waiting: Waiting[] = [];
  #busy = 0;
  #closedError = new Error("position-slide is closed");

  constructor(options: PositionSlideOptions) {
    this.#options = options;
    this.width = options.width;
    this.height = options.height;
    const { mpp } = options;
    this.mpp = mpp === undefined ? undefined : { x: mpp, y: mpp, source: "test" };
    this.objectivePower = options.objectivePower;
    this.levels = (options.downsamples ?? [1]).map((downsample) => ({
      width: Math.max(1, Math.floor(options.width / downsample)),
      height: Math.max(1, Math.floor(options.height / downsample)),
      downsample,
      tileWidth: options.tilePx,
      tileHeight: options.tilePx,
    }));
  }

  /** Reads asked for and not answered. */
  get outstanding(): number {
    return this.#waiting.length + this.#busy;
  }

  getBestLevelForDownsample(downsample: number): number {
    return Math.max(
      0,
      this.levels.findLastIndex((level) => level.downsample <= downsample),
    );
  }

  readRegion(region: Region, { signal, priority = 0, shrink = 1, out }: ReadOptions = {}): Promise<Pixels> {
    this.requested.push(region);
    this.priorities.push(priority);
    this.outs.push(out);
    return new Promise((resolvePixels, reject) => {
      let isAnswered = false;
      const resolve = ({ data, width, height }: Pixels) => {
        isAnswered = true;
        const shrunk = shrinkRgba(data, width, height, shrink);
        resolvePixels({ data: shrunk, width: width / shrink, height: height / shrink });
      };
      const waiting = { region, priority, order: this.requested.length, resolve, reject };
      this.#waiting.push(waiting);
      this.maxOutstanding = Math.max(this.maxOutstanding, this.outstanding);
      signal?.addEventListener("abort", () => {
        if (isAnswered) return;
        const at = this.#waiting.indexOf(waiting);
        if (at >= 0) this.#waiting.splice(at, 1);
        this.aborted.push(region);
        reject(signal.reason);
      });
      this.#start();
    });
  }

  /** Answers the most urgent reads, by default all, when no `readMs` does so by itself. */
  async release(count = Number.POSITIVE_INFINITY): Promise<void> {
    for (let i = 0; i < count; i++) {
      const next = this.#next();
      if (!next) break;
      this.#answer(next);
      // The answer may be what makes the next read be asked for.
      await new Promise((resolve) => setTimeout(resolve, 0));
    }
  }

  async readPatch(region: Region, recipe: PatchRecipe, options: ReadOptions = {}): Promise<Patch> {
    const { data, width, height } = await this.readRegion(region, options);
    return makePatch({ width, height, bands: [data] }, recipe, [255, 255, 255]);
  }

  async readAssociatedImage(name: string): Promise<Pixels> {
    throw new RangeError(`no associated image ${name}`);
  }

  async readIccProfile(): Promise<undefined> {
    return undefined;
  }

  async getThumbnail(maxWidth: number, maxHeight: number): Promise<Pixels> {
    const scale = Math.max(this.width / maxWidth, this.height / maxHeight);
    const width = Math.round(this.width / scale);
    const height = Math.round(this.height / scale);
    return this.#pixels(0, 0, width, height, scale);
  }

  async close(): Promise<void> {
    this.isClosed = true;
    for (const { reject } of this.#waiting.splice(0)) reject(this.#closedError);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #start(): void {
    const { readMs, workers = Number.POSITIVE_INFINITY } = this.#options;
    if (readMs === undefined || this.#busy >= workers) return;
    // Not before the task is over: all that is asked for together is queued together.
    queueMicrotask(() => {
      if (this.#busy >= workers) return;
      const next = this.#next();
      if (!next) return;
      this.#busy++;
      setTimeout(() => {
        this.#busy--;
        this.#answer(next);
        this.#start();
      }, readMs);
    });
  }

  #next(): Waiting | undefined {
    this.#waiting.sort((a, b) => b.priority - a.priority || a.order - b.order);
    return this.#waiting.shift();
  }

  #answer({ region, resolve, reject }: Waiting): void {
    const failure = this.#options.fails?.(region);
    if (failure) {
      reject(failure);
      return;
    }
    this.read.push(region);
    const level = this.levels[region.level]!;
    resolve(this.#pixels(region.x, region.y, region.width, region.height, level.downsample));
  }

  /** As OpenSlide has it: transparent outside. A pixel has the colour of the point in its middle. */
  #pixels(x0: number, y0: number, width: number, height: number, downsample: number): Pixels {
    const data = new Uint8ClampedArray(width * height * 4);
    const columns = Array.from({ length: width }, (_, i) => x0 + (i + 0.5) * downsample);
    const red = columns.map((x) => positionColor(x, 0, this.#options.unit)[0]);
    const blue = columns.map((x) => positionColor(x, 0, this.#options.unit)[2]);
    for (let j = 0, at = 0; j < height; j++) {
      const y = y0 + (j + 0.5) * downsample;
      const green = positionColor(0, y, this.#options.unit)[1];
      const isRow = y >= 0 && y < this.height;
      for (let i = 0; i < width; i++, at += 4) {
        const x = columns[i]!;
        if (!isRow || x < 0 || x >= this.width) continue;
        data[at] = red[i]!;
        data[at + 1] = green;
        data[at + 2] = blue[i]!;
        data[at + 3] = 255;
      }
    }
    return { data, width, height };
  }
}
