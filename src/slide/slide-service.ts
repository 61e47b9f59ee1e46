import { openSyncFiles, type SharedBlocks, type SlideFiles, type SyncFiles } from "#bytes";
import { shrinkRgba } from "#kernels";
import { readBands } from "./bands.ts";
import { SlideClosedError, UnsupportedFormatError } from "./errors.ts";
import type { FormatSlide } from "./formats/format.ts";
import { OpenSlideFormat } from "./formats/openslide.ts";
import { makePatch } from "./patch.ts";
import { baseName } from "./paths.ts";
import { getBackground } from "./properties.ts";
import type { Pixels, Region } from "./region.ts";
import { makeThumbnail } from "./thumbnail.ts";
import { readTileIndex } from "./tile-index.ts";
import type { OpenedSlide, SlideId, SlideWorkerApi } from "./worker-contract.ts";

/** Memory that so many times less would do for is let go. */
const MAX_ROOM_SHARE = 8;

interface OpenEntry {
  readonly files: SyncFiles;
  /** undefined after a failure, until the next read opens it again: OpenSlide's handles stay in error. */
  slide: FormatSlide | undefined;
}

/** A slide that is being opened. */
interface Opening {
  /** Aborted when the slide is closed before it is open. */
  readonly closing: AbortController;
  readonly opened: Promise<OpenedSlide>;
}

export type { SlideWorkerApi } from "./worker-contract.ts";

/** What a slide worker does, without any worker: tested in Node, and the same-thread fallback. */
export function createSlideService(): SlideWorkerApi {
  const entries = new Map<SlideId, OpenEntry>();
  const openings = new Map<SlideId, Opening>();
  let format: OpenSlideFormat | undefined;
  /** Pixels that a patch, or a shrunk region, is made of: they come by the thousand, of few sizes. */
  let room = new Uint8ClampedArray(0);
  function roomOf(bytes: number): Uint8ClampedArray<ArrayBuffer> {
    if (room.length < bytes || room.length > MAX_ROOM_SHARE * bytes) room = new Uint8ClampedArray(bytes);
    return room.subarray(0, bytes);
  }

  async function ready(): Promise<OpenSlideFormat> {
    if (!format) throw new Error("load() comes first");
    await format.renew();
    return format;
  }

  function openFormat(present: OpenSlideFormat, files: SyncFiles): FormatSlide {
    const slide = present.open(files);
    if (!slide) throw new UnsupportedFormatError(baseName(files.entry));
    return slide;
  }

  /** Opens a slide, unless it is closed meanwhile: messages come in at every `await`. */
  async function openEntry(
    id: SlideId,
    files: SlideFiles,
    shared: SharedBlocks | undefined,
    closing: AbortSignal,
  ): Promise<OpenedSlide> {
    const present = await ready();
    closing.throwIfAborted();
    const opened = await openSyncFiles(files, shared);
    try {
      closing.throwIfAborted();
      const slide = openFormat(present, opened);
      entries.set(id, { files: opened, slide });
      const entry = opened.files.findIndex((file) => file.path === opened.entry);
      return { facts: slide.facts, tileIndex: readTileIndex(opened.files[entry]!, entry) };
    } catch (error) {
      opened.close();
      throw error;
    }
  }

  /** Runs `read` on the slide, opened again if its handle is spent. */
  async function withSlide<Result>(
    id: SlideId,
    read: (slide: FormatSlide, files: SyncFiles) => Result,
  ): Promise<Result> {
    const present = await ready();
    const entry = entries.get(id);
    if (!entry) throw new SlideClosedError(`slide ${id}`);
    entry.files.check();
    if (entry.slide && !present.owns(entry.slide)) entry.slide = undefined;
    entry.slide ??= openFormat(present, entry.files);
    try {
      return read(entry.slide, entry.files);
    } catch (error) {
      if (!(error instanceof RangeError)) {
        // The handle latched the error. The next read begins afresh, so one bad tile does not spoil the slide.
        if (present.owns(entry.slide)) entry.slide.close();
        entry.slide = undefined;
      }
      throw error;
    }
  }

  return {
    async load(compiled) {
      format ??= await OpenSlideFormat.load(compiled);
    },

    async open(id, files: SlideFiles, shared: SharedBlocks | undefined): Promise<OpenedSlide> {
      const closing = new AbortController();
      const opened = openEntry(id, files, shared, closing.signal);
      openings.set(id, { closing, opened });
      try {
        return await opened;
      } finally {
        openings.delete(id);
      }
    },

    readRegion(id, region, out, ahead, shrink = 1) {
      return withSlide(id, (slide, files): Pixels => {
        if (ahead?.length) files.prefetch(ahead);
        const { width, height } = region;
        const size = { width: width / shrink, height: height / shrink };
        const bytes = size.width * size.height * 4;
        const data = new Uint8ClampedArray(out?.byteLength === bytes ? out : new ArrayBuffer(bytes));
        const read = shrink === 1 ? data : roomOf(width * height * 4);
        if (bytes > 0) {
          slide.readRegion(read, region);
          shrinkRgba(read, width, height, shrink, data);
        }
        return { data, ...size };
      });
    },

    readPatch(id, region, recipe, ahead) {
      return withSlide(id, (slide, files) => {
        if (ahead?.length) files.prefetch(ahead);
        const { facts } = slide;
        const { width, height } = region;
        const begin = performance.now();
        let readingMs = 0;
        const timed = {
          facts,
          readRegion(target: Uint8ClampedArray, band: Region) {
            const from = performance.now();
            slide.readRegion(target, band);
            readingMs += performance.now() - from;
          },
        };
        const bands = readBands(timed, region, { roomOf });
        const patch = makePatch({ width, height, bands }, recipe, getBackground(facts.properties));
        return { ...patch, spent: { readingMs, makingMs: performance.now() - begin - readingMs } };
      });
    },

    readAssociatedImage(id, name) {
      return withSlide(id, (slide): Pixels => {
        const image = slide.facts.associatedImages.find((candidate) => candidate.name === name);
        if (!image) throw new RangeError(`no associated image ${name} in ${slide.facts.name}`);
        return { data: slide.readAssociatedImage(name), width: image.width, height: image.height };
      });
    },

    readIccProfile(id, associatedImage) {
      return withSlide(id, (slide) => slide.readIccProfile(associatedImage));
    },

    getThumbnail(id, maxWidth, maxHeight) {
      return withSlide(id, (slide) => makeThumbnail(slide, maxWidth, maxHeight));
    },

    async close(id) {
      const opening = openings.get(id);
      if (opening) {
        opening.closing.abort(new SlideClosedError(`slide ${id}`));
        // Whoever opens it hears of a failure. Here it matters that it has ended, and has left nothing open.
        await opening.opened.catch(() => {});
      }
      const entry = entries.get(id);
      if (!entry) return;
      entries.delete(id);
      if (entry.slide && format?.owns(entry.slide)) entry.slide.close();
      entry.files.close();
    },

    async memoryBytes() {
      return format?.memoryBytes ?? 0;
    },
  };
}
