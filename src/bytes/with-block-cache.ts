import { ByteLru } from "#base";
import { readTogether } from "./blob-bytes.ts";
import { type ByteReader, bytesWithin } from "./byte-reader.ts";
import type { ByteRange } from "./byte-source.ts";

// Measured: of 16, 64 and 256 KB the best over all kinds of reading.
const BLOCK_BYTES = 64 * 2 ** 10;
const BUDGET_BYTES = 64 * 2 ** 20;
/** A slide of fewer bytes is read file by file as a whole, once: 0.1 s at most. */
const WHOLE_BYTES = 64 * 2 ** 20;
/** So few take no time, and are read whole from the start. */
const WHOLE_AT_ONCE_BYTES = 4 * 2 ** 20;
/** The others are when so many blocks had to be waited for: opening a slide and its first pixels take fewer. */
const WHOLE_AFTER_FETCHES = 64;
/** Reading on doubles what is fetched at once, up to this. */
const LONGEST_RUN_BYTES = 2 ** 20;

/** A stretch of blocks of one file. */
interface Run {
  readonly file: number;
  readonly block: number;
  readonly count: number;
}

/**
 * Keeps what was read of a slide's files in blocks, on this thread: for pages that are not cross-origin isolated, where
 * memory cannot be shared between threads. Files that are cheap to read are passed through.
 */
export class BlockCache {
  readonly #readers: readonly ByteReader[];
  readonly #blockBytes: number;
  readonly #budgetBytes: number;
  readonly #blocks: ByteLru<number, Uint8Array>;
  /** Number of each file's first block, so that one number names a block of any of them. */
  readonly #firstBlocks: readonly number[];
  /** Files that were, or at the first read will be, read as a whole. */
  readonly #whole: (Uint8Array | undefined)[] = [];
  /** After how many more fetches files are read as a whole. */
  #fetchesLeft: number;
  /** Per file the block after the last run that was fetched, and how long that run was. */
  readonly #runs: { next: number; count: number }[];

  constructor(
    readers: readonly ByteReader[],
    { blockBytes = BLOCK_BYTES, budgetBytes = BUDGET_BYTES, wholeBytes = WHOLE_BYTES } = {},
  ) {
    this.#readers = readers;
    this.#blockBytes = blockBytes;
    this.#budgetBytes = budgetBytes;
    this.#blocks = new ByteLru(budgetBytes);
    this.#runs = readers.map(() => ({ next: -1, count: 1 }));
    let blocks = 0;
    this.#firstBlocks = readers.map(({ size }) => {
      const first = blocks;
      blocks += Math.ceil(size / blockBytes);
      return first;
    });
    const dear = readers.filter((reader) => reader.dear);
    // A server's file is worth fetching whole only where it could be a few requests otherwise.
    const local = dear.every((reader) => reader.blob);
    const bytes = dear.reduce((sum, reader) => sum + reader.size, 0);
    this.#fetchesLeft = !local || bytes > wholeBytes ? Number.POSITIVE_INFINITY : WHOLE_AFTER_FETCHES;
    if (local && bytes <= Math.min(wholeBytes, WHOLE_AT_ONCE_BYTES)) this.#fetchesLeft = 0;
  }

  /** As `SyncBytes.read`, of the file with that index. */
  read(file: number, target: Uint8Array, position: number): number {
    const reader = this.#readers[file]!;
    if (!reader.dear) return reader.read(target, position);
    const length = bytesWithin(reader.size, position, target.length);
    if (length === 0) return 0;
    if (this.#fetchesLeft <= 0) {
      target.set(this.#wholeFile(file).subarray(position, position + length));
      return length;
    }
    const last = Math.floor((position + length - 1) / this.#blockBytes);
    let done = 0;
    while (done < length) {
      const at = position + done;
      const block = Math.floor(at / this.#blockBytes);
      const bytes = this.#blocks.get(this.#firstBlocks[file]! + block) ?? this.#fetchOn(file, block, last);
      const begin = at - block * this.#blockBytes;
      const part = bytes.subarray(begin, begin + length - done);
      target.set(part, done);
      done += part.length;
    }
    return length;
  }

  /** Fetches what is missing of the ranges in one call where the files allow it; at most half the budget. */
  prefetch(ranges: readonly ByteRange[]): void {
    const wanted = new Set<number>();
    const runs: Run[] = [];
    for (const { file, offset, length } of ranges) {
      const reader = this.#readers[file];
      if (!reader?.dear) continue;
      const within = bytesWithin(reader.size, offset, length);
      if (within === 0 || offset < 0) continue;
      if (this.#fetchesLeft <= 0) {
        this.#wholeFile(file);
        continue;
      }
      const last = Math.floor((offset + within - 1) / this.#blockBytes);
      for (let block = Math.floor(offset / this.#blockBytes); block <= last; block++) {
        const key = this.#firstBlocks[file]! + block;
        if (wanted.has(key) || this.#blocks.has(key)) continue;
        if ((wanted.size + 1) * this.#blockBytes > this.#budgetBytes / 2) break;
        wanted.add(key);
        runs.push({ file, block, count: 1 });
      }
    }
    if (runs.length === 0) return;
    runs.sort((a, b) => a.file - b.file || a.block - b.block);
    this.#fetch(joined(runs));
  }

  clear(): void {
    this.#blocks.clear();
    this.#whole.length = 0;
  }

  #wholeFile(file: number): Uint8Array {
    const { size } = this.#readers[file]!;
    let bytes = this.#whole[file];
    if (!bytes) {
      bytes = new Uint8Array(size);
      this.#readers[file]!.read(bytes, 0);
      this.#whole[file] = bytes;
      this.#blocks.clear();
    }
    return bytes;
  }

  /** Fetches the block, those up to `last` that are missing, and more where the file is being read on and on. */
  #fetchOn(file: number, block: number, last: number): Uint8Array {
    const run = this.#runs[file]!;
    const longest = Math.max(1, Math.floor(LONGEST_RUN_BYTES / this.#blockBytes));
    run.count = block === run.next ? Math.min(run.count * 2, longest) : 1;
    const { size } = this.#readers[file]!;
    const first = this.#firstBlocks[file]!;
    const end = Math.min(
      Math.max(block + run.count, Math.min(last + 1, block + longest)),
      Math.ceil(size / this.#blockBytes),
      block + Math.max(1, Math.floor(this.#budgetBytes / 4 / this.#blockBytes)),
    );
    let count = 1;
    while (block + count < end && !this.#blocks.has(first + block + count)) count++;
    run.next = block + count;
    return this.#fetch([{ file, block, count }])!;
  }

  /** Fetches the runs and gives back the first block of the first: the cache may be too small to keep even that. */
  #fetch(runs: readonly Run[]): Uint8Array | undefined {
    this.#fetchesLeft--;
    const stretches = runs.map(({ file, block, count }) => {
      const reader = this.#readers[file]!;
      const offset = block * this.#blockBytes;
      return { reader, offset, length: Math.min(count * this.#blockBytes, reader.size - offset) };
    });
    const together = stretches.length > 1 && stretches.every(({ reader }) => reader.blob);
    const all = together ? readTogether(stretches) : undefined;
    let at = 0;
    let first: Uint8Array | undefined;
    for (const [index, { reader, offset, length }] of stretches.entries()) {
      let bytes: Uint8Array;
      if (all) {
        bytes = all.subarray(at, at + length);
        at += length;
      } else {
        bytes = new Uint8Array(length);
        reader.read(bytes, offset);
      }
      const { file, block, count } = runs[index]!;
      for (let i = 0; i < count; i++) {
        // A copy of its own, so that the budget counts what is held: a view would hold the whole run.
        const own = bytes.slice(i * this.#blockBytes, (i + 1) * this.#blockBytes);
        first ??= own;
        this.#blocks.set(this.#firstBlocks[file]! + block + i, own, own.length);
      }
    }
    return first;
  }
}

function joined(runs: readonly Run[]): Run[] {
  const result: Run[] = [];
  for (const run of runs) {
    const before = result.at(-1);
    if (before && before.file === run.file && before.block + before.count === run.block) {
      result[result.length - 1] = { ...before, count: before.count + run.count };
    } else {
      result.push(run);
    }
  }
  return result;
}
