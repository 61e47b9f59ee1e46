import { readTogether } from "./blob-bytes.ts";
import type { ByteReader } from "./byte-reader.ts";
import { toByteReadError } from "./errors.ts";
import { type RequestRing, takeFrom } from "./request-ring.ts";
import { ABSENT, CLAIMED, failureCode, isEvicting, type SharedBlocks } from "./shared-blocks.ts";
import { SlotClock } from "./slot-clock.ts";

/** The longest stretch that is read for one request and those beside it. */
const LONGEST_RUN_BYTES = 2 ** 20;
/** Stretches read in one call (measured: a composite of 4 takes 0.45 ms each, one alone 0.7). */
const RUNS_PER_CALL = 4;
/** So many places of a slide may be read on from at the same time, and each is read further ahead every time. */
const REMEMBERED_RUNS = 8;
/**
 * The first blocks that somebody waits for are those of a slide's structure, which lie near each other and are asked for one
 * after the other: each is read with all around it. A call costs as much as half a mebibyte.
 */
const OPENING_CALLS = 12;
/** A request to a server takes its time however small it is. */
const SHORTEST_SERVER_RUN_BYTES = 256 * 2 ** 10;
/** While somebody waits, no more than so much is read along for others. */
const ALONG_BYTES = 128 * 2 ** 10;
/**
 * What is read at once when nothing is asked for. A request that comes meanwhile waits until it is done, so it is little
 * until it has been quiet for a while.
 */
const FILL_BYTES = 8 * 2 ** 20;
const FILL_BYTES_AT_FIRST = 2 * 2 ** 20;
const FILL_MORE_AFTER_MS = 250;
/** A slide is filled in pauses only: in between it would take the processor from those who decode. */
const FILL_AFTER_MS = 30;
/** Reading again what is there is cheaper than another stretch. */
const FILL_GAP_BYTES = 256 * 2 ** 10;
/** A server's file is not fetched whole without being asked when it is larger. */
const FILL_SERVER_BYTES = 64 * 2 ** 20;
/** Hints taken out of the ring; more stay there, so that whoever hints sees that it is full. */
const HINTS_TAKEN = 2048;

/** Blocks of one file that follow one another. */
interface Run {
  readonly file: number;
  readonly first: number;
  readonly count: number;
}

/** Reads one slide's files into its shared blocks. Lives in the I/O worker; everything is synchronous. */
export class SharedFiller {
  readonly shared: SharedBlocks;
  readonly #readers: readonly ByteReader[];
  readonly #clock: SlotClock;
  readonly #urgent: Waiting;
  readonly #wanted: Waiting;
  readonly #longestRun: number;
  /** Calls so far for what somebody waited for. */
  #urgentCalls = 0;
  /** The last runs: one that begins where another ended is being read on. */
  readonly #recentRuns: Run[] = [];
  /** The block from which on the idle fill has yet to look; past the end when there is nothing more to fill. */
  #fillFrom: number;

  constructor(shared: SharedBlocks, readers: readonly ByteReader[]) {
    this.shared = shared;
    this.#readers = readers;
    this.#clock = new SlotClock(shared);
    this.#urgent = new Waiting(shared, shared.urgent, Number.POSITIVE_INFINITY);
    this.#wanted = new Waiting(shared, shared.wanted, HINTS_TAKEN);
    this.#longestRun = this.#blocksIn(LONGEST_RUN_BYTES);
    const served = readers.reduce((sum, reader) => sum + (reader.dear && !reader.blob ? reader.size : 0), 0);
    this.#fillFrom = isEvicting(shared) || served > FILL_SERVER_BYTES ? shared.table.length : 0;
  }

  /** For how long nobody must have asked for anything before `fill` does something; infinite when there is no more. */
  get fillAfterMs(): number {
    return this.#fillFrom < this.shared.table.length ? FILL_AFTER_MS : Number.POSITIVE_INFINITY;
  }

  /** Somebody waits for a block. */
  get isUrgent(): boolean {
    return this.#urgent.peek() !== undefined;
  }

  /** Somebody will want a block. */
  get isWanted(): boolean {
    return this.#wanted.peek() !== undefined;
  }

  /** Takes in what was asked for since. */
  listen(): void {
    this.#urgent.listen();
    this.#wanted.listen();
  }

  /** Reads what is waited for, else what was wanted first, and what lies beside it. False when nothing is asked for. */
  serve(): boolean {
    const runs: Run[] = [];
    const isUrgent = this.isUrgent;
    let room = Math.min(this.#clock.batchBlocks, this.#longestRun);
    while (runs.length < RUNS_PER_CALL && room > 0) {
      const awaited = this.#urgent.take(runs);
      const block = awaited ?? this.#wanted.take(runs);
      if (block === undefined) break;
      const isOpening = awaited !== undefined && this.#urgentCalls < OPENING_CALLS;
      const run = this.#runAround(block, runs, room, isOpening);
      runs.push(run);
      this.#recentRuns.unshift(run);
      if (this.#recentRuns.length > REMEMBERED_RUNS) this.#recentRuns.pop();
      room -= run.count;
      if (isUrgent) room = Math.min(room, this.#blocksIn(ALONG_BYTES));
    }
    if (isUrgent) this.#urgentCalls++;
    if (runs.length > 0) this.#read(runs);
    return runs.length > 0;
  }

  /** Reads more of the slide, when nothing has been asked for long enough. */
  fill(quietMs: number): boolean {
    if (quietMs < this.fillAfterMs) return false;
    const { table } = this.shared;
    const wanted = this.#blocksIn(quietMs < FILL_MORE_AFTER_MS ? FILL_BYTES_AT_FIRST : FILL_BYTES);
    const gap = this.#blocksIn(FILL_GAP_BYTES);
    const runs: Run[] = [];
    let counted = 0;
    let block = this.#fillFrom;
    for (; block < table.length && counted < wanted; block++) {
      // Claimed is not read either: reading is done here only, and one call at a time.
      const found = Atomics.compareExchange(table, block, ABSENT, CLAIMED);
      if (found !== ABSENT && found !== CLAIMED) continue;
      const file = this.#fileOf(block);
      const before = runs.at(-1);
      const end = before ? before.first + before.count : 0;
      if (before?.file === file && block - end <= gap) {
        runs[runs.length - 1] = { file, first: before.first, count: block + 1 - before.first };
        counted += block + 1 - end;
      } else {
        runs.push({ file, first: block, count: 1 });
        counted++;
      }
    }
    this.#fillFrom = block;
    if (runs.length > 0) this.#read(runs);
    return runs.length > 0;
  }

  close(): void {
    for (const reader of this.#readers) reader.close();
  }

  #blocksIn(bytes: number): number {
    return Math.max(1, Math.floor(bytes / this.shared.blockBytes));
  }

  #fileOf(block: number): number {
    const { files } = this.shared;
    let low = 0;
    let high = files.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (files[middle]!.firstBlock <= block) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /** The stretch of blocks of one file around a block that are claimed, or read along with it. */
  #runAround(block: number, others: readonly Run[], room: number, isOpening: boolean): Run {
    const { files, table } = this.shared;
    const file = this.#fileOf(block);
    const begin = files[file]!.firstBlock;
    const end = files[file + 1]?.firstBlock ?? table.length;
    const along = this.#alongWith(file, block, isOpening ? room : 0);
    const isOurs = (next: number) => {
      if (next < begin || next >= end || isIn(others, next)) return false;
      if (next >= along.from && next < along.until) Atomics.compareExchange(table, next, ABSENT, CLAIMED);
      return Atomics.load(table, next) === CLAIMED;
    };
    let first = block;
    let last = block;
    while (last + 1 - first < room && isOurs(last + 1)) last++;
    while (last + 1 - first < room && isOurs(first - 1)) first--;
    return { file, first, count: last + 1 - first };
  }

  /**
   * The blocks around one that are read with it even where nobody asks for them.
   * @param around - so many where the slide is being opened, else 0.
   */
  #alongWith(file: number, block: number, around: number): { readonly from: number; readonly until: number } {
    const reader = this.#readers[file]!;
    if (reader.blob && around > 0) {
      const from = block - (block % around);
      return { from, until: from + around };
    }
    if (reader.dear && !reader.blob) return { from: block, until: block + this.#blocksIn(SHORTEST_SERVER_RUN_BYTES) };
    const before = this.#recentRuns.find(({ first, count }) => first + count === block);
    return { from: block, until: block + (before ? Math.min(before.count * 2, this.#longestRun) : 1) };
  }

  /** Reads runs, in one call where they are of Blobs, and publishes those of their blocks that are claimed. */
  #read(runs: readonly Run[]): void {
    const { table } = this.shared;
    this.#clock.beginBatch();
    const slots = runs.map(({ first, count }) =>
      Array.from({ length: count }, (_, i) =>
        Atomics.load(table, first + i) === CLAIMED ? this.#clock.take(first + i) : -1,
      ),
    );
    const stretches = runs.map((run) => this.#stretchOf(run));
    if (runs.length > 1 && stretches.every(({ reader }) => reader.blob)) {
      try {
        const all = readTogether(stretches);
        let at = 0;
        for (const [index, run] of runs.entries()) {
          const { length } = stretches[index]!;
          this.#publish(run, slots[index]!, all.subarray(at, at + length));
          at += length;
        }
        return;
      } catch {
        // One of the files failed, and nothing of the others came: each alone, then.
      }
    }
    for (const [index, run] of runs.entries()) this.#readAlone(run, slots[index]!);
  }

  #readAlone(run: Run, slots: readonly number[]): void {
    const { reader, offset, length } = this.#stretchOf(run);
    try {
      const bytes = reader.blob ? readTogether([{ reader, offset, length }]) : new Uint8Array(length);
      if (!reader.blob) reader.read(bytes, offset);
      this.#publish(run, slots, bytes);
    } catch (thrown) {
      const code = failureCode(toByteReadError(reader.path, thrown).reason);
      const { table } = this.shared;
      for (const [i, slot] of slots.entries()) {
        if (slot < 0) continue;
        this.#clock.giveBack(slot);
        Atomics.store(table, run.first + i, code);
        Atomics.notify(table, run.first + i);
      }
      // A file that fails is not filled on: what is asked for is tried, and no more.
      this.#fillFrom = table.length;
    }
  }

  #stretchOf({ file, first, count }: Run) {
    const { blockBytes, files } = this.shared;
    const { firstBlock, size } = files[file]!;
    const offset = (first - firstBlock) * blockBytes;
    return { reader: this.#readers[file]!, offset, length: Math.min(count * blockBytes, size - offset) };
  }

  #publish(run: Run, slots: readonly number[], bytes: Uint8Array): void {
    const { blockBytes, data } = this.shared;
    for (let i = 0; i < slots.length; ) {
      if (slots[i]! < 0) {
        i++;
        continue;
      }
      let end = i + 1;
      while (end < slots.length && slots[end] === slots[end - 1]! + 1) end++;
      data.set(bytes.subarray(i * blockBytes, end * blockBytes), slots[i]! * blockBytes);
      for (; i < end; i++) this.#clock.publish(run.first + i, slots[i]!);
    }
  }
}

/** Requests taken out of a ring, first come first served. Those whose block has come meanwhile are passed over. */
class Waiting {
  readonly #table: Int32Array<SharedArrayBuffer>;
  readonly #ring: RequestRing;
  readonly #limit: number;
  #blocks: number[] = [];
  #at = 0;

  constructor({ table }: SharedBlocks, requests: RequestRing, limit: number) {
    this.#table = table;
    this.#ring = requests;
    this.#limit = limit;
  }

  listen(): void {
    if (this.#at > this.#limit / 2 || this.#at === this.#blocks.length) {
      this.#blocks = this.#blocks.slice(this.#at);
      this.#at = 0;
    }
    while (this.#blocks.length - this.#at < this.#limit) {
      const block = takeFrom(this.#ring);
      if (block === undefined) return;
      if (block < this.#table.length) this.#blocks.push(block);
    }
  }

  peek(): number | undefined {
    while (this.#at < this.#blocks.length) {
      const block = this.#blocks[this.#at]!;
      if (Atomics.load(this.#table, block) === CLAIMED) return block;
      this.#at++;
    }
    return undefined;
  }

  /** The next that no run holds already. */
  take(runs: readonly Run[]): number | undefined {
    for (;;) {
      const block = this.peek();
      if (block === undefined) return undefined;
      this.#at++;
      if (!isIn(runs, block)) return block;
    }
  }
}

function isIn(runs: readonly Run[], block: number): boolean {
  return runs.some(({ first, count }) => block >= first && block < first + count);
}
