import { describe, expect, it, vi } from "vitest";
import { createSharedBlocks, fillState, hintRanges, specFromBytes } from "#bytes";
import type { ByteReader } from "../../../src/bytes/byte-reader.ts";
import { pushTo } from "../../../src/bytes/request-ring.ts";
import { CLAIMED } from "../../../src/bytes/shared-blocks.ts";
import { SharedFiller } from "../../../src/bytes/shared-filler.ts";
import { firstDifference, patternedBytes } from "../../support/patterned-bytes.ts";

const SIZE = 4 * 2 ** 20;
const ALL = { budgetBytes: SIZE };

describe("the I/O worker's reading of a slide", () => {
  it("takes what is waited for before what was hinted earlier", () => {
    const { filler, shared, reads, wait } = start();
    hintRanges(
      shared,
      [10, 20, 30, 40, 50].map((block) => rangeOf(block)),
    );
    wait(100);
    filler.listen();
    expect(filler.isUrgent).toBe(true);
    filler.serve();
    expect(reads[0]).toEqual([100, 1]);
    expect(filler.isUrgent).toBe(false);
    while (filler.serve());
    expect(reads.map(([block]) => block).sort((a, b) => a - b)).toEqual([10, 20, 30, 40, 50, 100]);
  });

  it("joins the claimed blocks beside one, on both sides, up to a mebibyte", () => {
    const { filler, shared, reads } = start();
    for (let block = 10; block < 20; block++) shared.table[block] = CLAIMED;
    pushTo(shared.wanted, 15);
    filler.listen();
    filler.serve();
    expect(reads).toEqual([[10, 10]]);
    for (let block = 30; block < 200; block++) shared.table[block] = CLAIMED;
    pushTo(shared.wanted, 30);
    filler.listen();
    filler.serve();
    expect(reads[1]).toEqual([30, 64]);
  });

  it("reads further and further ahead where one range after the other is hinted", () => {
    const { filler, shared, reads } = start();
    for (let block = 0; block < 60; block++) {
      hintRanges(shared, [rangeOf(block)]);
      filler.listen();
      filler.serve();
    }
    expect(reads.map(([, count]) => count)).toEqual([1, 2, 4, 8, 16, 32]);
  });

  it("reads nothing ahead where hints are scattered", () => {
    const { filler, shared, reads } = start();
    for (const block of [50, 7, 90, 30]) {
      hintRanges(shared, [rangeOf(block)]);
      filler.listen();
      filler.serve();
    }
    expect(reads.every(([, count]) => count === 1)).toBe(true);
  });

  it("reads what is asked for first, of a file behind the browser, with a mebibyte around it", () => {
    const { filler, shared, reads, wait } = start({ ...ALL, isBlob: true });
    const ask = (block: number) => {
      if (shared.table[block]! > 0) return;
      wait(block);
      filler.listen();
      filler.serve();
    };
    // As a TIFF is opened: its head, directories from the last one back, tables beside them.
    for (const block of [0, 250, 249, 240, 3, 5, 245, 200]) ask(block);
    expect(reads).toEqual([
      [0, 64],
      [192, 64],
    ]);
    // A hint is for what it names.
    hintRanges(shared, [rangeOf(70)]);
    filler.listen();
    filler.serve();
    expect(reads.at(-1)).toEqual([70, 1]);
  });

  it("reads tiles as they are asked for, once a slide is open", () => {
    const { filler, reads, wait } = start({ ...ALL, budgetBytes: SIZE / 2, isBlob: true });
    for (let block = 0; block < 40; block++) {
      wait((block * 101) % 256);
      filler.listen();
      filler.serve();
    }
    expect(reads.slice(12).every(([, count]) => count <= 2)).toBe(true);
  });

  it("fills in pauses only, and then all of it, with the right bytes", () => {
    const { filler, shared, reads } = start();
    expect(filler.fill(0)).toBe(false);
    expect(reads).toEqual([]);
    while (filler.fill(1000));
    expect(fillState(shared)).toEqual({ filledBytes: SIZE, totalBytes: SIZE });
    expect(firstDifference(shared.data, 0, 0)).toBe(-1);
    expect(filler.fillAfterMs).toBe(Number.POSITIVE_INFINITY);
  });

  it("does not fill where blocks would drive each other out", () => {
    const { filler, reads } = start({ budgetBytes: SIZE / 2 });
    expect(filler.fill(1000)).toBe(false);
    expect(reads).toEqual([]);
  });

  it("stops filling a file that fails, and still tries what is asked for", () => {
    const { filler, shared, reader, wait } = start();
    reader.failure = new DOMException("gone", "NotFoundError");
    filler.fill(1000);
    expect(shared.table[0]).toBeLessThan(CLAIMED);
    expect(filler.fill(1000)).toBe(false);
    reader.failure = undefined;
    wait(5);
    filler.listen();
    filler.serve();
    expect(shared.table[5]).toBe(6);
  });
});

/** How the bytes from one position to another are read of a Blob; Node cannot do that at once. */
let readBlob: (range: readonly [number, number]) => ArrayBuffer;
vi.stubGlobal(
  "FileReaderSync",
  class {
    readAsArrayBuffer(blob: unknown): ArrayBuffer {
      return readBlob(blob as [number, number]);
    }
  },
);

function rangeOf(block: number) {
  return { file: 0, offset: block * 2 ** 14, length: 10 };
}

/** @param isBlob - behind the browser: a call costs much, however small. */
function start({ isBlob = false, ...options }: { budgetBytes: number; isBlob?: boolean } = ALL) {
  const bytes = patternedBytes(0, SIZE);
  const spec = specFromBytes(bytes, "a.bin");
  const shared = createSharedBlocks({ entry: spec.path, files: [spec] }, options)!;
  const reads: [block: number, count: number][] = [];
  const note = (from: number, to: number) => reads.push([from / shared.blockBytes, (to - from) / shared.blockBytes]);
  readBlob = ([from, to]) => {
    note(from, to);
    return bytes.slice(from, to).buffer;
  };
  const reader = {
    path: "a.bin",
    size: SIZE,
    dear: false,
    failure: undefined as Error | undefined,
    ...(isBlob && { blob: { slice: (from: number, to: number) => [from, to] } as unknown as Blob }),
    read(target: Uint8Array, position: number): number {
      if (this.failure) throw this.failure;
      note(position, position + target.length);
      target.set(bytes.subarray(position, position + target.length));
      return target.length;
    },
    probe() {},
    close() {},
  } satisfies ByteReader & Record<string, unknown>;
  /** What a decoder does that needs a block. */
  const wait = (block: number) => {
    shared.table[block] = CLAIMED;
    pushTo(shared.urgent, block);
  };
  return { filler: new SharedFiller(shared, [reader]), shared, reads, reader, wait };
}
