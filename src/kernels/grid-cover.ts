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

/** The edges of polygons, without those that run along rows. */
export interface OutlineEdges {
  /** Of each x0, y0, x1, y1, downwards, and 1 or -1: whether what lies right of it counts, or is taken off. */
  readonly numbers: Float64Array;
}

const EDGE_NUMBERS = 5;

/** Lists the edges of outlines, for one grid after another. */
export function listEdges(polygons: readonly Polygon[]): OutlineEdges {
  let most = 0;
  for (const { shell, holes } of polygons) for (const ring of [shell, ...holes]) most += ring.length / 2;
  const numbers = new Float64Array(most * EDGE_NUMBERS);
  let at = 0;
  const add = (ring: Ring, isShell: boolean) => {
    const sign = ringArea(ring) > 0 === isShell ? -1 : 1;
    forEachEdge(ring, (ax, ay, bx, by) => {
      if (ay === by) return;
      const isDownwards = ay < by;
      numbers[at++] = isDownwards ? ax : bx;
      numbers[at++] = isDownwards ? ay : by;
      numbers[at++] = isDownwards ? bx : ax;
      numbers[at++] = isDownwards ? by : ay;
      numbers[at++] = isDownwards ? sign : -sign;
    });
  };
  for (const { shell, holes } of polygons) {
    add(shell, true);
    for (const hole of holes) add(hole, false);
  }
  return { numbers: numbers.subarray(0, at) };
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
  const areas = new Float64Array(grid.columns);
  forEachRow(grid, listEdges(polygons), (at, addAreas) => {
    addAreas(areas.fill(0));
    markCovered(areas, grid.side, share, covered.subarray(at, at + grid.columns));
  });
  return covered;
}

/**
 * How much of every square is covered, which serves every share.
 *
 * @param edges - of valid polygons without overlaps.
 * @param room - where the areas are written, from its beginning on: at least one place a square. Slow to come by, so kept by
 * who asks again.
 * @returns the part of it that was written: rows * columns areas, row by row.
 */
export function coveredAreas(grid: SquareGrid, edges: OutlineEdges, room: Float64Array): Float64Array {
  const all = room.subarray(0, grid.columns * grid.rows).fill(0);
  forEachRow(grid, edges, (at, addAreas) => addAreas(all.subarray(at, at + grid.columns)));
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
 * Visits each row of squares that outlines run through. The area of a square's part is summed over the edges that run through
 * its row (Green's theorem): what an edge has to its right within the square.
 *
 * @param visit - is told which square is the row's first, and what adds the areas of the row to numbers.
 */
function forEachRow(
  grid: SquareGrid,
  edges: OutlineEdges,
  visit: (at: number, addAreas: (sums: Float64Array) => void) => void,
): void {
  const { columns, rows, side } = grid;
  const { begins, places } = sortIntoRows(grid, edges);
  const onwards = new Float64Array(columns + 1);
  for (let row = 0; row < rows; row++) {
    const through = places.subarray(begins[row], begins[row + 1]);
    if (through.length === 0) continue;
    visit(row * columns, (sums) => {
      addEdges(grid, row, edges.numbers, through, sums, onwards.fill(0));
      let height = 0;
      for (let column = 0; column < columns; column++) {
        height += onwards[column]!;
        sums[column]! += height * side;
      }
    });
  }
}

/** Which edges pass through the rows of squares. */
interface RowEdges {
  /** For each row, which of `places` is its first; one more for the end. */
  readonly begins: Int32Array;
  /** Where the edges begin in `OutlineEdges.numbers`. */
  readonly places: Int32Array;
}

function sortIntoRows(grid: SquareGrid, { numbers }: OutlineEdges): RowEdges {
  const forEachPassage = (visit: (row: number, edge: number) => void) => {
    for (let at = numbers.length - EDGE_NUMBERS; at >= 0; at -= EDGE_NUMBERS) {
      const lastRow = lastMeeting(numbers[at + 3]!, grid.rows, grid);
      for (let row = firstMeeting(numbers[at + 1]!, grid); row <= lastRow; row++) visit(row, at);
    }
  };
  const begins = new Int32Array(grid.rows + 1);
  forEachPassage((row) => {
    begins[row]!++;
  });
  for (let row = 1; row <= grid.rows; row++) begins[row]! += begins[row - 1]!;
  const places = new Int32Array(begins[grid.rows]!);
  // The last edge comes first here, so that a row's edges stand in order, and its beginning where its end was.
  forEachPassage((row, edge) => {
    places[--begins[row]!] = edge;
  });
  return { begins, places };
}

/**
 * Adds what edges have to their right in the squares of a row that they run through.
 *
 * @param onwards - to each place is added the height that has a square's whole width to its right, in this square and all after.
 */
function addEdges(
  grid: SquareGrid,
  row: number,
  edges: Float64Array,
  places: Int32Array,
  sums: Float64Array,
  onwards: Float64Array,
): void {
  const { columns, step, side } = grid;
  const top = row * step;
  const bottom = top + side;
  for (let n = 0; n < places.length; n++) {
    const i = places[n]!;
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
    const first = firstMeeting(low, grid);
    // Squares that begin at or after the edge's right end have all of their width to the right of it.
    const beyond = Math.max(first, Math.min(columns, Math.max(0, Math.ceil(high / step))));
    for (let column = first; column < beyond; column++) {
      const left = column * step;
      // From the square's own left edge on: small numbers keep their digits.
      sums[column]! += height * meanRight(low - left, high - left, side);
    }
    onwards[beyond]! += height;
  }
}

/** How much of 0 to `side` lies right of x, averaged over x from `low` to `high`. */
function meanRight(low: number, high: number, side: number): number {
  if (low >= 0 && high <= side) return side - (low + high) / 2;
  if (low === high) return low < 0 ? side : 0;
  const from = Math.min(Math.max(low, 0), side);
  const to = Math.min(Math.max(high, 0), side);
  // Wholly right of x before `from`, falling to `side - to` at `to`, nothing of it after.
  const before = Math.max(0, Math.min(high, 0) - low) * side;
  return (before + (to - from) * (side - (from + to) / 2)) / (high - low);
}
