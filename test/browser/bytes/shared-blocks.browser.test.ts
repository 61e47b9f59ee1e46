import { type Remote, wrap } from "comlink";
import { afterEach, describe, expect, it } from "vitest";
import "#bridge";
import {
  createSharedBlocks,
  fillState,
  hintRanges,
  type IoService,
  type SharedBlocks,
  type SlideFiles,
  specFromFile,
} from "#bytes";
import { patternedBytes, randomNumbers } from "../../support/patterned-bytes.ts";
import type { DecoderApi } from "./decoder.worker.ts";

const MEBIBYTE = 2 ** 20;
/** Room for all of the slides here. */
const ROOMY = { budgetBytes: 256 * MEBIBYTE };
let workers: Worker[] = [];

afterEach(() => {
  for (const worker of workers) worker.terminate();
  workers = [];
});

describe("shared blocks in workers", () => {
  it("give every decoder the right bytes of files while blocks drive each other out all the time", async () => {
    const files = slideOf([5 * MEBIBYTE + 17, 3 * MEBIBYTE - 5]);
    const shared = createSharedBlocks(files, { budgetBytes: MEBIBYTE })!;
    await startIo().serve(1, files, shared);
    const decoders = [startDecoder(), startDecoder(), startDecoder()];
    const hinting = hintAtRandom(shared, files);
    const results = await Promise.all(
      decoders.map(async (decoder, seed) => {
        await decoder.open(files, shared);
        return decoder.readAtRandom(seed, 800, 60_000);
      }),
    );
    clearInterval(hinting);
    expect(results.flatMap(({ wrong }) => wrong)).toEqual([]);
  });

  it("are filled when nobody asks, and take a new slide and let one go while they fill another", async () => {
    const io = startIo();
    const slides = [40 * MEBIBYTE, 2 * MEBIBYTE + 5, 700_000].map((size) => {
      const files = slideOf([size]);
      return { files, shared: createSharedBlocks(files, ROOMY)! };
    });
    for (const [id, { files, shared }] of slides.entries()) await io.serve(id, files, shared);
    await io.release(1);
    for (const { shared } of [slides[0]!, slides[2]!]) {
      await expect.poll(() => fillState(shared).filledBytes, { timeout: 20_000 }).toBe(fillState(shared).totalBytes);
    }
    const late = slideOf([300_000]);
    const lateShared = createSharedBlocks(late, ROOMY)!;
    // By now the I/O worker sleeps: a message has to wake it as well as a request does.
    await io.serve(3, late, lateShared);
    await expect.poll(() => fillState(lateShared).filledBytes).toBe(300_000);
    const decoder = startDecoder();
    await decoder.open(slides[0]!.files, slides[0]!.shared);
    expect((await decoder.readAtRandom(1, 200, 500_000)).wrong).toEqual([]);
  });

  it("serve a decoder at once after they have slept", async () => {
    const files = slideOf([80 * MEBIBYTE]);
    const shared = createSharedBlocks(files, { budgetBytes: 16 * MEBIBYTE })!;
    await startIo().serve(1, files, shared);
    const decoder = startDecoder();
    await decoder.open(files, shared);
    await decoder.read(0, 0, 10);
    const took: number[] = [];
    for (let i = 1; i <= 10; i++) {
      await new Promise((resolve) => setTimeout(resolve, i * 30));
      const begin = performance.now();
      expect((await decoder.read(0, i * 5 * MEBIBYTE, 1000)).length).toBe(1000);
      took.push(performance.now() - begin);
    }
    took.sort((a, b) => a - b);
    // A read takes a millisecond or two; lost wake-ups would show as the 50 ms after which a request is repeated.
    expect(took[5]).toBeLessThan(30);
  });

  it("go on after the I/O worker was killed and another has taken over", async () => {
    const files = slideOf([6 * MEBIBYTE]);
    const shared = createSharedBlocks(files, { budgetBytes: MEBIBYTE })!;
    await startIo().serve(1, files, shared);
    const killed = workers[0]!;
    const decoder = startDecoder();
    await decoder.open(files, shared);
    const reading = decoder.readAtRandom(3, 600, 40_000);
    setTimeout(() => {
      killed.terminate();
      void startIo().serve(1, files, shared);
    }, 100);
    expect((await reading).wrong).toEqual([]);
  });
});

function slideOf(sizes: readonly number[]): SlideFiles {
  const files = sizes.map((size, seed) => specFromFile(new File([patternedBytes(seed, size)], `${seed}.bin`)));
  return { entry: "0.bin", files };
}

function startIo(): Remote<IoService> {
  const worker = new Worker(new URL("../../../workers/io.worker.ts", import.meta.url), { type: "module" });
  workers.push(worker);
  return wrap<IoService>(worker);
}

function startDecoder(): Remote<DecoderApi> {
  const worker = new Worker(new URL("./decoder.worker.ts", import.meta.url), { type: "module" });
  workers.push(worker);
  return wrap<DecoderApi>(worker);
}

function hintAtRandom(shared: SharedBlocks, files: SlideFiles) {
  const random = randomNumbers(99);
  return setInterval(() => {
    const file = Math.floor(random() * files.files.length);
    const offset = Math.floor(random() * files.files[file]!.size);
    hintRanges(shared, [{ file, offset, length: 30_000 }]);
  }, 1);
}
