import { loadPolygonMath, maskToPolygons, otsuTissue, type Polygon } from "#kernels";
import { gatherTissue, type PatchTissue, prepareTissue, selectPatches, simplifyFor } from "./patch-grid.ts";
import { drawContourPictures, drawPatchPicture } from "./pictures.ts";
import { cosineSimilarity, rowInverseNorms } from "./similarity.ts";
import type { TissueWorkerApi } from "./worker-contract.ts";

export type { TissueWorkerApi } from "./worker-contract.ts";

interface KeptPolygons {
  readonly polygons: readonly Polygon[] | undefined;
  /** Simplified for the patch sizes asked for last: GEOS takes longer for it than a frame has. */
  readonly prepared: Map<number, PatchTissue>;
}

const MAX_PREPARED = 4;
/** For so long nobody else is let in. */
const BREATH_MS = 8;

interface KeptFeatures {
  readonly features: Float32Array<ArrayBuffer>;
  readonly dimension: number;
  readonly inverseNorms: Float64Array<ArrayBuffer>;
}

/** What the tissue worker does; runs in Node as well, except for pictures. */
export function createTissueService(): TissueWorkerApi {
  let keptPolygons: KeptPolygons | undefined;
  let keptFeatures: KeptFeatures | undefined;
  let preparing = 0;
  const given = () => {
    if (!keptPolygons) throw new RangeError("no polygons are kept");
    return keptPolygons;
  };
  return {
    async findTissueOnTile(rgb, width, height) {
      // Always made afresh by the kernel: nobody else has it.
      return otsuTissue(rgb, width, height).mask.data as Uint8Array<ArrayBuffer>;
    },
    outlineTissue: maskToPolygons,
    async selectPatches({ grid, patchSize, minTissueProportion }, polygons) {
      const tissue = polygons && prepareTissue(polygons, patchSize, await loadPolygonMath());
      return selectPatches(grid, tissue, minTissueProportion);
    },
    drawContours: drawContourPictures,
    drawPatches: drawPatchPicture,
    async keepPolygons(polygons) {
      keptPolygons = { polygons, prepared: new Map() };
      // Loaded before the first preview asks for it.
      await loadPolygonMath();
    },
    async previewPatches({ grid, patchSize, minTissueProportion }) {
      const { polygons, prepared } = given();
      const select = (tissue?: PatchTissue) => selectPatches(grid, tissue, minTissueProportion);
      if (!polygons) return { coords: select(), isExact: true };
      if (prepared.size === 0) keep(prepared, patchSize, prepareTissue(polygons, patchSize, await loadPolygonMath()));
      const tissue = prepared.get(patchSize);
      if (!tissue) return { coords: select(nearest(prepared, patchSize)), isExact: false };
      keep(prepared, patchSize, tissue);
      return { coords: select(tissue), isExact: true };
    },
    async prepareOutlines(patchSize) {
      const turn = ++preparing;
      const { polygons = [], prepared } = given();
      const math = await loadPolygonMath();
      const simple: Polygon[] = [];
      let began = performance.now();
      for (const polygon of polygons) {
        if (performance.now() - began > BREATH_MS) {
          await new Promise((resolve) => setTimeout(resolve));
          if (turn !== preparing) return false;
          began = performance.now();
        }
        simple.push(simplifyFor(patchSize, polygon, math));
      }
      const tissue = gatherTissue(simple, math);
      tissue.union();
      keep(prepared, patchSize, tissue);
      return true;
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

/** The last to be asked for is the last to go. */
function keep(prepared: Map<number, PatchTissue>, patchSize: number, tissue: PatchTissue): void {
  prepared.delete(patchSize);
  prepared.set(patchSize, tissue);
  if (prepared.size > MAX_PREPARED) prepared.delete(prepared.keys().next().value!);
}

/** Of the size that is fewest times as large, or as small. */
function nearest(prepared: Map<number, PatchTissue>, patchSize: number): PatchTissue {
  const times = ([size]: [number, PatchTissue]) => Math.max(size / patchSize, patchSize / size);
  return [...prepared].reduce((best, one) => (times(one) < times(best) ? one : best))[1];
}
