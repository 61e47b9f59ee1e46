import type { ByteRange, SlideFiles } from "./byte-source.ts";
import type { ByteReadReason } from "./errors.ts";
import { createRing, pushTo, type RequestRing, roomIn } from "./request-ring.ts";

/**
 * A slide's compressed bytes in memory that all threads share: the I/O worker writes blocks, decoders read them without
 * locks. Plain data: it crosses threads by `postMessage`, and stays the same memory.
 *
 * A block is a fixed stretch of a file; the blocks of all files are numbered through. A slot is where a block lies in
 * `data`. Where every block has its own slot, nothing is ever evicted.
 */
export interface SharedBlocks {
  readonly blockBytes: number;
  readonly slotCount: number;
  /** Where each file's blocks begin, and how long the file is. */
  readonly files: readonly SharedFile[];
  readonly data: Uint8Array<SharedArrayBuffer>;
  /** Block → slot + 1; or `ABSENT`, `CLAIMED`, or a failure at or below `FAILED`. Decoders wait on its entries. */
  readonly table: Int32Array<SharedArrayBuffer>;
  /** Slot → how often it was filled anew: a reader that finds it changed has copied bytes of two blocks. */
  readonly version: Int32Array<SharedArrayBuffer>;
  /** Slot → 1 when read since the clock's hand last passed. */
  readonly recent: Uint8Array<SharedArrayBuffer>;
  /** Blocks that a decoder is waiting for right now. */
  readonly urgent: RequestRing;
  /** Blocks that will be wanted: hints and reading on. */
  readonly wanted: RequestRing;
  /** `FILLED`: how many blocks are present. `FORSAKEN`: 1 when nobody fills them. */
  readonly state: Int32Array<SharedArrayBuffer>;
  /** Rung after each request. One bell for all slides of a page, so that their one I/O worker can wait on it. */
  readonly doorbell: Int32Array<SharedArrayBuffer>;
}

export interface SharedFile {
  readonly firstBlock: number;
  readonly size: number;
}

/** Values of `table` that are not a slot. */
export const ABSENT = 0;
export const CLAIMED = -1;
export const FAILED = -2;
/** Indices into `state`. */
export const FILLED = 0;
const FORSAKEN = 1;

const REASONS = ["failed", "changed", "vanished", "permission", "network"] as const satisfies ByteReadReason[];

/** The value of `table` for a block that could not be read. */
export function failureCode(reason: ByteReadReason): number {
  return FAILED - REASONS.indexOf(reason);
}

export function failureReason(code: number): ByteReadReason {
  return REASONS[FAILED - code] ?? "failed";
}

// Measured: 16 KB was the best of 16 to 64 with hints ahead; tiles are 10 to 30 KB.
const BLOCK_BYTES = 16 * 2 ** 10;
/** What a slide gets that is larger than the budget, and evicts within. */
const EVICTING_BYTES = 256 * 2 ** 20;
/** Less is not worth sharing: the block cache of each worker does better. */
const LEAST_BYTES = 2 ** 20;
const URGENT_PLACES = 256;
const WANTED_PLACES = 2 ** 13;

let pageDoorbell: Int32Array<SharedArrayBuffer> | undefined;

export interface SharedBlocksOptions {
  /** Bytes of blocks to hold: a slide that fits is held whole, a larger one in 256 MiB at most. */
  readonly budgetBytes: number;
  readonly blockBytes?: number;
}

/**
 * Makes the shared memory for a slide, on the page's side, once per slide.
 *
 * @returns undefined where no memory can be shared or none is to be had: open the slide without.
 */
export function createSharedBlocks(files: SlideFiles, options: SharedBlocksOptions): SharedBlocks | undefined {
  if (typeof SharedArrayBuffer === "undefined") return undefined;
  pageDoorbell ??= sharedInts(1);
  const { blockBytes = BLOCK_BYTES, budgetBytes } = options;
  let blockCount = 0;
  const sharedFiles = files.files.map(({ size }): SharedFile => {
    const firstBlock = blockCount;
    blockCount += Math.ceil(size / blockBytes);
    return { firstBlock, size };
  });
  const fits = blockCount * blockBytes <= budgetBytes;
  let bytes = fits ? blockCount * blockBytes : Math.min(EVICTING_BYTES, budgetBytes);
  for (; bytes >= Math.min(LEAST_BYTES, blockCount * blockBytes); bytes /= 4) {
    const slotCount = Math.min(blockCount, Math.max(1, Math.floor(bytes / blockBytes)));
    try {
      return {
        blockBytes,
        slotCount,
        files: sharedFiles,
        data: new Uint8Array(new SharedArrayBuffer(slotCount * blockBytes)),
        table: sharedInts(blockCount),
        version: sharedInts(slotCount),
        recent: new Uint8Array(new SharedArrayBuffer(slotCount)),
        urgent: createRing(URGENT_PLACES),
        wanted: createRing(WANTED_PLACES),
        state: sharedInts(2),
        doorbell: pageDoorbell,
      };
    } catch (thrown) {
      // A RangeError: the browser gives no buffer of that size. A smaller one may still do.
      if (!(thrown instanceof RangeError)) throw thrown;
      if (bytes === 0) break;
    }
  }
  return undefined;
}

function sharedInts(count: number): Int32Array<SharedArrayBuffer> {
  return new Int32Array(new SharedArrayBuffer(count * Int32Array.BYTES_PER_ELEMENT));
}

/** Whether blocks have to make room for others. */
export function isEvicting({ slotCount, table }: Pick<SharedBlocks, "slotCount" | "table">): boolean {
  return slotCount < table.length;
}

/**
 * Tells decoders whether anybody fills the blocks. Where nobody does, they do not wait: they read the files themselves, and
 * meet whatever is wrong with them. From any thread.
 */
export function setServed({ state }: SharedBlocks, isServed: boolean): void {
  Atomics.store(state, FORSAKEN, isServed ? 0 : 1);
}

/** Somebody fills the blocks, or is about to. */
export function isServed({ state }: SharedBlocks): boolean {
  return Atomics.load(state, FORSAKEN) === 0;
}

/** Numbers of the first and last block that hold a stretch of a file; undefined where it is outside. */
function blocksOf(shared: SharedBlocks, range: ByteRange): { first: number; last: number } | undefined {
  const file = shared.files[range.file];
  const end = Math.min(file?.size ?? 0, range.offset + range.length);
  if (!file || !(range.offset >= 0) || !(end > range.offset)) return undefined;
  return {
    first: file.firstBlock + Math.floor(range.offset / shared.blockBytes),
    last: file.firstBlock + Math.floor((end - 1) / shared.blockBytes),
  };
}

/** Tells the I/O worker that something was asked for. */
export function ring({ doorbell }: SharedBlocks): void {
  Atomics.add(doorbell, 0, 1);
  Atomics.notify(doorbell, 0);
}

/**
 * Has ranges fetched that will be wanted soon. A hint: never waits, and what does not fit the queue is left out.
 * From any thread.
 */
export function hintRanges(shared: SharedBlocks, ranges: readonly ByteRange[]): void {
  // Where blocks evict each other, more hints than that would drive out what they were for.
  let room = Math.min(roomIn(shared.wanted), Math.floor(shared.slotCount / 4));
  let pushed = false;
  for (const range of ranges) {
    const blocks = blocksOf(shared, range);
    if (!blocks) continue;
    for (let block = blocks.first; block <= blocks.last && room > 0; block++) {
      if (Atomics.compareExchange(shared.table, block, ABSENT, CLAIMED) !== ABSENT) continue;
      pushTo(shared.wanted, block);
      room--;
      pushed = true;
    }
  }
  if (pushed) ring(shared);
}

/** How much of the slide is in shared memory, for the status line. */
export function fillState(shared: SharedBlocks): { filledBytes: number; totalBytes: number } {
  const totalBytes = shared.files.reduce((sum, file) => sum + file.size, 0);
  return { filledBytes: Math.min(totalBytes, Atomics.load(shared.state, FILLED) * shared.blockBytes), totalBytes };
}
