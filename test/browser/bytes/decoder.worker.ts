// A decoder in a real worker, for tests: opens files as decoding workers do, and reads as it is told.
import { expose } from "#bridge/expose";
import { type ByteRange, openSyncFiles, type SharedBlocks, type SlideFiles, type SyncFiles } from "#bytes";
import { firstDifference, randomNumbers } from "../../support/patterned-bytes.ts";

let opened: SyncFiles | undefined;

const decoder = {
  async open(files: SlideFiles, shared?: SharedBlocks): Promise<void> {
    opened?.close();
    opened = await openSyncFiles(files, shared);
  },
  async read(file: number, position: number, length: number): Promise<Uint8Array> {
    const target = new Uint8Array(length);
    return target.subarray(0, opened!.files[file]!.read(target, position));
  },
  async prefetch(ranges: readonly ByteRange[]): Promise<void> {
    opened!.prefetch(ranges);
  },
  async check(): Promise<void> {
    opened!.check();
  },
  /** Reason of the failure that was kept for the caller. */
  async takeFailure(): Promise<string | undefined> {
    return opened!.takeFailure()?.reason;
  },
  /** Reads at random files that hold their pattern; tells the first bytes that are wrong, and how long a read took. */
  async readAtRandom(seed: number, reads: number, longest: number): Promise<{ wrong: string[]; ms: number }> {
    const random = randomNumbers(seed);
    const wrong: string[] = [];
    const begin = performance.now();
    for (let i = 0; i < reads; i++) {
      const index = Math.floor(random() * opened!.files.length);
      const file = opened!.files[index]!;
      const position = Math.floor(random() ** 2 * (file.size + 100));
      const target = new Uint8Array(1 + Math.floor(random() ** 3 * longest));
      const got = file.read(target, position);
      if (got !== Math.max(0, Math.min(target.length, file.size - position))) wrong.push(`${got} bytes at ${position}`);
      const at = firstDifference(target.subarray(0, got), index, position);
      if (at >= 0) wrong.push(`${file.path} at ${position + at}`);
    }
    return { wrong: wrong.slice(0, 10), ms: performance.now() - begin };
  },
  async close(): Promise<void> {
    opened?.close();
    opened = undefined;
  },
};

export type DecoderApi = typeof decoder;
expose(decoder);
