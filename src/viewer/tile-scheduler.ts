import type { Pixels, Slide } from "#slide";
import type { Pyramid, TileAddress } from "./pyramid.ts";
import { PRIORITY, type WantedTile } from "./tile-plan.ts";

/** Pixels of a tile's region as they came from the slide. */
export interface Arrival {
  readonly address: TileAddress;
  readonly pixels: Pixels;
  /** How many times they are shrunk: as much as the tile's level, or less. */
  readonly shrink: number;
}

export interface TileSchedulerOptions {
  /** Whether a tile need not be read: it is in the cache. */
  readonly has: (address: TileAddress) => boolean;
  /** Something can be taken, or the number of pending tiles has changed. */
  readonly onChange: () => void;
  /** A read failed; called once for each distinct message. */
  readonly onError: (error: unknown) => void;
  readonly maxReads?: number;
}

interface Read {
  address: TileAddress;
  priority: number;
  readonly shrink: number;
  readonly abort: AbortController;
  pixels?: Pixels;
}

interface WaitingTile extends WantedTile {
  readonly key: number;
}

interface Failure {
  readonly attempts: number;
  readonly retryAt: number;
}

/** Enough that the reader can merge neighbours and keep every worker busy, few enough that the order stays ours. */
const MAX_READS = 32;
/** Reading ahead may hold up what comes into view next by no more than this. */
const MAX_BACKGROUND_READS = 4;
/** A queued read is asked for anew when it has become this much more urgent, that is, a class. */
const PROMOTION = 1000;
/** Buffers of up to 4 MB each that wait to be read into again. */
const MAX_SPARE_BUFFERS = 6;
const FIRST_RETRY_MS = 1000;
const MAX_RETRY_MS = 60_000;

/**
 * Reads the tiles a view wants: the most urgent first, each once, a few at a time. What is no longer wanted is aborted;
 * what failed is tried again later and later.
 */
export class TileScheduler {
  readonly #slide: Pick<Slide, "readRegion">;
  readonly #pyramid: Pyramid;
  readonly #options: TileSchedulerOptions;
  /** Queued at the slide, or arrived and not yet taken. */
  readonly #reads = new Map<number, Read>();
  readonly #failures = new Map<number, Failure>();
  readonly #messages = new Set<string>();
  /** Wanted, not asked for yet; the most urgent first. */
  #waiting: WaitingTile[] = [];
  #spare: ArrayBuffer[] = [];
  #retryTimer: ReturnType<typeof setTimeout> | undefined;
  #closed = false;

  constructor(slide: Pick<Slide, "readRegion">, pyramid: Pyramid, options: TileSchedulerOptions) {
    this.#slide = slide;
    this.#pyramid = pyramid;
    this.#options = options;
  }

  /** Tiles that are wanted and not there, those that failed left out. */
  get pending(): number {
    return this.#reads.size + this.#waiting.length;
  }

  /** Whether the last try to read the tile failed. */
  hasFailed(address: TileAddress): boolean {
    return this.#failures.has(this.#pyramid.readKey(address));
  }

  /** Replaces what is wanted. */
  want(tiles: readonly WantedTile[]): void {
    const wanted = new Map<number, { address: TileAddress; priority: number }>();
    for (const { address, priority } of tiles) {
      if (this.#options.has(address)) continue;
      const key = this.#pyramid.readKey(address);
      const same = wanted.get(key);
      if (!same) wanted.set(key, { address, priority });
      // One read serves all reductions: the finest is made from the pixels, the coarser ones from it.
      else if (address.level < same.address.level) same.address = address;
    }
    for (const [key, read] of this.#reads) {
      const now = wanted.get(key);
      const isFineEnough = now && this.#shrinkOf(now.address) >= read.shrink;
      if (isFineEnough && (read.pixels || now.priority - read.priority < PROMOTION)) {
        read.address = now.address;
        if (read.pixels) read.priority = now.priority;
        wanted.delete(key);
      } else {
        this.#drop(key, read);
      }
    }
    this.#waiting = [...wanted].map(([key, tile]) => ({ key, ...tile }));
    this.#issue();
  }

  /**
   * The most urgent tile that has arrived. It is the caller's from now on.
   * @param onlyUrgent - what was read ahead stays here, and little more is read ahead until it is taken.
   */
  take(onlyUrgent = false): Arrival | undefined {
    let best: { key: number; priority: number; arrival: Arrival } | undefined;
    for (const [key, { address, priority, pixels, shrink }] of this.#reads) {
      if (!pixels || (onlyUrgent && isBackground(priority))) continue;
      if (!best || priority > best.priority) best = { key, priority, arrival: { address, pixels, shrink } };
    }
    if (!best) return undefined;
    this.#reads.delete(best.key);
    this.#issue();
    return best.arrival;
  }

  /** Takes pixels that are no longer needed: a later read fills their buffer instead of a new one. */
  recycle({ data }: Pixels): void {
    if (this.#spare.length < MAX_SPARE_BUFFERS && data.byteLength === data.buffer.byteLength) {
      this.#spare.push(data.buffer);
    }
  }

  /** Aborts all and stays silent. */
  close(): void {
    this.#closed = true;
    clearTimeout(this.#retryTimer);
    this.#waiting = [];
    this.#spare = [];
    for (const [key, read] of this.#reads) this.#drop(key, read);
  }

  #drop(key: number, read: Read): void {
    this.#reads.delete(key);
    read.abort.abort();
  }

  #issue(): void {
    if (this.#closed) return;
    clearTimeout(this.#retryTimer);
    const maxReads = this.#options.maxReads ?? MAX_READS;
    const now = Date.now();
    let nextRetryAt = Number.POSITIVE_INFINITY;
    let background = 0;
    for (const { priority } of this.#reads.values()) if (isBackground(priority)) background++;
    const rest: WaitingTile[] = [];
    for (const tile of this.#waiting) {
      const retryAt = this.#failures.get(tile.key)?.retryAt ?? 0;
      if (retryAt > now) nextRetryAt = Math.min(nextRetryAt, retryAt);
      const full = this.#reads.size >= maxReads || (isBackground(tile.priority) && background >= MAX_BACKGROUND_READS);
      if (full || retryAt > now) {
        rest.push(tile);
        continue;
      }
      if (isBackground(tile.priority)) background++;
      this.#read(tile.key, tile.address, tile.priority);
    }
    this.#waiting = rest;
    if (nextRetryAt < Number.POSITIVE_INFINITY) {
      this.#retryTimer = setTimeout(() => this.#issue(), nextRetryAt - now);
    }
  }

  #read(key: number, address: TileAddress, priority: number): void {
    const shrink = this.#shrinkOf(address);
    const read: Read = { address, priority, shrink, abort: new AbortController() };
    this.#reads.set(key, read);
    const { signal } = read.abort;
    const region = this.#pyramid.region(address);
    const out = this.#takeSpare((region.width * region.height * 4) / shrink ** 2);
    this.#slide.readRegion(region, { signal, priority, shrink, ...(out && { out }) }).then(
      (pixels) => {
        if (signal.aborted) return;
        read.pixels = pixels;
        this.#failures.delete(key);
        this.#options.onChange();
      },
      (error: unknown) => {
        if (signal.aborted) return;
        this.#reads.delete(key);
        this.#failed(key, read, error);
      },
    );
  }

  #shrinkOf({ level }: TileAddress): number {
    return this.#pyramid.levels[level]!.reduction;
  }

  #takeSpare(bytes: number): ArrayBuffer | undefined {
    const at = this.#spare.findIndex((buffer) => buffer.byteLength === bytes);
    return at < 0 ? undefined : this.#spare.splice(at, 1)[0];
  }

  #failed(key: number, { address, priority }: Read, error: unknown): void {
    const attempts = (this.#failures.get(key)?.attempts ?? 0) + 1;
    const pause = Math.min(FIRST_RETRY_MS * 4 ** (attempts - 1), MAX_RETRY_MS);
    this.#failures.set(key, { attempts, retryAt: Date.now() + pause });
    this.#waiting.push({ key, address, priority });
    this.#issue();
    const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    if (!this.#messages.has(message)) {
      this.#messages.add(message);
      this.#options.onError(error);
    }
    this.#options.onChange();
  }
}

function isBackground(priority: number): boolean {
  return priority <= PRIORITY.margin;
}
