import type { Mask, Polygon } from "#kernels";
import type { PatchGrid } from "./patch-grid.ts";
import type { Thumbnail } from "./thumbnail.ts";

/** Which patches of a grid are kept. */
export interface PatchSelection {
  readonly grid: PatchGrid;
  /** At the target's scale; outlines are simplified by a share of it. */
  readonly patchSize: number;
  readonly minTissueProportion: number;
}

/** What is kept of a grid, to be looked at. */
export interface PreviewedPatches {
  /** (N, 2) level-0 x, y, row by row. */
  readonly coords: Int32Array<ArrayBuffer>;
  /** By outlines that were simplified for patches of this size. */
  readonly isExact: boolean;
}

/** What is drawn over a thumbnail to show where patches lie. */
export interface PatchDrawing {
  /** (N, 2) level-0 pixels. */
  readonly coords: Int32Array<ArrayBuffer>;
  readonly sideLevel0: number;
  /** Lines of text for the corner; the first is larger. */
  readonly lines: readonly string[];
}

/** The whole protocol of the tissue worker: what takes longer than a frame and is neither decoding nor a model. */
export interface TissueWorkerApi {
  /** Tissue on a tile of 8 µm pixels: 1 or 0 a pixel. */
  findTissueOnTile(rgb: Uint8Array<ArrayBuffer>, width: number, height: number): Promise<Uint8Array<ArrayBuffer>>;
  /** A slide's mask as polygons in level-0 pixels. */
  outlineTissue(
    mask: Mask,
    options: { readonly scaleToLevel0: number; readonly maxHoles: number },
  ): Promise<{ polygons: Polygon[]; repaired: number }>;
  /** The squares of a grid that hold enough tissue: (N, 2) level-0 x, y, row by row. */
  selectPatches(selection: PatchSelection, polygons: readonly Polygon[] | undefined): Promise<Int32Array<ArrayBuffer>>;
  /** The thumbnail as JPEG, and once more with the outlines drawn on it. */
  drawContours(
    thumbnail: Thumbnail,
    polygons: readonly Polygon[],
  ): Promise<{ thumbnail: Uint8Array<ArrayBuffer>; contours: Uint8Array<ArrayBuffer> }>;
  /** The thumbnail with a box for each patch, as JPEG. */
  drawPatches(thumbnail: Thumbnail, drawing: PatchDrawing): Promise<Uint8Array<ArrayBuffer>>;
  /** Keeps polygons here, in place of those before, so that a preview crosses with numbers only. */
  keepPolygons(polygons: readonly Polygon[] | undefined): Promise<void>;
  /** At once: where the outlines are not ready for patches of that size, by those of the nearest size that are. */
  previewPatches(selection: PatchSelection): Promise<PreviewedPatches>;
  /**
   * Makes the outlines ready for patches of that size; previews come in between.
   * @returns false where another size was asked for before it was done.
   */
  prepareOutlines(patchSize: number): Promise<boolean>;
  /** Keeps features here, in place of those before: (N, dimension). */
  keepFeatures(features: Float32Array<ArrayBuffer>, dimension: number): Promise<void>;
  similarity(index: number): Promise<Float32Array<ArrayBuffer>>;
}
