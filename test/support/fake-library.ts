import type { Slide } from "#slide";
import { findSlides, UnsupportedFormatError } from "#slide";
import type { Library, SlideInput } from "../../src/app/library.ts";
import { PositionSlide } from "./position-slide.ts";

/** What a fake library makes of a file, by the file's name. */
export type FakeSlides = Readonly<Record<string, (() => Slide) | Error | "never">>;

export interface FakeLibrary extends Library {
  /** Names in the order they were opened. */
  readonly opened: string[];
  readonly slides: Slide[];
}

/** The library of the app without workers and wasm: files are known by name, what is not known is no slide. */
export function fakeLibrary(known: FakeSlides): FakeLibrary {
  const opened: string[] = [];
  const slides: Slide[] = [];
  return {
    opened,
    slides,
    findSlides,
    async openSlide(input, { signal } = {}) {
      const name = nameOf(input);
      opened.push(name);
      // Opening takes a turn of the event loop at least, as with a real worker.
      await new Promise((resolve) => setTimeout(resolve));
      signal?.throwIfAborted();
      const made = known[name] ?? new UnsupportedFormatError(name);
      if (made instanceof Error) throw made;
      if (made === "never") {
        return new Promise((_, reject) => signal?.addEventListener("abort", () => reject(signal.reason)));
      }
      const slide = made();
      slides.push(slide);
      return slide;
    },
    pool: () => ({
      isSharingMemory: true,
      state: () => ({ workers: 2, queued: 0, running: 0, restarts: 0 }),
      subscribe: () => () => {},
      warmUp: async () => {},
      memoryBytes: async () => 123_000_000,
      fillState: () => ({ filledBytes: 7_000_000, totalBytes: 9_000_000 }),
    }),
  };
}

function nameOf(input: SlideInput): string {
  const path = input instanceof URL ? input.pathname : input instanceof File ? input.name : input.entry;
  return path.split("/").at(-1)!;
}

/** A slide of 20,000 x 10,000 pixels at 40x, whose colours tell positions, under any name. */
export function namedSlide(name: string, more: Partial<Slide> = {}): Slide {
  const slide = new PositionSlide({
    width: 20_000,
    height: 10_000,
    downsamples: [1, 4, 16, 64],
    tilePx: 256,
    unit: 64,
    readMs: 0,
    mpp: 0.25,
    objectivePower: 40,
  });
  // The class's own members are accessors and private fields: they stay, these few are laid over them.
  for (const [key, value] of Object.entries({ name, ...more })) Object.defineProperty(slide, key, { value });
  return slide;
}
