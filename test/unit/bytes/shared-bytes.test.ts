import { describe, expect, it } from "vitest";
import { createIoService, createSharedBlocks, type SlideFiles, setServed, specFromBytes } from "#bytes";
import { MemoryBytes } from "../../../src/bytes/memory-bytes.ts";
import { isServed, type SharedBlocks } from "../../../src/bytes/shared-blocks.ts";
import { SharedBytes } from "../../../src/bytes/shared-bytes.ts";
import { SlotClock } from "../../../src/bytes/slot-clock.ts";
import { firstDifference, patternedBytes } from "../../support/patterned-bytes.ts";

const MEBIBYTE = 2 ** 20;
/** Room for all of the slides here. */
const ROOMY = { budgetBytes: 256 * MEBIBYTE };
/** A block and another one that takes its slot. */
const BLOCK = 3;
const OTHER = 100;

// Where a slot is given away just while a decoder copies out of it: too short a moment for the tests with threads to meet,
// so it is made to happen inside the copy.
describe("a decoder that copies out of a slot", () => {
  it("reads again when the slot is given to another block meanwhile", () => {
    const { shared, load, read } = evictingBlocks();
    const slot = load(BLOCK);
    const target = new CopyWatcher(1000, (copy) => {
      evict(shared, slot);
      fill(shared, slot, OTHER);
      copy();
      load(BLOCK);
    });
    expect(read(target)).toBe(1000);
    expect(firstDifference(target, 0, BLOCK * shared.blockBytes)).toBe(-1);
    expect(target.copies).toBe(2);
  });

  it("reads again when the slot has come back to the same block by the time it looks", () => {
    const { shared, load, read } = evictingBlocks();
    const slot = load(BLOCK);
    const target = new CopyWatcher(1000, (copy) => {
      evict(shared, slot);
      fill(shared, slot, OTHER);
      copy();
      evict(shared, slot);
      fill(shared, slot, BLOCK);
    });
    expect(read(target)).toBe(1000);
    expect(firstDifference(target, 0, BLOCK * shared.blockBytes)).toBe(-1);
    expect(target.copies).toBe(2);
  });

  it("reads once when nothing happens", () => {
    const { load, read } = evictingBlocks();
    load(BLOCK);
    const target = new CopyWatcher(1000, (copy) => copy());
    expect(read(target)).toBe(1000);
    expect(target.copies).toBe(1);
  });
});

describe("the clock that gives blocks their slots", () => {
  it("spares what was read since the hand last passed", () => {
    const { shared, load } = evictingBlocks();
    for (let block = 0; block < shared.slotCount; block++) load(block);
    // Once round, all marks are taken away; from then on only what is read is spared.
    const replaced = load(200);
    expect(replaced).toBe(0);
    shared.recent[1] = 1;
    expect(load(201)).toBe(2);
    expect(shared.table[1]).toBe(2);
    expect(shared.table[0]).toBe(0);
  });

  it("does not give a slot away twice in one batch", () => {
    const { clock, shared } = evictingBlocks();
    clock.beginBatch();
    const slots = Array.from({ length: clock.batchBlocks }, (_, block) => {
      shared.recent.fill(1);
      return clock.take(block);
    });
    expect(new Set(slots).size).toBe(slots.length);
  });

  it("gives every block the slot of its own number where all fit", () => {
    const shared = createSharedBlocks(slideOf(MEBIBYTE), ROOMY)!;
    const clock = new SlotClock(shared);
    expect([0, 17, 63].map((block) => clock.take(block))).toEqual([0, 17, 63]);
  });

  it("knows what another I/O worker has left in the slots", () => {
    const { shared, load } = evictingBlocks();
    const slot = load(BLOCK);
    const next = new SlotClock(shared);
    shared.recent.fill(0);
    const taken = Array.from({ length: shared.slotCount }, (_, i) => {
      next.beginBatch();
      return next.take(OTHER + i);
    });
    expect(taken).toContain(slot);
    expect(shared.table[BLOCK]).toBe(0);
  });
});

describe("a decoder of a slide that nobody serves", () => {
  const read = (shared: SharedBlocks) => {
    const target = new Uint8Array(3 * shared.blockBytes);
    const bytes = new SharedBytes(shared, 0, new MemoryBytes("a.bin", patternedBytes(0, MEBIBYTE)));
    const begin = performance.now();
    expect(bytes.read(target, 1000)).toBe(target.length);
    expect(firstDifference(target, 0, 1000)).toBe(-1);
    return performance.now() - begin;
  };

  it("reads the file itself, and does not wait", () => {
    const shared = createSharedBlocks(slideOf(MEBIBYTE), ROOMY)!;
    setServed(shared, false);
    expect(read(shared)).toBeLessThan(1000);
  });

  it("knows when somebody does", async () => {
    const files = slideOf(MEBIBYTE);
    const shared = createSharedBlocks(files, ROOMY)!;
    setServed(shared, false);
    const service = createIoService();
    await service.serve(1, files, shared);
    expect(isServed(shared)).toBe(true);
    await service.release(1);
  });
});

/** Runs something when it is copied into. */
class CopyWatcher extends Uint8Array<ArrayBuffer> {
  copies = 0;
  readonly #onFirst: (copy: () => void) => void;

  constructor(length: number, onFirst: (copy: () => void) => void) {
    super(new ArrayBuffer(length));
    this.#onFirst = onFirst;
  }

  // Parts of it are plain arrays.
  static get [Symbol.species]() {
    return Uint8Array;
  }

  override set(source: ArrayLike<number>, at?: number): void {
    if (++this.copies > 1) super.set(source, at);
    else this.#onFirst(() => super.set(source, at));
  }
}

function slideOf(size: number): SlideFiles {
  const spec = specFromBytes(patternedBytes(0, size), "a.bin");
  return { entry: spec.path, files: [spec] };
}

function evictingBlocks() {
  const files = slideOf(4 * MEBIBYTE);
  const shared = createSharedBlocks(files, { budgetBytes: MEBIBYTE })!;
  const clock = new SlotClock(shared);
  const bytes = new SharedBytes(shared, 0, new MemoryBytes("a.bin", patternedBytes(0, 4 * MEBIBYTE)));
  return {
    shared,
    clock,
    /** What the I/O worker does for a block; gives its slot. */
    load(block: number): number {
      clock.beginBatch();
      const slot = clock.take(block);
      shared.data.set(patternOf(shared, block), slot * shared.blockBytes);
      clock.publish(block, slot);
      return slot;
    },
    read: (target: Uint8Array) => bytes.read(target, BLOCK * shared.blockBytes),
  };
}

/** What the clock does to a slot, with the slot chosen by the test. */
function evict(shared: SharedBlocks, slot: number): void {
  for (let block = 0; block < shared.table.length; block++) {
    if (shared.table[block] === slot + 1) shared.table[block] = 0;
  }
  Atomics.add(shared.version, slot, 1);
}

function fill(shared: SharedBlocks, slot: number, block: number): void {
  shared.data.set(patternOf(shared, block), slot * shared.blockBytes);
  Atomics.store(shared.table, block, slot + 1);
}

function patternOf({ blockBytes }: SharedBlocks, block: number): Uint8Array {
  return patternedBytes(0, blockBytes, block * blockBytes);
}
