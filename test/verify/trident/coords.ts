import { readContours } from "#annotations";
import { loadPolygonMath, type Polygon, type PolygonMath } from "#kernels";
import {
  type PatchGrid,
  planPatchGrid,
  prepareTissue,
  selectPatches,
  statedPatchSize,
} from "../../../src/pipeline/patch-grid.ts";
import { getSlideScale } from "../../../src/pipeline/slide-scale.ts";
import { type CoordsTruth, compareCoords, compareGeometry, type GeometryTruth, RAISED_OURS_ENDED } from "./grids.ts";
import type { Part, Tools } from "./part.ts";
import { openVerified, type SlideTruth } from "./slide-facts.ts";

interface CoordsCase extends CoordsTruth {
  readonly target_mag: number;
  readonly target_mag_type: "int" | "float";
  readonly patch_size: number;
  readonly overlap: number;
  readonly min_tissue_proportion: number;
  readonly mpp?: number;
  readonly level0_mag?: number;
  readonly attrs?: Readonly<Record<string, { readonly type: string; readonly value: number }>>;
  readonly geometry?: GeometryTruth;
}

interface CoordsFile extends SlideTruth {
  readonly contour: string;
  readonly cases: readonly CoordsCase[];
}

/** Which patches lie in tissue, on real slides. */
export const coords: Part = {
  async list(truth) {
    const names = truth.paths("coords/").filter((path) => path.endsWith(".json"));
    return names.map((name) => ({ name, run: (tools) => compareFile(tools, name) }));
  },
};

async function compareFile(tools: Tools, name: string): Promise<void> {
  const file = await tools.truth.json<CoordsFile>(name);
  const verified = await openVerified(tools, file);
  const polygons = readContours(await tools.truth.file(file.contour).text());
  const math = await loadPolygonMath();
  for (const [index, one] of file.cases.entries()) {
    const field = `#${index}`;
    const compared = compareCase(tools, field, file, one, { polygons, math, properties: verified?.slide.properties });
    // One that throws says nothing about the others of its file.
    await compared.catch((error) => tools.check.holds(field, false, String(error), "an answer"));
  }
}

interface Given {
  readonly polygons: readonly Polygon[];
  readonly math: PolygonMath;
  /** undefined: a slide that the app does not open. */
  readonly properties: Readonly<Record<string, string>> | undefined;
}

async function compareCase(
  { check }: Tools,
  field: string,
  file: CoordsFile,
  one: CoordsCase,
  { polygons, math, properties }: Given,
): Promise<void> {
  const given = one.mpp ?? file.mpp_given;
  const scale = properties && getSlideScale(properties, given === null ? {} : { given });
  const mag = scale?.magnification ?? file.mag;
  if (one.level0_mag !== undefined) check.same(`${field} level0_magnification`, mag, one.level0_mag);
  const plan = (): PatchGrid =>
    planPatchGrid({
      width: file.width,
      height: file.height,
      levelDownsamples: file.level_downsamples,
      source: { mag },
      target: { mag: one.target_mag },
      patchSize: one.patch_size,
      overlap: one.overlap,
      tridentExact: true,
    });
  if (one.error !== undefined) {
    try {
      selectPatches(plan(), prepareTissue(polygons, one.patch_size, math), one.min_tissue_proportion);
    } catch (error) {
      // Settings that make no grid: refused here as there.
      if (!(error instanceof RangeError)) throw error;
    }
    check.leaveOut(field, RAISED_OURS_ENDED);
    return;
  }
  const grid = plan();
  if (one.geometry) compareGeometry(check, field, grid, one.geometry);
  const tissue = prepareTissue(polygons, one.patch_size, math);
  await compareCoords(check, field, selectPatches(grid, tissue, one.min_tissue_proportion), one);
  // The numbers; the types that files give them are compared by `h5`.
  const attrs = one.attrs ?? {};
  const stated = statedPatchSize(one.patch_size, mag, one.target_mag);
  if (attrs.patch_size_level0) check.same(`${field} patch_size_level0`, stated, attrs.patch_size_level0.value);
  if (attrs.target_magnification) {
    check.same(`${field} target_magnification`, one.target_mag, attrs.target_magnification.value);
  }
}
