import { orientation } from "./orientation.ts";
import { type Polygon, polygonBounds, type Ring, ringArea } from "./polygon.ts";

/** Equal squares in rows and columns from (0, 0) on. Where `side` is larger than `step` they overlap. */
export interface SquareGrid {
  readonly columns: number;
  readonly rows: number;
  readonly step: number;
  readonly side: number;
}

/** How far off a crossing may be computed, relative to the coordinates: nearer ones are decided exactly. */
const ROUNDING = 1e-9;

/**
 * Marks every square that has a point in common with a polygon, edges and corners included: GEOS's `intersects`. Inside is
 * told by the even-odd rule. Takes time with the squares that outlines run through, not with squares times vertices.
 *
 * @returns rows * columns bytes, row by row: 1 where touched.
 */
export function findTouchedSquares(grid: SquareGrid, polygons: readonly Polygon[]): Uint8Array {
  const touched = new Uint8Array(grid.columns * grid.rows);
  for (const polygon of polygons) {
    for (const ring of [polygon.shell, ...polygon.holes]) {
      forEachEdge(ring, (x0, y0, x1, y1) => markAlongEdge(grid, touched, x0, y0, x1, y1));
    }
    fillInside(grid, touched, polygon);
  }
  return touched;
}

type EdgeVisitor = (x0: number, y0: number, x1: number, y1: number) => void;

function forEachEdge(ring: Ring, visit: EdgeVisitor): void {
  for (let i = 0; i + 3 < ring.length; i += 2) visit(ring[i]!, ring[i + 1]!, ring[i + 2]!, ring[i + 3]!);
}

/** The first and last of `count` closed intervals [i * step, i * step + side] that meet [low, high]. */
function firstMeeting(low: number, { step, side }: SquareGrid): number {
  return Math.max(0, Math.ceil((low - side) / step));
}
function lastMeeting(high: number, count: number, { step }: SquareGrid): number {
  return Math.min(count - 1, Math.floor(high / step));
}

/** Marks the squares that an edge has a point in common with. */
function markAlongEdge(grid: SquareGrid, touched: Uint8Array, ax: number, ay: number, bx: number, by: number): void {
  const { columns, rows, step, side } = grid;
  // Downwards, so that the smaller y comes first.
  const [x0, y0, x1, y1] = ay <= by ? [ax, ay, bx, by] : [bx, by, ax, ay];
  const slope = (x1 - x0) / (y1 - y0);
  const margin = ROUNDING * (1 + Math.abs(x0) + Math.abs(x1) + Math.abs(y0) + Math.abs(y1));
  const lastRow = lastMeeting(y1, rows, grid);
  for (let row = firstMeeting(y0, grid); row <= lastRow; row++) {
    const top = row * step;
    // The x range of the part of the edge within this row of squares.
    const upper = y0 >= top ? x0 : x0 + (top - y0) * slope;
    const lower = y1 <= top + side ? x1 : x0 + (top + side - y0) * slope;
    const low = Math.max(Math.min(upper, lower), Math.min(x0, x1));
    const high = Math.min(Math.max(upper, lower), Math.max(x0, x1));
    const first = firstMeeting(low - margin, grid);
    const last = lastMeeting(high + margin, columns, grid);
    for (let column = first; column <= last; column++) {
      const left = column * step;
      const isSure = left + side >= low + margin && left <= high - margin;
      if (isSure || edgeMeetsSquare(x0, y0, x1, y1, left, top, side)) touched[row * columns + column] = 1;
    }
  }
}

/** Exact: whether a segment and a closed square have a point in common. */
function edgeMeetsSquare(
  x0: number,
  y0: number,
  x1: number,
  y1: number,
  left: number,
  top: number,
  side: number,
): boolean {
  const right = left + side;
  const bottom = top + side;
  if (Math.max(x0, x1) < left || Math.min(x0, x1) > right) return false;
  if (Math.max(y0, y1) < top || Math.min(y0, y1) > bottom) return false;
  // The bounds overlap: they meet unless all corners lie strictly on one side of the edge's line.
  const a = orientation(x0, y0, x1, y1, left, top);
  const b = orientation(x0, y0, x1, y1, right, top);
  const c = orientation(x0, y0, x1, y1, right, bottom);
  const d = orientation(x0, y0, x1, y1, left, bottom);
  return !((a > 0 && b > 0 && c > 0 && d > 0) || (a < 0 && b < 0 && c < 0 && d < 0));
}

/** Marks squares that no edge touches and that lie inside: their top-left corner tells. */
function fillInside({ columns, rows, step }: SquareGrid, touched: Uint8Array, polygon: Polygon): void {
  const bounds = polygonBounds(polygon);
  const firstColumn = Math.max(0, Math.ceil(bounds.x0 / step));
  const firstRow = Math.max(0, Math.ceil(bounds.y0 / step));
  const lastRow = Math.min(rows - 1, Math.floor(bounds.y1 / step));
  const across = Math.min(columns - 1, Math.floor(bounds.x1 / step)) - firstColumn + 1;
  if (across <= 0 || lastRow < firstRow) return;
  // 1 where an odd number of edges cross the row's line between this corner and the one before.
  const turns = new Uint8Array(across * (lastRow - firstRow + 1));
  for (const ring of [polygon.shell, ...polygon.holes]) {
    forEachEdge(ring, (ax, ay, bx, by) => {
      const [x0, y0, x1, y1] = ay <= by ? [ax, ay, bx, by] : [bx, by, ax, ay];
      // Half-open in y, so that a vertex on the line counts once.
      const last = Math.min(lastRow, Math.ceil(y1 / step) - 1);
      for (let row = Math.max(firstRow, Math.ceil(y0 / step)); row <= last; row++) {
        const x = x0 + ((row * step - y0) * (x1 - x0)) / (y1 - y0);
        const column = Math.max(0, Math.ceil(x / step) - firstColumn);
        if (column < across) turns[(row - firstRow) * across + column]! ^= 1;
      }
    });
  }
  for (let row = firstRow, at = 0; row <= lastRow; row++) {
    let isInside = 0;
    for (let square = row * columns + firstColumn, end = square + across; square < end; square++) {
      isInside ^= turns[at++]!;
      touched[square]! |= isInside;
    }
  }
}

/**
 * Marks every square of which at least a share is covered.
 *
 * @param polygons - valid and without overlaps.
 * @param share - above 0, at most 1.
 * @returns rows * columns bytes, row by row: 1 where covered.
 */
export function findCoveredSquares(grid: SquareGrid, polygons: readonly Polygon[], share: number): Uint8Array {
  const covered = new Uint8Array(grid.columns * grid.rows);
  forEachRow(grid, polygons, (areas, at) => {
    markCovered(areas, grid.side, share, covered.subarray(at, at + areas.length));
  });
  return covered;
}

/**
 * How much of every square is covered, which serves every share. Takes eight bytes a square.
 *
 * @param polygons - valid and without overlaps.
 * @returns rows * columns areas, row by row.
 */
export function coveredAreas(grid: SquareGrid, polygons: readonly Polygon[]): Float64Array {
  const all = new Float64Array(grid.columns * grid.rows);
  forEachRow(grid, polygons, (areas, at) => all.set(areas, at));
  return all;
}

/**
 * Marks the squares of which at least a share, above 0, is covered.
 *
 * @param areas - of `coveredAreas`, of squares of that `side`.
 * @param marks - one a square, set to 1 where covered.
 */
export function markCovered(areas: Float64Array, side: number, share: number, marks: Uint8Array): void {
  // The sums are off by some 1e-13 of the square. A share missed by less than this is taken for reached: whole pixels
  // as coordinates give exactly a half or a quarter quite often.
  const wanted = share * side * side * (1 - 1e-11);
  for (let square = 0; square < areas.length; square++) if (areas[square]! >= wanted) marks[square] = 1;
}

/**
 * Visits the areas of each row of squares that outlines run through, which are reused for the next. The area of a square's
 * part is summed over the edges that run through its row (Green's theorem): what an edge has to its right within the square.
 *
 * @param visit - is told, too, which square is the row's first.
 */
function forEachRow(
  grid: SquareGrid,
  polygons: readonly Polygon[],
  visit: (areas: Float64Array, at: number) => void,
): void {
  const areas = new RowAreas(grid);
  for (const [row, edges] of sortIntoRows(grid, polygons).entries()) {
    if (edges.length > 0) visit(areas.sum(row, edges), row * grid.columns);
  }
}

/** For each row of squares the edges that pass through it: x0, y0, x1, y1, and 1 or -1, one after another. */
function sortIntoRows(grid: SquareGrid, polygons: readonly Polygon[]): number[][] {
  const byRow: number[][] = Array.from({ length: grid.rows }, () => []);
  for (const { shell, holes } of polygons) {
    addEdges(grid, byRow, shell, true);
    for (const hole of holes) addEdges(grid, byRow, hole, false);
  }
  return byRow;
}

function addEdges(grid: SquareGrid, byRow: number[][], ring: Ring, isShell: boolean): void {
  // An edge counts what is right of it: with a plus sign where that is inside.
  const sign = ringArea(ring) > 0 === isShell ? -1 : 1;
  forEachEdge(ring, (ax, ay, bx, by) => {
    if (ay === by) return;
    const lastRow = lastMeeting(Math.max(ay, by), grid.rows, grid);
    for (let row = firstMeeting(Math.min(ay, by), grid); row <= lastRow; row++) {
      if (ay < by) byRow[row]!.push(ax, ay, bx, by, sign);
      else byRow[row]!.push(bx, by, ax, ay, -sign);
    }
  });
}

/** Sums the covered area of every square of a row. */
class RowAreas {
  readonly #grid: SquareGrid;
  readonly #sums: Float64Array;
  /** What is added to this square and all after it: edges that lie wholly to the left. */
  readonly #onwards: Float64Array;

  constructor(grid: SquareGrid) {
    this.#grid = grid;
    this.#sums = new Float64Array(grid.columns);
    this.#onwards = new Float64Array(grid.columns + 1);
  }

  /** The result is reused by the next call. */
  sum(row: number, edges: readonly number[]): Float64Array {
    const { columns, step, side } = this.#grid;
    const sums = this.#sums.fill(0);
    const onwards = this.#onwards.fill(0);
    const top = row * step;
    const bottom = top + side;
    for (let i = 0; i < edges.length; i += 5) {
      const x0 = edges[i]!;
      const y0 = edges[i + 1]!;
      const x1 = edges[i + 2]!;
      const y1 = edges[i + 3]!;
      const sign = edges[i + 4]!;
      const upper = Math.max(y0, top);
      const lower = Math.min(y1, bottom);
      if (lower <= upper) continue;
      const slope = (x1 - x0) / (y1 - y0);
      const atUpper = y0 >= top ? x0 : x0 + (top - y0) * slope;
      const atLower = y1 <= bottom ? x1 : x1 - (y1 - bottom) * slope;
      const low = Math.min(atUpper, atLower);
      const high = Math.max(atUpper, atLower);
      const height = (lower - upper) * sign;
      const first = firstMeeting(low, this.#grid);
      // Squares that begin at or after the edge's right end have all of their width to the right of it.
      const beyond = Math.max(first, Math.min(columns, Math.max(0, Math.ceil(high / step))));
      for (let column = first; column < beyond; column++) {
        const left = column * step;
        // From the square's own left edge on: small numbers keep their digits.
        sums[column]! += height * meanRight(low - left, high - left, side);
      }
      onwards[beyond]! += height;
    }
    let height = 0;
    for (let column = 0; column < columns; column++) {
      height += onwards[column]!;
      sums[column]! += height * side;
    }
    return sums;
  }
}

/** How much of 0 to `side` lies right of x, averaged over x from `low` to `high`. */
function meanRight(low: number, high: number, side: number): number {
  if (low === high) return side - Math.min(Math.max(low, 0), side);
  const from = Math.min(Math.max(low, 0), side);
  const to = Math.min(Math.max(high, 0), side);
  // Wholly right of x before `from`, falling to `side - to` at `to`, nothing of it after.
  const before = Math.max(0, Math.min(high, 0) - low) * side;
  return (before + (to - from) * (side - (from + to) / 2)) / (high - low);
}
