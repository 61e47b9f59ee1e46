import type { SyncFiles } from "#bytes";
import type { Region } from "../region.ts";
import type { SlideFacts } from "../slide.ts";

/** A slide opened on this thread by one format. Reads are synchronous and throw the errors of `slide/errors.ts`. */
export interface FormatSlide {
  readonly facts: SlideFacts;
  /** Fills straight RGBA; `target` has exactly the region's size. */
  readRegion(target: Uint8ClampedArray, region: Region): void;
  /** Straight RGBA of one of the facts' images. */
  readAssociatedImage(name: string): Uint8ClampedArray<ArrayBuffer>;
  readIccProfile(associatedImage: string | undefined): Uint8Array<ArrayBuffer> | undefined;
  close(): void;
}

/** A reader of slides. */
export interface SlideFormat {
  readonly name: string;
  /** Opens the slide; undefined where it is not of this format. @throws {CorruptSlideError} if it is, but cannot be read. */
  open(files: SyncFiles): FormatSlide | undefined;
  /** Bytes of memory in use. */
  readonly memoryBytes: number;
}
