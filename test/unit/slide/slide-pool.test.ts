import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { ByteReadError, type IoService, type SharedBlocks, specFromBytes } from "#bytes";
import { openSlide, SlidePool } from "#slide";
import type { SlideWorkerApi } from "#slide/service";
import { isServed } from "../../../src/bytes/shared-blocks.ts";
import { drawSlide } from "../../support/drawn-slide.ts";
import { fakeWorkers } from "../../support/fake-workers.ts";
import { countOpenFiles } from "../../support/open-descriptors.ts";

describe("a pool on this thread", () => {
  let folder: string;
  let file: string;
  let pool: SlidePool;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "coverslip-"));
    file = join(folder, "drawn ä%.tiff");
    writeFileSync(file, drawSlide());
    pool = new SlidePool({ workers: 0 });
  });
  afterEach(() => {
    pool.terminate();
    rmSync(folder, { recursive: true });
  });

  it("refuses a level that is no whole number", async () => {
    await using slide = await openSlide(file, { pool });
    for (const level of [1.5, Number.NaN, Number.POSITIVE_INFINITY, undefined as never]) {
      const region = { x: 0, y: 0, level, width: 4, height: 4 };
      await expect(slide.readRegion(region)).rejects.toBeInstanceOf(RangeError);
    }
  });

  it("refuses a buffer that the pixels do not fit, and leaves it to the caller", async () => {
    await using slide = await openSlide(file, { pool });
    const region = { x: 3, y: 4, level: 0, width: 8, height: 8 };
    const small = new ArrayBuffer(10);
    await expect(slide.readRegion(region, { out: small })).rejects.toBeInstanceOf(RangeError);
    expect(small.byteLength).toBe(10);
    for (const out of [new Uint8Array(256), new SharedArrayBuffer(256), {}, 256]) {
      await expect(slide.readRegion(region, { out: out as never })).rejects.toBeInstanceOf(TypeError);
    }
    const out = new ArrayBuffer(256);
    expect((await slide.readRegion(region, { out })).data.buffer).toBe(out);
  });

  it("shrinks by powers of two that divide the region", async () => {
    await using slide = await openSlide(file, { pool });
    const region = { x: 3, y: 4, level: 0, width: 8, height: 12 };
    const out = new ArrayBuffer(2 * 3 * 4);
    expect(await slide.readRegion(region, { shrink: 4, out })).toMatchObject({ width: 2, height: 3 });
    for (const shrink of [8, 3, 0, -2, 0.5, Number.NaN]) {
      await expect(slide.readRegion(region, { shrink })).rejects.toBeInstanceOf(RangeError);
    }
    const whole = new ArrayBuffer(8 * 12 * 4);
    await expect(slide.readRegion(region, { shrink: 4, out: whole })).rejects.toBeInstanceOf(RangeError);
  });

  it("says what it takes where it is given something else", async () => {
    const bytes = drawSlide();
    for (const input of [bytes, new Blob([bytes]), null, undefined, 3, {}, [bytes], [undefined]]) {
      const failure = await openSlide(input as never, { pool }).catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(TypeError);
      expect((failure as Error).message).toMatch(/a File.+SlideFiles/);
    }
  });

  it.each([-1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, "2" as never])("cannot have %s workers", (workers) => {
    expect(() => new SlidePool({ workers })).toThrow(RangeError);
  });

  it("opens a file of a file: address as that of its path", async () => {
    await using slide = await openSlide(pathToFileURL(file), { pool });
    expect(slide.name).toBe("drawn ä%.tiff");
  });

  it("closes the files of its slides when it is ended", async () => {
    using files = countOpenFiles();
    const slide = await openSlide(file, { pool });
    const read = slide.readRegion({ x: 0, y: 0, level: 0, width: 8, height: 8 });
    const opening = openSlide(file, { pool });
    const failures = Promise.allSettled([read, opening]);
    expect(files.count()).toBe(1);
    pool.terminate();
    expect((await failures).map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    await expect.poll(() => files.count()).toBe(0);
  });

  it("leaves nothing open of openings that were aborted, at whatever point", async () => {
    await (await openSlide(file, { pool })).close();
    using files = countOpenFiles();
    for (let turns = 0; turns < 40; turns++) {
      const controller = new AbortController();
      const opening = openSlide(file, { pool, signal: controller.signal });
      const ended = opening.then(
        (slide) => slide.close(),
        (error: unknown) => expect(error).toMatchObject({ name: "AbortError" }),
      );
      for (let turn = 0; turn < turns; turn++) await undefined;
      controller.abort();
      await ended;
    }
    await expect.poll(() => files.count()).toBe(0);
  });
});

/** What an idle slide worker does, as far as a test does not say otherwise. */
function slideWorker(more: Partial<SlideWorkerApi> = {}): Partial<SlideWorkerApi> {
  const level = { width: 8, height: 8, downsample: 1, tileWidth: 8, tileHeight: 8 };
  const facts = { levels: [level], properties: {}, associatedImages: [], iccSizeBytes: 0, sizeBytes: 8 };
  return {
    load: async () => {},
    open: async (id) => ({
      facts: { ...facts, name: `slide ${id}`, vendor: "none", reader: "none" },
      tileIndex: undefined,
    }),
    readRegion: async (_, { width, height }) => ({ data: new Uint8ClampedArray(4 * width * height), width, height }),
    close: async () => {},
    ...more,
  };
}

/** One that keeps the shared blocks of the slides it opens. */
function noting(blocks: SharedBlocks[]): Partial<SlideWorkerApi> {
  const idle = slideWorker();
  return slideWorker({
    open: (id, files, shared) => {
      blocks.push(shared!);
      return idle.open!(id, files, undefined);
    },
  });
}

const ioWorker = (more: Partial<IoService> = {}): IoService => ({
  serve: async () => {},
  release: async () => {},
  ...more,
});

const someFile = (path = "a.bin") => ({ entry: path, files: [specFromBytes(new Uint8Array(8), path)] });

describe("a pool with workers", () => {
  it("tells the decoders where the I/O worker cannot serve a slide, and nobody else", async () => {
    const blocks: SharedBlocks[] = [];
    fakeWorkers((name) => {
      if (name === "coverslip-slide") return noting(blocks);
      return ioWorker({
        serve: async (_, { entry }) => {
          if (entry === "gone.bin") throw new ByteReadError(entry, "vanished", "it is no longer there");
        },
      });
    });
    const pool = new SlidePool({ workers: 1 });
    await openSlide(someFile("gone.bin"), { pool });
    await openSlide(someFile("there.bin"), { pool });
    await expect.poll(() => blocks.map(isServed)).toEqual([false, true]);
    pool.terminate();
  });

  it("does without an I/O worker that cannot be started, until the next slide", async () => {
    const blocks: SharedBlocks[] = [];
    let starts = 0;
    const { running } = fakeWorkers((name) => {
      if (name === "coverslip-slide") return noting(blocks);
      starts++;
      setTimeout(() => running.find((worker) => worker.name === name)?.die());
      return undefined;
    });
    const pool = new SlidePool({ workers: 1 });
    for (const opened of [1, 2]) {
      await openSlide(someFile(), { pool });
      await expect.poll(() => blocks.map(isServed)).toEqual(Array(opened).fill(false));
      await turnsOfPorts();
      expect(starts).toBe(opened);
    }
    pool.terminate();
  });

  it.each(["coverslip-slide", "coverslip-io"])(
    "closes a slide though %s hangs, and goes on with the others",
    async (hanging) => {
      vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
      onTestFinished(() => void vi.useRealTimers());
      const never = new Promise<never>(() => {});
      const started: string[] = [];
      const served: string[] = [];
      fakeWorkers((name) => {
        started.push(name);
        if (name === "coverslip-slide") return slideWorker(name === hanging ? { close: () => never } : {});
        return ioWorker({
          serve: async (_, { entry }) => void served.push(entry),
          ...(name === hanging && { release: () => never }),
        });
      });
      const pool = new SlidePool({ workers: 1 });
      const slide = await openSlide(someFile("a.bin"), { pool });
      const other = await openSlide(someFile("b.bin"), { pool });
      let hasEnded = false;
      const closing = slide.close().then(() => {
        hasEnded = true;
      });
      await turnsOfPorts();
      expect(hasEnded).toBe(false);
      await vi.advanceTimersByTimeAsync(10_000);
      await closing;
      const { width, height } = await other.readRegion({ x: 0, y: 0, level: 0, width: 2, height: 3 });
      expect([width, height]).toEqual([2, 3]);
      expect(started.filter((name) => name === hanging)).toHaveLength(2);
      expect(served).toEqual(hanging === "coverslip-io" ? ["a.bin", "b.bin", "b.bin"] : ["a.bin", "b.bin"]);
      pool.terminate();
    },
  );
});

/** Until messages that are under way between threads have come, and the answers to them. */
async function turnsOfPorts(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
}
