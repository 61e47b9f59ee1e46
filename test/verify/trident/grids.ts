import { digest } from "#base";
import type { PatchGrid } from "../../../src/pipeline/patch-grid.ts";
import type { Check } from "./part.ts";

/** The patcher's numbers. */
export interface GeometryTruth {
  readonly level: number;
  readonly level_downsample: number;
  readonly downsample: number;
  readonly patch_size_src: number;
  readonly overlap_src: number;
  readonly patch_size_level: number;
  readonly overlap_level: number;
  /** -1: the patches lie in no grid. */
  readonly cols: number;
  readonly rows: number;
}

/** Coordinates in the answers. */
export interface CoordsTruth {
  readonly n?: number;
  readonly sha256?: string;
  readonly first?: readonly [number, number];
  readonly last?: readonly [number, number];
  readonly sum?: number;
  readonly error?: string;
}

const FLOAT_TOLERANCE = { relative: 1e-12 };

/** A grid planned as TRIDENT does, its truncation included, against the patcher's numbers. */
export function compareGeometry(check: Check, field: string, grid: PatchGrid, truth: GeometryTruth): void {
  const whole = (name: string, got: number, expected: number) => check.same(`${field} ${name}`, got, expected);
  whole("level", grid.level, truth.level);
  whole("patch_size_src", grid.patchSizeSource, truth.patch_size_src);
  whole("overlap_src", grid.overlapSource, truth.overlap_src);
  whole("patch_size_level", grid.patchSizeLevel, truth.patch_size_level);
  whole("overlap_level", grid.overlapLevel, truth.overlap_level);
  if (truth.cols >= 0) whole("cols", grid.columns, truth.cols);
  if (truth.rows >= 0) whole("rows", grid.rows, truth.rows);
  check.near(`${field} level_downsample`, grid.levelDownsample, truth.level_downsample, FLOAT_TOLERANCE);
  check.near(`${field} downsample`, grid.downsample, truth.downsample, FLOAT_TOLERANCE);
}

/** Identical, in order. */
export async function compareCoords(check: Check, field: string, coords: Int32Array, truth: CoordsTruth) {
  const count = coords.length / 2;
  check.same(`${field} n`, count, truth.n);
  const found = await digest("SHA-256", new Uint8Array(BigInt64Array.from(coords, BigInt).buffer));
  const [first, last] = [coords.subarray(0, 2), coords.subarray(-2)];
  const said = `${found} (first ${first}, last ${last}, sum ${coords.reduce((sum, value) => sum + value, 0)})`;
  const wanted = `${truth.sha256} (first ${truth.first}, last ${truth.last}, sum ${truth.sum})`;
  check.holds(`${field} coords`, found === truth.sha256, said, wanted);
}

/** Why a case is left out where TRIDENT raised. */
export const RAISED = "TRIDENT raised: there is nothing to compare with";
/** The same where ours was run all the same. */
export const RAISED_OURS_ENDED = `${RAISED}; ours has to end, which it did`;
