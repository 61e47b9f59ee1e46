import { describe, expect, it } from "vitest";
import type { ByteReader } from "../../../src/bytes/byte-reader.ts";
import { BlockCache } from "../../../src/bytes/with-block-cache.ts";
import { firstDifference, patternedBytes, randomNumbers } from "../../support/patterned-bytes.ts";

const BLOCK = 64;

describe("the block cache", () => {
  it("gives the bytes of every file, however they are asked for, with room for a few blocks only", () => {
    const files = [fileOf(0, 5000), fileOf(1, 0), fileOf(2, 3333)];
    const cache = new BlockCache(files, { blockBytes: BLOCK, budgetBytes: 10 * BLOCK, wholeBytes: 0 });
    const random = randomNumbers(1);
    for (let i = 0; i < 3000; i++) {
      const file = Math.floor(random() * 3);
      const position = Math.floor(random() * (files[file]!.size + 50));
      const target = new Uint8Array(Math.floor(random() ** 2 * 1500));
      if (i % 7 === 0) cache.prefetch([{ file, offset: position, length: 200 }]);
      const got = cache.read(file, target, position);
      expect(got).toBe(Math.max(0, Math.min(target.length, files[file]!.size - position)));
      expect(firstDifference(target.subarray(0, got), file, position)).toBe(-1);
    }
  });

  it("reads a block once, and again only after it had to make room", () => {
    const file = fileOf(0, 100 * BLOCK);
    const cache = new BlockCache([file], { blockBytes: BLOCK, budgetBytes: 8 * BLOCK, wholeBytes: 0 });
    read(cache, 1, 10 * BLOCK + 20);
    read(cache, 5, 10 * BLOCK + 7);
    expect(file.reads).toEqual([[10 * BLOCK, BLOCK]]);
    for (const block of [20, 30, 40, 50, 60, 70, 80, 90]) read(cache, 1, block * BLOCK);
    read(cache, 1, 10 * BLOCK);
    expect(file.reads).toHaveLength(10);
  });

  it("doubles what it fetches while a file is read on and on, up to a mebibyte", () => {
    const file = fileOf(0, 8 * 2 ** 20);
    const cache = new BlockCache([file], { blockBytes: 2 ** 16, budgetBytes: 2 ** 26, wholeBytes: 0 });
    for (let position = 0; position < file.size; position += 1000) read(cache, 1000, position);
    const blocks = file.reads.map(([, length]) => length / 2 ** 16);
    expect(blocks.slice(0, 6)).toEqual([1, 2, 4, 8, 16, 16]);
    expect(Math.max(...blocks)).toBe(16);
  });

  it("fetches a long read in few calls", () => {
    const file = fileOf(0, 100 * BLOCK);
    const cache = new BlockCache([file], { blockBytes: BLOCK, budgetBytes: 200 * BLOCK, wholeBytes: 0 });
    read(cache, 40 * BLOCK, 5);
    expect(file.reads).toEqual([[0, 41 * BLOCK]]);
  });

  it("fetches hinted ranges joined, and nothing that is there or outside", () => {
    const file = fileOf(0, 100 * BLOCK);
    const cache = new BlockCache([file], { blockBytes: BLOCK, budgetBytes: 100 * BLOCK, wholeBytes: 0 });
    read(cache, 1, 12 * BLOCK);
    cache.prefetch([
      { file: 0, offset: 11 * BLOCK, length: 10 },
      { file: 0, offset: 10 * BLOCK + 1, length: BLOCK },
      { file: 0, offset: 12 * BLOCK, length: BLOCK },
      { file: 0, offset: 500 * BLOCK, length: 5 },
      { file: 0, offset: -5, length: 5 },
      { file: 3, offset: 0, length: 5 },
    ]);
    expect(file.reads).toEqual([
      [12 * BLOCK, BLOCK],
      [10 * BLOCK, 2 * BLOCK],
    ]);
    cache.prefetch([{ file: 0, offset: 11 * BLOCK, length: 10 }]);
    expect(file.reads).toHaveLength(2);
  });

  it("does not let hints drive out more than half of what it holds", () => {
    const file = fileOf(0, 100 * BLOCK);
    const cache = new BlockCache([file], { blockBytes: BLOCK, budgetBytes: 10 * BLOCK, wholeBytes: 0 });
    cache.prefetch([{ file: 0, offset: 0, length: 100 * BLOCK }]);
    expect(file.reads).toEqual([[0, 5 * BLOCK]]);
  });

  it("reads a tiny slide whole at once", () => {
    const file = { ...fileOf(0, 5000), blob: new Blob() };
    const cache = new BlockCache([file], { blockBytes: BLOCK });
    read(cache, 10, 3000);
    read(cache, 10, 100);
    expect(file.reads).toEqual([[0, 5000]]);
  });

  it("reads a small slide whole only after many blocks were waited for, so that opening it stays quick", () => {
    const size = 5 * 2 ** 20;
    const file = { ...fileOf(0, size), blob: new Blob() };
    const cache = new BlockCache([file], { blockBytes: 2 ** 14 });
    for (let i = 0; i < 100; i++) read(cache, 10, ((i * 37) % 320) * 2 ** 14);
    expect(file.reads.slice(0, 64).every(([, length]) => length === 2 ** 14)).toBe(true);
    expect(file.reads.slice(64)).toEqual([[0, size]]);
  });

  it("passes reads through where they cost nothing", () => {
    const file = { ...fileOf(0, 5000), dear: false };
    const cache = new BlockCache([file], { blockBytes: BLOCK });
    read(cache, 10, 3000);
    read(cache, 10, 3000);
    expect(file.reads).toEqual([
      [3000, 10],
      [3000, 10],
    ]);
  });

  it("keeps nothing of a read that failed", () => {
    const file = fileOf(0, 5000);
    const cache = new BlockCache([file], { blockBytes: BLOCK, wholeBytes: 0 });
    file.failure = new Error("no");
    expect(() => read(cache, 10, 0)).toThrow("no");
    file.failure = undefined;
    read(cache, 10, 0);
  });
});

function read(cache: BlockCache, length: number, position: number): void {
  const target = new Uint8Array(length);
  expect(cache.read(0, target, position)).toBeGreaterThan(0);
  expect(firstDifference(target.subarray(0, 1), 0, position)).toBe(-1);
}

/** A made-up file that counts how it is read. */
function fileOf(seed: number, size: number) {
  const reads: [position: number, length: number][] = [];
  return {
    path: `${seed}.bin`,
    size,
    dear: true,
    reads,
    failure: undefined as Error | undefined,
    read(target: Uint8Array, position: number): number {
      if (this.failure) throw this.failure;
      const length = Math.min(target.length, size - position);
      reads.push([position, length]);
      target.set(patternedBytes(seed, length, position));
      return length;
    },
    probe() {},
    close() {},
  } satisfies ByteReader & Record<string, unknown>;
}
