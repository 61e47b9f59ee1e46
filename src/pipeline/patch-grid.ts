import { roundHalfEven } from "#base";
import {
  coveredAreas,
  findCoveredSquares,
  findTouchedSquares,
  listEdges,
  markCovered,
  type OutlineEdges,
  type Polygon,
  type PolygonMath,
  type SquareGrid,
} from "#kernels";
import { chooseLevel, PATCH_LEVEL_TOLERANCE } from "./level-choice.ts";
import type { PatchScale } from "./settings.ts";
import { UM_AT_1X } from "./slide-scale.ts";

/** What a grid is planned from. */
export interface PatchGridRequest {
  /** Level-0 size of the slide. */
  readonly width: number;
  readonly height: number;
  readonly levelDownsamples: readonly number[];
  /** The scale of level 0 and that of the patches. */
  readonly source: PatchScale;
  readonly target: PatchScale;
  /** Side of a patch and what neighbours share, in pixels at the target's scale; below 0 there are gaps between them. */
  readonly patchSize: number;
  readonly overlap: number;
  /**
   * Reads patches as TRIDENT does, which truncates the level's downsample: 3.9998 becomes 3, and a third too much is read.
   * To compare with it, not to work with. Coordinates are the same either way.
   */
  readonly tridentExact?: boolean;
}

/** A regular grid of square patches over a slide; plain data. Its origin is (0, 0); the last column and row may stick out. */
export interface PatchGrid {
  readonly columns: number;
  readonly rows: number;
  /** Level-0 pixels from one patch to the next. */
  readonly step: number;
  /** Side of a patch in level-0 pixels, rounded. */
  readonly patchSizeSource: number;
  readonly overlapSource: number;
  /** Level-0 pixels per pixel of a patch. */
  readonly downsample: number;
  /** The level that patches are read from. */
  readonly level: number;
  /** The level's own. */
  readonly levelDownsample: number;
  /** Side of what is read at that level. */
  readonly patchSizeLevel: number;
  readonly overlapLevel: number;
}

/** Most patches a grid may have: their coordinates and marks still fit into memory several times over. */
const MAX_CELLS = 50_000_000;
/** Longest side of a patch in level-0 pixels: coordinates are 32 bits wide. */
const MAX_SIDE = 2 ** 31 - 1;

/** Lays a grid over a slide, to the pixel as TRIDENT does. @throws {RangeError} for settings that make none. */
export function planPatchGrid(request: PatchGridRequest): PatchGrid {
  const { width, height, levelDownsamples, patchSize, overlap } = request;
  const downsample = toMpp(request.target) / toMpp(request.source);
  const patchSizeSource = roundHalfEven(patchSize * downsample);
  const overlapSource = roundHalfEven(overlap * downsample);
  const step = patchSizeSource - overlapSource;
  if (patchSizeSource > MAX_SIDE)
    throw new RangeError(`patches of ${patchSizeSource} px: at most ${MAX_SIDE} expected`);
  if (!(patchSizeSource > 0 && step > 0)) {
    throw new RangeError(
      `patches of ${patchSizeSource} px that share ${overlapSource} px: the overlap must be smaller`,
    );
  }
  const { level } = chooseLevel(levelDownsamples, downsample, PATCH_LEVEL_TOLERANCE);
  const levelDownsample = levelDownsamples[level]!;
  const divisor = request.tridentExact ? Math.trunc(levelDownsample) : levelDownsample;
  const columns = Math.ceil(width / step);
  const rows = Math.ceil(height / step);
  if (columns * rows > MAX_CELLS) throw new RangeError(`${columns} x ${rows} patches: at most ${MAX_CELLS} expected`);
  return {
    columns,
    rows,
    step,
    patchSizeSource,
    overlapSource,
    downsample,
    level,
    levelDownsample,
    patchSizeLevel: Math.max(1, roundHalfEven(patchSizeSource / divisor)),
    overlapLevel: roundHalfEven(overlapSource / divisor),
  };
}

function toMpp(scale: PatchScale): number {
  return "mpp" in scale ? scale.mpp : UM_AT_1X / scale.mag;
}

/**
 * A patch's side in level-0 pixels as files state it: `patchSize * level0Mag // targetMag`, floored where the real side is
 * rounded.
 */
export function statedPatchSize(patchSize: number, level0Mag: number, targetMag: number): number {
  const product = patchSize * level0Mag;
  // As Python's `//`: the quotient alone may round up to a whole number that was not reached.
  return Math.round((product - (product % targetMag)) / targetMag);
}

/** Outlines made ready for choosing patches. Prepared once for a patch size, they serve every overlap and share. */
export interface PatchTissue {
  /** Simplified; they may overlap and cross themselves. */
  readonly polygons: readonly Polygon[];
  /** What they cover, as valid polygons without overlaps. */
  union(): readonly Polygon[];
  /** Marks the squares of which at least a share, above 0, is tissue. Of the same squares every further share takes a moment. */
  covered(squares: SquareGrid, share: number): Uint8Array;
}

/** Of larger grids no areas are kept: 8 MB, taken as far as they are needed. */
const MAX_KEPT_AREAS = 1_000_000;

/** TRIDENT simplifies outlines by a quarter of the patch's side, as if the patch's pixels were level 0's. */
const SIMPLIFIED_SHARE = 1 / 4;

/** Simplifies an outline the way TRIDENT does before it looks which patches hold it. */
export function simplifyFor(patchSize: number, polygon: Polygon, math: PolygonMath): Polygon {
  return math.simplify(polygon, patchSize * SIMPLIFIED_SHARE);
}

/** Makes outlines ready for patches of that size. */
export function prepareTissue(polygons: readonly Polygon[], patchSize: number, math: PolygonMath): PatchTissue {
  return gatherTissue(
    polygons.map((polygon) => simplifyFor(patchSize, polygon, math)),
    math,
  );
}

/** @param simple - of `simplifyFor`. */
export function gatherTissue(simple: readonly Polygon[], math: PolygonMath): PatchTissue {
  let united: readonly Polygon[] | undefined;
  const union = () => {
    united ??= unite(simple, math);
    return united;
  };
  let edges: OutlineEdges | undefined;
  let room: Float64Array | undefined;
  let kept: { readonly squares: SquareGrid; readonly areas: Float64Array } | undefined;
  const covered = (squares: SquareGrid, share: number) => {
    if (squares.columns * squares.rows > MAX_KEPT_AREAS) return findCoveredSquares(squares, union(), share);
    if (!kept || !isSameGrid(kept.squares, squares)) {
      edges ??= listEdges(union());
      room ??= new Float64Array(MAX_KEPT_AREAS);
      kept = { squares, areas: coveredAreas(squares, edges, room) };
    }
    const marks = new Uint8Array(kept.areas.length);
    markCovered(kept.areas, squares.side, share, marks);
    return marks;
  };
  return { polygons: simple, union, covered };
}

function isSameGrid(a: SquareGrid, b: SquareGrid): boolean {
  return a.columns === b.columns && a.rows === b.rows && a.step === b.step && a.side === b.side;
}

/** TRIDENT fails on outlines that cross themselves, which have no union in GEOS: here they are mended first. */
function unite(polygons: readonly Polygon[], math: PolygonMath): Polygon[] {
  return math.union(polygons.flatMap((polygon) => (math.isValid(polygon) ? [polygon] : math.repair(polygon))));
}

/**
 * Which patches of a grid are kept.
 *
 * @param tissue - undefined: all are; without a polygon: none.
 * @param minTissueProportion - share of a patch that must be tissue; 0 keeps what touches it, be it with a corner.
 * @returns (N, 2) x and y of the top-left corners in level-0 pixels, row by row.
 */
export function selectPatches(
  grid: PatchGrid,
  tissue: PatchTissue | undefined,
  minTissueProportion: number,
): Int32Array<ArrayBuffer> {
  if (!tissue) return coordsOf(grid, new Uint8Array(grid.columns * grid.rows).fill(1));
  const squares = { columns: grid.columns, rows: grid.rows, step: grid.step, side: grid.patchSizeSource };
  // One polygon is its own union, in GEOS too, even where it crosses itself.
  const kept =
    minTissueProportion > 0
      ? tissue.covered(squares, minTissueProportion)
      : findTouchedSquares(squares, tissue.polygons.length > 1 ? tissue.union() : tissue.polygons);
  return coordsOf(grid, kept);
}

/** Patches that are kept mostly stand side by side: run by run. */
function coordsOf({ columns, rows, step }: PatchGrid, kept: Uint8Array): Int32Array<ArrayBuffer> {
  let count = 0;
  for (let cell = 0; cell < kept.length; cell++) count += kept[cell]!;
  const coords = new Int32Array(count * 2);
  let at = 0;
  for (let row = 0; row < rows; row++) {
    const marks = kept.subarray(row * columns, (row + 1) * columns);
    for (let from = marks.indexOf(1), to = 0; from >= 0; from = marks.indexOf(1, to)) {
      const gap = marks.indexOf(0, from);
      to = gap < 0 ? columns : gap;
      for (let column = from; column < to; column++) {
        coords[at++] = column * step;
        coords[at++] = row * step;
      }
    }
  }
  return coords;
}
