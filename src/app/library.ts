import type { SlideFiles } from "#bytes";
import type { findSlides, openSlide, SlidePool } from "#slide";

/** What the app hands to the library to open. */
export type SlideInput = File | SlideFiles | URL;

/** What the app shows of the pool of reading workers. */
export type ReadingPool = Pick<
  SlidePool,
  "fillState" | "isSharingMemory" | "memoryBytes" | "state" | "subscribe" | "warmUp"
>;

/** The doors of the library that the app goes through. An interface, so that tests of the app can stand in for it. */
export interface Library {
  readonly openSlide: (input: SlideInput, options?: { signal?: AbortSignal }) => ReturnType<typeof openSlide>;
  readonly findSlides: typeof findSlides;
  /** Made at first use. */
  readonly pool: () => ReadingPool;
}
