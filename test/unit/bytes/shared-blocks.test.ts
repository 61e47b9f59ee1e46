import { mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  ByteReadError,
  createSharedBlocks,
  fillState,
  hintRanges,
  openSyncFiles,
  type SharedBlocks,
  type SlideFiles,
  specFromDisk,
} from "#bytes";
import { firstDifference, patternedBytes, randomNumbers } from "../../support/patterned-bytes.ts";
import type { DecoderTask } from "./decoder.thread.ts";

const MEBIBYTE = 2 ** 20;
/** Room for all of the slides here. */
const ROOMY = { budgetBytes: 256 * MEBIBYTE };
let folder: string;
let threads: Worker[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "coverslip-bytes-"));
  threads = [];
});

afterEach(async () => {
  await Promise.all(threads.map((thread) => thread.terminate()));
  rmSync(folder, { recursive: true });
});

describe("shared blocks", { timeout: 60_000 }, () => {
  it("give every decoder the right bytes while blocks drive each other out all the time", async () => {
    const files = slideOf([5 * MEBIBYTE + 17, 0, 3 * MEBIBYTE - 5]);
    const shared = createSharedBlocks(files, { budgetBytes: MEBIBYTE })!;
    expect(shared.slotCount).toBe(64);
    await startIo([{ files, shared }]);
    const decoders = [1, 2, 3].map((seed) => startDecoder({ files, shared, seed, reads: 3000, longest: 60_000 }));
    const hinting = hintAtRandom(shared, files);
    const results = await Promise.all(decoders);
    clearInterval(hinting);
    expect(results.flatMap((result) => result.differences)).toEqual([]);
    expect(results.reduce((sum, result) => sum + result.bytesRead, 0)).toBeGreaterThan(50 * MEBIBYTE);
    expect(fillState(shared).filledBytes).toBeLessThanOrEqual(MEBIBYTE);
  });

  it("give the right bytes with reads longer than all there is room for", async () => {
    const files = slideOf([6 * MEBIBYTE]);
    const shared = createSharedBlocks(files, { budgetBytes: MEBIBYTE })!;
    await startIo([{ files, shared }]);
    const decoders = [7, 8].map((seed) => startDecoder({ files, shared, seed, reads: 40, longest: 3 * MEBIBYTE }));
    for (const { differences } of await Promise.all(decoders)) expect(differences).toEqual([]);
  });

  it("serve several slides of a page with one worker", async () => {
    const slides = [slideOf([2 * MEBIBYTE + 1]), slideOf([3 * MEBIBYTE + 2])].map((files, i) => ({
      files,
      shared: createSharedBlocks(files, { budgetBytes: (i + 1) * 2 * MEBIBYTE })!,
    }));
    await startIo(slides);
    const decoders = slides.map((slide, seed) => startDecoder({ ...slide, seed, reads: 1500, longest: 50_000 }));
    for (const { differences } of await Promise.all(decoders)) expect(differences).toEqual([]);
  });

  it("are filled without being asked where the slide fits", async () => {
    const files = slideOf([2 * MEBIBYTE + 3, 100, 0, 700_001]);
    const shared = createSharedBlocks(files, ROOMY)!;
    await startIo([{ files, shared }]);
    const { totalBytes } = fillState(shared);
    expect(totalBytes).toBe(2 * MEBIBYTE + 3 + 100 + 700_001);
    await expect.poll(() => fillState(shared).filledBytes).toBe(totalBytes);
    expect([...shared.table].every((value) => value > 0)).toBe(true);
  });

  it("fetch what is hinted before anybody reads it", async () => {
    const files = slideOf([40 * MEBIBYTE]);
    const shared = createSharedBlocks(files, { budgetBytes: 4 * MEBIBYTE })!;
    hintRanges(shared, [{ file: 0, offset: 30 * MEBIBYTE, length: 100_000 }]);
    await startIo([{ files, shared }]);
    const first = (30 * MEBIBYTE) / shared.blockBytes;
    await expect
      .poll(() => [...shared.table.subarray(first - 1, first + 8)].map((value) => value > 0))
      .toEqual([false, true, true, true, true, true, true, true, false]);
  });

  it("take no hint outside the file, and no more than there is room for", () => {
    const files = slideOf([MEBIBYTE]);
    const shared = createSharedBlocks(files, ROOMY)!;
    hintRanges(shared, [
      { file: 1, offset: 0, length: 10 },
      { file: 0, offset: -5, length: 10 },
      { file: 0, offset: MEBIBYTE, length: 10 },
      { file: 0, offset: Number.NaN, length: 10 },
      { file: 0, offset: 0, length: Number.NaN },
    ]);
    expect([...shared.table].every((value) => value === 0)).toBe(true);
    const large: SlideFiles = {
      entry: "large",
      files: [{ kind: "disk", path: "large", size: 2000 * MEBIBYTE, file: "/nowhere" }],
    };
    const sharedLarge = createSharedBlocks(large, { budgetBytes: 64 * MEBIBYTE })!;
    hintRanges(sharedLarge, [{ file: 0, offset: 0, length: 2000 * MEBIBYTE }]);
    expect(sharedLarge.table.filter((value) => value !== 0)).toHaveLength(1024);
  });

  it("tell every decoder why a block could not be read, and try again when asked again", async () => {
    const files = slideOf([4 * MEBIBYTE]);
    const shared = createSharedBlocks(files, { budgetBytes: MEBIBYTE })!;
    const { file } = files.files[0] as { file: string };
    await startIo([{ files, shared }]);
    const decoder = await openSyncFiles(files, shared);
    const [bytes] = decoder.files;
    const target = new Uint8Array(1000);
    truncateSync(file, 2 * MEBIBYTE);
    expect(() => bytes!.read(target, 3 * MEBIBYTE)).toThrow(ByteReadError);
    expect(decoder.takeFailure()).toMatchObject({ reason: "changed", fileName: "slide/0.bin" });
    expect(decoder.takeFailure()).toBeUndefined();
    writeFileSync(file, patternedBytes(0, 4 * MEBIBYTE));
    expect(bytes!.read(target, 3 * MEBIBYTE)).toBe(1000);
    expect(firstDifference(target, 0, 3 * MEBIBYTE)).toBe(-1);
    decoder.close();
  });

  it("are read past by decoders when the I/O worker is dead", async () => {
    const files = slideOf([MEBIBYTE]);
    const shared = createSharedBlocks(files, ROOMY)!;
    const task = { files, shared, seed: 5, reads: 20, longest: 40_000 };
    const { differences, bytesRead } = await startDecoder(task);
    expect(differences).toEqual([]);
    expect(bytesRead).toBeGreaterThan(10_000);
  });

  it("go on after another I/O worker has taken over", async () => {
    const files = slideOf([6 * MEBIBYTE]);
    const shared = createSharedBlocks(files, { budgetBytes: MEBIBYTE })!;
    const first = await startIo([{ files, shared }]);
    const decoders = [1, 2].map((seed) => startDecoder({ files, shared, seed, reads: 2500, longest: 40_000 }));
    await new Promise<void>((resolve) => setTimeout(resolve, 50));
    await first.terminate();
    await startIo([{ files, shared }]);
    for (const { differences } of await Promise.all(decoders)) expect(differences).toEqual([]);
  });

  it("let go of a slide that is released", async () => {
    const files = slideOf([MEBIBYTE]);
    const shared = createSharedBlocks(files, ROOMY)!;
    const io = await startIo([{ files, shared }]);
    await expect.poll(() => fillState(shared).filledBytes).toBe(MEBIBYTE);
    io.postMessage(0);
    expect(await new Promise((resolve) => io.once("message", resolve))).toBe("released 0");
  });

  it("are not made where the browser has no memory to share", () => {
    expect(createSharedBlocks(slideOf([8 * MEBIBYTE]), { budgetBytes: 1000 })).toBeUndefined();
  });
});

function slideOf(sizes: readonly number[]): SlideFiles {
  const specs = sizes.map((size, seed) => {
    const file = join(folder, `${sizes.length}-${size}-${seed}.bin`);
    writeFileSync(file, patternedBytes(seed, size));
    return specFromDisk(file, `slide/${seed}.bin`);
  });
  return { entry: specs[0]!.path, files: specs };
}

function startThread(module: URL, workerData: unknown): Worker {
  // Threads of Node do not take the loader over from the one that starts them.
  const file = JSON.stringify(module.href);
  const script = `import("tsx/esm/api").then(({ register }) => (register(), import(${file})))`;
  const thread = new Worker(script, { eval: true, workerData });
  threads.push(thread);
  return thread;
}

async function startIo(slides: { files: SlideFiles; shared: SharedBlocks }[]): Promise<Worker> {
  const thread = startThread(new URL("./io.thread.ts", import.meta.url), { slides });
  await new Promise((resolve, reject) => thread.once("message", resolve).once("error", reject));
  return thread;
}

function startDecoder(task: DecoderTask): Promise<{ differences: string[]; bytesRead: number }> {
  const thread = startThread(new URL("./decoder.thread.ts", import.meta.url), task);
  return new Promise((resolve, reject) => thread.once("message", resolve).once("error", reject));
}

function hintAtRandom(shared: SharedBlocks, files: SlideFiles) {
  const random = randomNumbers(99);
  return setInterval(() => {
    const file = Math.floor(random() * files.files.length);
    const offset = Math.floor(random() * files.files[file]!.size);
    hintRanges(shared, [{ file, offset, length: 30_000 }]);
  }, 1);
}
