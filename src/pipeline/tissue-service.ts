import { loadPolygonMath, maskToPolygons, otsuTissue, type Polygon } from "#kernels";
import { type PatchTissue, prepareTissue, selectPatches } from "./patch-grid.ts";
import { drawContourPictures, drawPatchPicture } from "./pictures.ts";
import { cosineSimilarity, rowInverseNorms } from "./similarity.ts";
import type { PatchSelection, TissueWorkerApi } from "./worker-contract.ts";

export type { TissueWorkerApi } from "./worker-contract.ts";

interface KeptPolygons {
  readonly polygons: readonly Polygon[] | undefined;
  /** Simplified for the patch sizes asked for last: GEOS takes longer for it than a frame has. */
  readonly prepared: Map<number, PatchTissue>;
}

const MAX_PREPARED = 4;

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
    selectPatches: (selection, polygons) => select(selection, { polygons, prepared: new Map() }),
    drawContours: drawContourPictures,
    drawPatches: drawPatchPicture,
    async keepPolygons(polygons) {
      keptPolygons = { polygons, prepared: new Map() };
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
  return selectPatches(
    grid,
    kept.polygons && (await prepare(kept.polygons, patchSize, kept.prepared)),
    minTissueProportion,
  );
}

async function prepare(polygons: readonly Polygon[], patchSize: number, prepared: Map<number, PatchTissue>) {
  const tissue = prepared.get(patchSize) ?? prepareTissue(polygons, patchSize, await loadPolygonMath());
  // The last to be asked for is the last to go.
  prepared.delete(patchSize);
  prepared.set(patchSize, tissue);
  if (prepared.size > MAX_PREPARED) prepared.delete(prepared.keys().next().value!);
  return tissue;
}
