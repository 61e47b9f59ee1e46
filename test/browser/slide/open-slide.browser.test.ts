import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ByteReadError } from "#bytes";
import { CorruptSlideError, openSlide, SlideClosedError, SlidePool, UnsupportedFormatError } from "#slide";
import { colourAt, drawSlide, firstWrongPixel, SIZE } from "../../support/drawn-slide.ts";

const drawn = (name = "drawn.tiff") => new File([drawSlide()], name);
const everywhere = { x: -30, y: -20, level: 0, width: SIZE.width + 50, height: SIZE.height + 40 };

const WAYS = {
  "with shared memory": { workers: 2 },
  "with a cache in each worker": { workers: 2, sharedMemory: false },
  "on this thread": { workers: 0 },
} as const;

describe.each(Object.entries(WAYS))("a slide read %s", (_, options) => {
  let pool: SlidePool;
  beforeAll(() => {
    pool = new SlidePool(options);
  });
  afterAll(() => pool.terminate());

  it("has every pixel where it is", async () => {
    await using slide = await openSlide(drawn(), { pool });
    expect(slide).toMatchObject({ name: "drawn.tiff", vendor: "generic-tiff", ...SIZE });
    expect(firstWrongPixel(await slide.readRegion(everywhere), everywhere)).toBeUndefined();
  });

  it("is read by workers that have warmed up, which leaves nothing open", async () => {
    const warm = new SlidePool(options);
    await warm.warmUp();
    expect(warm.fillState()).toEqual({ filledBytes: 0, totalBytes: 0 });
    const slide = await openSlide(drawn(), { pool: warm });
    expect(firstWrongPixel(await slide.readRegion(everywhere), everywhere)).toBeUndefined();
    warm.terminate();
  });

  it("answers many reads at once, each with its own pixels", async () => {
    await using slide = await openSlide(drawn(), { pool });
    const reads = Array.from({ length: 60 }, (_, i) => ({
      x: (i * 97) % 640,
      y: (i * 61) % 440,
      level: 0,
      width: 40,
      height: 40,
    }));
    const wrong = await Promise.all(
      reads.map(async (region) => firstWrongPixel(await slide.readRegion(region), region)),
    );
    expect(wrong.filter((line) => line !== undefined)).toEqual([]);
  });

  it("is opened from a list of files, and from a file of another frame", async () => {
    const input = document.createElement("input");
    input.type = "file";
    const transfer = new DataTransfer();
    transfer.items.add(drawn());
    input.files = transfer.files;
    const frame = document.body.appendChild(document.createElement("iframe"));
    const Foreign = (frame.contentWindow as unknown as typeof globalThis).File;
    for (const files of [
      input.files,
      new Foreign([drawSlide()], "drawn.tiff"),
      [new Foreign([drawSlide()], "drawn.tiff")],
    ]) {
      await using slide = await openSlide(files, { pool });
      expect(slide).toMatchObject({ name: "drawn.tiff", ...SIZE });
    }
    frame.remove();
  });

  it("fills the buffer it was handed", async () => {
    await using slide = await openSlide(drawn(), { pool });
    const out = new ArrayBuffer(8 * 8 * 4);
    const { data } = await slide.readRegion({ x: 3, y: 4, level: 0, width: 8, height: 8 }, { out });
    expect([...data.subarray(0, 4)]).toEqual(colourAt(3, 4));
  });

  it("rejects an aborted read with the signal's own reason", async () => {
    await using slide = await openSlide(drawn(), { pool });
    const controller = new AbortController();
    const read = slide.readRegion(everywhere, { signal: controller.signal });
    const reason = new Error("left the view");
    controller.abort(reason);
    await expect(read).rejects.toBe(reason);
  });

  it("rejects what still waits when it is closed, and every later read", async () => {
    const slide = await openSlide(drawn(), { pool });
    const reads = Array.from({ length: 20 }, () => slide.readRegion(everywhere).catch((error: unknown) => error));
    await slide.close();
    await slide.close();
    expect((await Promise.all(reads)).some((result) => result instanceof SlideClosedError)).toBe(true);
    await expect(slide.readRegion(everywhere)).rejects.toBeInstanceOf(SlideClosedError);
  });

  it("leaves no file locked of openings that were aborted, and no decoder waiting", async () => {
    await using stored = await storedSlide();
    await (await openSlide(stored.handle, { pool })).close();
    for (let i = 0; i < 40; i++) {
      const controller = new AbortController();
      const opening = openSlide(stored.handle, { pool, signal: controller.signal });
      const ended = opening.then(
        (slide) => slide.close(),
        (error: unknown) => expect(error).toMatchObject({ name: "AbortError" }),
      );
      // Another point of the opening each time.
      await new Promise((resolve) => setTimeout(resolve, i % 10));
      controller.abort();
      await ended;
    }
    const begin = performance.now();
    await (await openSlide(drawn(), { pool })).close();
    expect(performance.now() - begin).toBeLessThan(2500);
    await expect.poll(() => lockAndFree(stored.handle)).toBe("free");
  });

  it("rejects an aborted opening without waiting for a worker that is busy", async () => {
    const busy = new SlidePool({ ...options, workers: Math.min(options.workers, 1) });
    const slide = await openSlide(drawn(), { pool: busy });
    const order: string[] = [];
    const read = slide.readRegion({ ...everywhere, width: 6000, height: 6000 }).then(() => order.push("read"));
    const controller = new AbortController();
    const opening = openSlide(drawn(), { pool: busy, signal: controller.signal }).catch(() => order.push("aborted"));
    await expect.poll(() => busy.state().running, { interval: 1 }).toBe(2);
    controller.abort();
    await Promise.all([read, opening]);
    // On this thread nothing can happen while it reads.
    expect(order.toSorted()).toEqual(["aborted", "read"]);
    if (options.workers > 0) expect(order[0]).toBe("aborted");
    busy.terminate();
  });

  it("refuses in typed errors that name the file", async () => {
    for (const [bytes, name] of [
      [new Uint8Array(0), "empty.svs"],
      [new TextEncoder().encode("Dear pathologist"), "letter.svs"],
    ] as const) {
      const error = await openSlide(new File([bytes], name), { pool }).catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(UnsupportedFormatError);
      expect(error).toMatchObject({ fileName: name });
    }
  });

  it("fails a tile that lies beyond the file alone", async () => {
    await using slide = await openSlide(new File([drawSlide(1e9)], "bad.tiff"), { pool });
    const bad = slide.readRegion({ x: 690, y: 490, level: 0, width: 4, height: 4 });
    await expect(bad).rejects.toBeInstanceOf(CorruptSlideError);
    const good = { x: 0, y: 0, level: 0, width: 16, height: 16 };
    expect(firstWrongPixel(await slide.readRegion(good), good)).toBeUndefined();
  });

  it("refuses sizes that are no sizes", async () => {
    await using slide = await openSlide(drawn(), { pool });
    for (const region of [
      { x: 0, y: 0, level: 0, width: -1, height: 1 },
      { x: 0.5, y: 0, level: 0, width: 1, height: 1 },
      { x: 0, y: 0, level: 0, width: 100_000, height: 100_000 },
    ]) {
      await expect(slide.readRegion(region)).rejects.toBeInstanceOf(RangeError);
    }
  });
});

describe.each([true, false])("a file in the origin's own file system (shared memory: %s)", (sharedMemory) => {
  it("is noticed at the next read when it changes", async () => {
    const pool = new SlidePool({ workers: 1, sharedMemory });
    const root = await navigator.storage.getDirectory();
    const handle = await root.getFileHandle(`changing-${sharedMemory}.tiff`, { create: true });
    const write = async (bytes: Uint8Array<ArrayBuffer>) => {
      const writable = await handle.createWritable();
      await writable.write(bytes);
      await writable.close();
    };
    await write(drawSlide());
    // A picked file: read through a snapshot that the browser refuses once the file is another.
    const slide = await openSlide(await handle.getFile(), { pool });
    await slide.readRegion(everywhere);
    await write(drawSlide().slice(0, 5000));
    await expect
      .poll(() => slide.readRegion(everywhere).catch((error: unknown) => error))
      .toBeInstanceOf(ByteReadError);
    await slide.close();
    pool.terminate();
    await root.removeEntry(handle.name);
  });
});

/** A slide in the origin's private file system, removed at the end. */
async function storedSlide(): Promise<AsyncDisposable & { readonly handle: FileSystemFileHandle }> {
  const root = await navigator.storage.getDirectory();
  const name = `${crypto.randomUUID()}.tiff`;
  const handle = await root.getFileHandle(name, { create: true });
  const stream = await handle.createWritable();
  await stream.write(drawn());
  await stream.close();
  return { handle, [Symbol.asyncDispose]: () => root.removeEntry(name) };
}

/** Whether a file could be had by a worker for itself alone, which nobody may then have open: "free", else why not. */
async function lockAndFree(handle: FileSystemFileHandle): Promise<string> {
  const script = `onmessage = async ({ data }) => {
    try {
      (await data.createSyncAccessHandle()).close();
      postMessage("free");
    } catch (error) {
      postMessage(String(error));
    }
  };`;
  const address = URL.createObjectURL(new Blob([script], { type: "text/javascript" }));
  const worker = new Worker(address);
  try {
    return await new Promise((resolve) => {
      worker.onmessage = ({ data }) => resolve(data);
      worker.postMessage(handle);
    });
  } finally {
    worker.terminate();
    URL.revokeObjectURL(address);
  }
}
