import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openSlide, SlidePool } from "#slide";
import { drawSlide } from "../../support/drawn-slide.ts";
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
