import { tagOf } from "#base";
import { moveOut, PoolClosedError } from "#bridge";
import { type ByteRange, hintRanges, type SharedBlocks } from "#bytes";
import { SlideClosedError } from "./errors.ts";
import { getBestLevelForDownsample, type Level } from "./level.ts";
import { checkPatchRegion, checkRecipe, type Patch, type PatchRecipe } from "./patch-recipe.ts";
import { getObjectivePower, getPixelSize } from "./properties.ts";
import { MAX_REGION_BYTES, type Pixels, type ReadOptions, type Region } from "./region.ts";
import type { AssociatedImage, PixelSize, Slide } from "./slide.ts";
import type { SlidePool } from "./slide-pool.ts";
import { tileRanges } from "./tile-index.ts";
import type { OpenedSlide, SlideId, SlideWorkerApi } from "./worker-contract.ts";

/** A read that takes longer hangs: this much, and more for each megapixel (JPEG 2000 decodes some 3 Mpx/s at worst). */
const READ_TIMEOUT_MS = 30_000;
const READ_TIMEOUT_MS_PER_MPX = 5_000;
/** Thumbnails may read a whole level. */
const THUMBNAIL_TIMEOUT_MS = 300_000;

/** A slide whose pixels are decoded in a pool of workers. */
export class RemoteSlide implements Slide {
  readonly name: string;
  readonly vendor: string;
  readonly reader: string;
  readonly sizeBytes: number;
  readonly levels: readonly Level[];
  readonly properties: Readonly<Record<string, string>>;
  readonly associatedImages: readonly AssociatedImage[];
  readonly iccSizeBytes: number;
  readonly width: number;
  readonly height: number;
  readonly mpp: PixelSize | undefined;
  readonly objectivePower: number | undefined;
  readonly #pool: SlidePool;
  readonly #id: SlideId;
  readonly #opened: OpenedSlide;
  readonly #shared: SharedBlocks | undefined;
  /** Aborts what still waits when the slide is closed. */
  readonly #closing = new AbortController();
  /** Without shared memory: ranges of reads that were asked for and not sent, to be fetched with the next one sent. */
  #ahead: ByteRange[] = [];

  constructor(pool: SlidePool, id: SlideId, opened: OpenedSlide, shared: SharedBlocks | undefined) {
    const { facts } = opened;
    this.#pool = pool;
    this.#id = id;
    this.#opened = opened;
    this.#shared = shared;
    this.name = facts.name;
    this.vendor = facts.vendor;
    this.reader = facts.reader;
    this.sizeBytes = facts.sizeBytes;
    this.levels = facts.levels;
    this.properties = facts.properties;
    this.associatedImages = facts.associatedImages;
    this.iccSizeBytes = facts.iccSizeBytes;
    this.width = facts.levels[0]!.width;
    this.height = facts.levels[0]!.height;
    this.mpp = getPixelSize(facts.properties);
    this.objectivePower = getObjectivePower(facts.properties);
  }

  getBestLevelForDownsample(downsample: number): number {
    return getBestLevelForDownsample(this.levels, downsample);
  }

  async readRegion(region: Region, options: ReadOptions = {}): Promise<Pixels> {
    checkRegion(region);
    checkHeld(region);
    const { out, shrink = 1 } = options;
    checkShrink(shrink, region);
    if (out) checkOut(out, region, shrink);
    this.#fetchAhead(region);
    return this.#run(`region of ${this.name}`, options, readTimeoutMs(region), (api) => {
      // A job that is run again after its worker died has lost its buffer.
      const buffer = out?.byteLength ? moveOut(out, [out]) : undefined;
      return api.readRegion(this.#id, region, buffer, this.#takeAhead(), shrink);
    });
  }

  async readPatch(
    region: Region,
    recipe: PatchRecipe,
    options: Pick<ReadOptions, "signal" | "priority"> = {},
  ): Promise<Patch> {
    checkRegion(region);
    checkPatchRegion(region);
    checkRecipe(recipe);
    this.#fetchAhead(region);
    return this.#run(`patch of ${this.name}`, options, readTimeoutMs(region), (api) =>
      api.readPatch(this.#id, region, recipe, this.#takeAhead()),
    );
  }

  async readAssociatedImage(name: string, options: Pick<ReadOptions, "signal" | "priority"> = {}): Promise<Pixels> {
    const image = this.associatedImages.find((candidate) => candidate.name === name);
    if (!image) throw new RangeError(`no associated image ${name} in ${this.name}`);
    return this.#run(`${name} of ${this.name}`, options, readTimeoutMs(image), (api) =>
      api.readAssociatedImage(this.#id, name),
    );
  }

  readIccProfile(associatedImage?: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
    return this.#run(`ICC profile of ${this.name}`, {}, READ_TIMEOUT_MS, (api) =>
      api.readIccProfile(this.#id, associatedImage),
    );
  }

  async getThumbnail(maxWidth: number, maxHeight: number, options: Pick<ReadOptions, "signal" | "priority"> = {}) {
    return this.#run(`thumbnail of ${this.name}`, options, THUMBNAIL_TIMEOUT_MS, (api) =>
      api.getThumbnail(this.#id, maxWidth, maxHeight),
    );
  }

  async close(): Promise<void> {
    if (this.#closing.signal.aborted) return;
    this.#closing.abort(new SlideClosedError(this.name));
    await this.#pool.close(this.#id);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #run<Result>(
    request: string,
    { signal, priority = 0 }: Pick<ReadOptions, "signal" | "priority">,
    timeoutMs: number,
    call: (api: SlideWorkerApi) => Promise<Result>,
  ): Promise<Result> {
    const closing = this.#closing.signal;
    closing.throwIfAborted();
    return this.#pool.workers
      .run<Result>({
        request,
        priority,
        signal: signal ? AbortSignal.any([signal, closing]) : closing,
        timeoutMs,
        run: async (seat) => {
          await this.#pool.ensureOpen(seat, this.#id);
          return call(seat.api);
        },
      })
      .catch((error: unknown) => {
        throw error instanceof PoolClosedError ? new SlideClosedError(this.name, { cause: error }) : error;
      });
  }

  /** Has the bytes of the region's tiles fetched before its turn comes. */
  #fetchAhead(region: Region): void {
    const index = this.#opened.tileIndex;
    if (!index) return;
    const ranges = tileRanges(index, this.levels, region);
    if (this.#shared) hintRanges(this.#shared, ranges);
    else this.#ahead.push(...ranges);
  }

  /** The ranges that go with the read now sent. */
  #takeAhead(): ByteRange[] | undefined {
    const ahead = this.#ahead;
    this.#ahead = [];
    return ahead.length > 0 ? ahead : undefined;
  }
}

function readTimeoutMs({ width, height }: { readonly width: number; readonly height: number }): number {
  return READ_TIMEOUT_MS + (READ_TIMEOUT_MS_PER_MPX * width * height) / 1e6;
}

function checkRegion({ x, y, level, width, height }: Region): void {
  if (!Number.isInteger(x) || !Number.isInteger(y))
    throw new RangeError(`region at (${x}, ${y}): whole pixels expected`);
  if (!Number.isInteger(level)) throw new RangeError(`region of level ${level}: a whole number expected`);
  if (!Number.isInteger(width) || !Number.isInteger(height) || width < 0 || height < 0) {
    throw new RangeError(`region of ${width} x ${height}: whole, not negative sizes expected`);
  }
}

/** Whether one buffer can hold its pixels. */
function checkHeld({ width, height }: Region): void {
  if (width * height * 4 <= MAX_REGION_BYTES) return;
  throw new RangeError(`region of ${width} x ${height}: at most ${MAX_REGION_BYTES / 4} pixels can be read at once`);
}

function checkShrink(shrink: number, { width, height }: Region): void {
  if (shrink >= 1 && Number.isInteger(Math.log2(shrink)) && width % shrink === 0 && height % shrink === 0) return;
  throw new RangeError(
    `region of ${width} x ${height} shrunk ${shrink} times: a power of two that divides it expected`,
  );
}

/** Before it is handed over: the caller keeps a buffer that is of no use. */
function checkOut(out: ArrayBuffer, { width, height }: Region, shrink: number): void {
  const kind = tagOf(out);
  if (kind !== "ArrayBuffer") throw new TypeError(`out: an ArrayBuffer expected, not ${kind}`);
  const bytes = (width * height * 4) / shrink ** 2;
  if (out.byteLength !== bytes) {
    throw new RangeError(`out of ${out.byteLength} bytes for a region of ${width} x ${height}: ${bytes} expected`);
  }
}
