import { readContours } from "#annotations";
import { loadPolygonMath } from "#kernels";
import { planPatchGrid, prepareTissue, selectPatches, statedPatchSize } from "../../../src/pipeline/patch-grid.ts";
import type { PatchScale } from "../../../src/pipeline/settings.ts";
import { type CoordsTruth, compareCoords, compareGeometry, type GeometryTruth, RAISED } from "./grids.ts";
import type { Part, Tools } from "./part.ts";

interface GeometryCase extends CoordsTruth {
  readonly size: readonly [number, number];
  readonly levels: readonly number[];
  readonly patch: number;
  readonly overlap?: number;
  readonly src_mag?: number;
  readonly dst_mag?: number;
  readonly src_pixel_size?: number;
  readonly dst_pixel_size?: number;
  readonly threshold?: number;
  readonly features?: readonly object[];
  readonly geometry?: GeometryTruth;
  readonly patch_size_level0?: number;
}

const FILE = "geometry.json";

/** Grids on slides that are known by their sizes only. */
export const geometry: Part = {
  async list(truth) {
    const { cases } = await truth.json<{ cases: readonly GeometryCase[] }>(FILE);
    return cases.map((one, index) => ({ name: `${FILE}#${index}`, run: (tools) => compareCase(tools, one) }));
  },
};

async function compareCase({ check }: Tools, one: GeometryCase): Promise<void> {
  const source = scaleOf(one.src_mag, one.src_pixel_size);
  const request = {
    width: one.size[0],
    height: one.size[1],
    levelDownsamples: one.levels,
    source: source ?? { mag: Number.NaN },
    // Without a target the slide's own scale.
    target: scaleOf(one.dst_mag, one.dst_pixel_size) ?? source ?? { mag: Number.NaN },
    patchSize: one.patch,
    overlap: one.overlap ?? 0,
    tridentExact: true,
  };
  if (one.error !== undefined) {
    check.leaveOut("", RAISED);
    return;
  }
  const grid = planPatchGrid(request);
  if (one.geometry) compareGeometry(check, "grid", grid, one.geometry);
  // The app's own reader of contours, given the same features as a file would.
  const text = one.features && JSON.stringify({ type: "FeatureCollection", features: one.features });
  const tissue = text === undefined ? undefined : prepareTissue(readContours(text), one.patch, await loadPolygonMath());
  await compareCoords(check, "grid", selectPatches(grid, tissue, one.threshold ?? 0), one);
  if (one.patch_size_level0 !== undefined && one.src_mag && one.dst_mag) {
    check.same("patch_size_level0", statedPatchSize(one.patch, one.src_mag, one.dst_mag), one.patch_size_level0);
  }
}

/** A pixel size comes before a magnification, as in the patcher. */
function scaleOf(mag: number | undefined, mpp: number | undefined): PatchScale | undefined {
  if (mpp !== undefined) return { mpp };
  return mag === undefined ? undefined : { mag };
}
