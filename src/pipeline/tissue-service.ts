import { loadPolygonMath, maskToPolygons, otsuTissue, type Polygon } from "#kernels";
import { type PatchTissue, prepareTissue, selectPatches } from "./patch-grid.ts";
import { drawContourPictures, drawPatchPicture } from "./pictures.ts";
import { cosineSimilarity, rowInverseNorms } from "./similarity.ts";
import type { PatchSelection, TissueWorkerApi } from "./worker-contract.ts";

export type { TissueWorkerApi } from "./worker-contract.ts";

interface KeptPolygons {
  readonly polygons: readonly Polygon[] | undefined;
  /** Simplified for the patch size asked for last: a slider for overlap or share asks for the same again. */
  prepared?: { readonly patchSize: number; readonly tissue: PatchTissue };
}

interface KeptFeatures {
  readonly features: Float32Array<ArrayBuffer>;
  readonly dimension: number;
  readonly inverseNorms: Float64Array<ArrayBuffer>;
}

/** What the tissue worker does; runs in Node as well, except for pictures. */
export function createTissueService(): TissueWorkerApi {
  let keptPolygons: KeptPolygons | undefined;
  let keptFeatures: KeptFeatures | undefined;
  return {
    async findTissueOnTile(rgb, width, height) {
      // Always made afresh by the kernel: nobody else has it.
      return otsuTissue(rgb, width, height).mask.data as Uint8Array<ArrayBuffer>;
    },
    outlineTissue: maskToPolygons,
    selectPatches: (selection, polygons) => select(selection, { polygons }),
    drawContours: drawContourPictures,
    drawPatches: drawPatchPicture,
    async keepPolygons(polygons) {
      keptPolygons = { polygons };
      // Loaded before the first preview asks for it.
      await loadPolygonMath();
    },
    async previewPatches(selection) {
      if (!keptPolygons) throw new RangeError("no polygons are kept");
      return select(selection, keptPolygons);
    },
    async keepFeatures(features, dimension) {
      keptFeatures = { features, dimension, inverseNorms: rowInverseNorms(features, dimension) };
    },
    async similarity(index) {
      if (!keptFeatures) throw new RangeError("no features are kept");
      const { features, dimension, inverseNorms } = keptFeatures;
      return cosineSimilarity(features, dimension, index, inverseNorms);
    },
  };
}

async function select({ grid, patchSize, minTissueProportion }: PatchSelection, kept: KeptPolygons) {
  const { polygons } = kept;
  if (polygons && kept.prepared?.patchSize !== patchSize) {
    kept.prepared = { patchSize, tissue: prepareTissue(polygons, patchSize, await loadPolygonMath()) };
  }
  return selectPatches(grid, polygons && kept.prepared?.tissue, minTissueProportion);
}
