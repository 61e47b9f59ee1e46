import type { ByteRange, SharedBlocks, SlideFiles } from "#bytes";
import type { Patch, PatchRecipe } from "./patch-recipe.ts";
import type { Pixels, Region } from "./region.ts";
import type { SlideFacts } from "./slide.ts";
import type { TileIndex } from "./tile-index.ts";

/** Names an opened slide on both sides of the boundary; handles themselves never cross. */
export type SlideId = number;

/** What opening a slide tells. */
export interface OpenedSlide {
  readonly facts: SlideFacts;
  /** Where the stored tiles lie in the file, for fetching ahead; undefined where the format hides it. */
  readonly tileIndex: TileIndex | undefined;
}

/** The whole protocol of a slide worker. Requests are answered in the order they came. */
export interface SlideWorkerApi {
  /** Takes the compiled OpenSlide; once, before the first slide. */
  load(compiled: WebAssembly.Module): Promise<void>;
  /** Opens a slide under an id; `shared` is where an I/O worker puts its bytes, if there is one. */
  open(id: SlideId, files: SlideFiles, shared: SharedBlocks | undefined): Promise<OpenedSlide>;
  /** Reads a region, shrunk, into `out` where that fits. `ahead`: ranges that this and coming reads need. */
  readRegion(
    id: SlideId,
    region: Region,
    out: ArrayBuffer | undefined,
    ahead: readonly ByteRange[] | undefined,
    shrink?: number,
  ): Promise<Pixels>;
  /** Reads a region and makes it a patch. `ahead` as in `readRegion`. */
  readPatch(id: SlideId, region: Region, recipe: PatchRecipe, ahead: readonly ByteRange[] | undefined): Promise<Patch>;
  readAssociatedImage(id: SlideId, name: string): Promise<Pixels>;
  readIccProfile(id: SlideId, associatedImage: string | undefined): Promise<Uint8Array<ArrayBuffer> | undefined>;
  getThumbnail(id: SlideId, maxWidth: number, maxHeight: number): Promise<Pixels>;
  /** Frees the slide. One that is still being opened is not opened: answered when that has ended. */
  close(id: SlideId): Promise<void>;
  /** Bytes of wasm memory in use. */
  memoryBytes(): Promise<number>;
}
