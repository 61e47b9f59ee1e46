// In the built types too: `AsyncDisposable` is in no lib that a consumer has by default.
/// <reference lib="esnext.disposable" preserve="true" />
import type { Level } from "./level.ts";
import type { Patch, PatchRecipe } from "./patch-recipe.ts";
import type { Pixels, ReadOptions, Region } from "./region.ts";

/** A label, macro or thumbnail image stored beside the pyramid. */
export interface AssociatedImage {
  readonly name: string;
  readonly width: number;
  readonly height: number;
  /** Bytes of its ICC profile, 0 without one. */
  readonly iccSizeBytes: number;
}

/** Size of a level-0 pixel, and which property said so. */
export interface PixelSize {
  /** µm per level-0 pixel. */
  readonly x: number;
  readonly y: number;
  /** The property it came from, e.g. "openslide.mpp-x". */
  readonly source: string;
}

/** Plain facts of an opened slide; crosses threads. */
export interface SlideFacts {
  /** Name of the file that was opened, without folders. */
  readonly name: string;
  /** Vendor string of OpenSlide, e.g. "aperio". */
  readonly vendor: string;
  /** Who reads it, with version: "OpenSlide 4.0.1". */
  readonly reader: string;
  /** Bytes of all files of the slide together. */
  readonly sizeBytes: number;
  readonly levels: readonly Level[];
  /** All values are strings, as OpenSlide has them; names sorted. */
  readonly properties: Readonly<Record<string, string>>;
  readonly associatedImages: readonly AssociatedImage[];
  /** Bytes of the main image's ICC profile, 0 without one. */
  readonly iccSizeBytes: number;
}

/**
 * An opened whole-slide image. The same interface in a worker and outside it: callers cannot tell.
 * Counterpart of openslide-python's `OpenSlide`.
 */
export interface Slide extends SlideFacts, AsyncDisposable {
  /** Level-0 width in pixels. */
  readonly width: number;
  /** Level-0 height in pixels. */
  readonly height: number;
  /** undefined where the scanner did not say. */
  readonly mpp: PixelSize | undefined;
  /** The scanner's objective, e.g. 40; undefined where it did not say. */
  readonly objectivePower: number | undefined;

  /** The last level not coarser than `downsample`. Counterpart of `openslide_get_best_level_for_downsample`. */
  getBestLevelForDownsample(downsample: number): number;

  /**
   * Reads a region as straight RGBA. Counterpart of `openslide_read_region`: outside the slide, and on a level that
   * does not exist, the result is transparent.
   *
   * @param region - `x, y` in level-0 pixels; `width, height` in pixels of `region.level`.
   * @returns (height, width, 4) uint8, each side divided by `options.shrink`; the caller owns it.
   * @throws {RangeError} for a negative or not integer size, a level that is no integer, a `shrink` that does not divide the
   *   size, and an `out` of another size.
   * @throws {CorruptSlideError} where the file's data at that place cannot be decoded.
   * @throws {ByteReadError} where the file changed, vanished or may no longer be read.
   */
  readRegion(region: Region, options?: ReadOptions): Promise<Pixels>;

  /**
   * Reads a square region and makes it a patch for a model, resized where it is decoded.
   *
   * @param region - of equal `width` and `height`.
   * @throws what `readRegion` throws, and {RangeError} for a recipe or region that no patch can be made of.
   */
  readPatch(region: Region, recipe: PatchRecipe, options?: Pick<ReadOptions, "signal" | "priority">): Promise<Patch>;

  /** Reads a label, macro or thumbnail as straight RGBA. @throws {RangeError} for an unknown name. */
  readAssociatedImage(name: string, options?: Pick<ReadOptions, "signal" | "priority">): Promise<Pixels>;

  /** The main image's ICC profile, or that of an associated image; undefined without one. No colour is converted. */
  readIccProfile(associatedImage?: string): Promise<Uint8Array<ArrayBuffer> | undefined>;

  /**
   * The whole slide, at most `maxWidth` x `maxHeight`, aspect ratio kept, on its background colour; alpha is 255.
   * Counterpart of openslide-python's `get_thumbnail` (Pillow's Lanczos).
   */
  getThumbnail(maxWidth: number, maxHeight: number, options?: Pick<ReadOptions, "signal">): Promise<Pixels>;

  /** Frees workers' handles and caches. Reads that still wait are rejected with `SlideClosedError`. Idempotent. */
  close(): Promise<void>;
}
