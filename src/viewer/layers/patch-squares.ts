/** A grid of texels, one a patch where patches stand in a grid, laid over the slide. */
export interface TexelGrid {
  /** Level-0 position of the first texel's corner, and level-0 pixels per texel. */
  readonly left: number;
  readonly top: number;
  readonly stepX: number;
  readonly stepY: number;
  readonly columns: number;
  readonly rows: number;
  /** The texel of each patch. */
  readonly texelOf: Int32Array;
}

/** Patches side by side, or overlapping, that share both their edges along one axis. */
export interface EdgeRuns {
  /** Where patches begin across the axis, ascending: there the runs have one edge, and a patch's side further the other. */
  readonly positions: Int32Array;
  /** Which run is the position's first, and one more number for the end. */
  readonly begins: Int32Array;
  /** (from, to) along the axis, of one position ascending. */
  readonly runs: Int32Array;
}

/** More texels than this would be a picture larger than any screen; then some patches share one. */
const MAX_TEXELS = 4_000_000;
const COARSE_TEXELS_ACROSS = 1024;

/**
 * Squares of one size, made ready to be drawn in great number. Edges of neighbours are one line, so that 200,000
 * squares are a few thousand lines.
 */
export class PatchSquares {
  readonly count: number;
  readonly side: number;
  readonly #coords: Int32Array;
  #axes: { readonly x: Axis; readonly y: Axis } | undefined;
  #texels: TexelGrid | undefined;
  #horizontal: EdgeRuns | undefined;
  #vertical: EdgeRuns | undefined;

  /** @param coords - (N, 2) level-0 top-left corners. @param side - level-0 pixels. */
  constructor(coords: Int32Array, side: number) {
    this.#coords = coords;
    this.count = coords.length / 2;
    this.side = side;
  }

  // All is made when first asked for. A hidden grid needs none of it, and of several in a frame only the last is painted;
  // colours, and grids seen from afar, need no lines.

  get texels(): TexelGrid {
    const { x, y } = this.#bothAxes();
    this.#texels ??= texelGrid(this.#coords, this.side, x, y);
    return this.#texels;
  }

  get horizontal(): EdgeRuns {
    this.#horizontal ??= edgeRuns(this.#bothAxes().y, this.#coords, 0, this.side);
    return this.#horizontal;
  }

  get vertical(): EdgeRuns {
    this.#vertical ??= edgeRuns(this.#bothAxes().x, this.#coords, 1, this.side);
    return this.#vertical;
  }

  left(index: number): number {
    return this.#coords[index * 2]!;
  }

  top(index: number): number {
    return this.#coords[index * 2 + 1]!;
  }

  /** The patch over a level-0 point; of several the one whose middle is nearest. */
  at(x: number, y: number): number | undefined {
    const half = this.side / 2;
    let found: number | undefined;
    let nearest = Number.POSITIVE_INFINITY;
    for (let index = 0; index < this.count; index++) {
      const dx = Math.abs(x - this.left(index) - half);
      const dy = Math.abs(y - this.top(index) - half);
      if (dx > half || dy > half || dx + dy >= nearest) continue;
      nearest = dx + dy;
      found = index;
    }
    return found;
  }

  #bothAxes(): { readonly x: Axis; readonly y: Axis } {
    this.#axes ??= { x: new Axis(this.#coords, 0), y: new Axis(this.#coords, 1) };
    return this.#axes;
  }
}

/** One coordinate of all patches: which values there are, and who has them. */
class Axis {
  readonly min: number;
  readonly #coords: Int32Array;
  readonly #offset: 0 | 1;
  /** For each value above `min`, one more than the number of its group; 0 where there is none. */
  readonly #groupOf: Int32Array;
  /** The values there are, ascending. */
  readonly values: Int32Array;

  constructor(coords: Int32Array, offset: 0 | 1) {
    let min = Number.POSITIVE_INFINITY;
    let max = Number.NEGATIVE_INFINITY;
    for (let at = offset; at < coords.length; at += 2) {
      const value = coords[at]!;
      if (value < min) min = value;
      if (value > max) max = value;
    }
    if (coords.length === 0) min = max = 0;
    this.#coords = coords;
    this.#offset = offset;
    this.min = min;
    // A slide is at most some 100,000 pixels wide: a table is much faster than a map.
    const groupOf = new Int32Array(max - min + 1);
    for (let at = offset; at < coords.length; at += 2) groupOf[coords[at]! - min] = 1;
    let groups = 0;
    for (let value = 0; value < groupOf.length; value++) if (groupOf[value]) groupOf[value] = ++groups;
    this.values = new Int32Array(groups);
    for (let value = 0; value < groupOf.length; value++) {
      if (groupOf[value]) this.values[groupOf[value]! - 1] = value + min;
    }
    this.#groupOf = groupOf;
  }

  groupOf(value: number): number {
    return this.#groupOf[value - this.min]! - 1;
  }

  /** Patches by value, each group in the order of the list: indices, and where each group begins. */
  groups(): { readonly order: Int32Array; readonly begins: Int32Array } {
    const coords = this.#coords;
    const begins = new Int32Array(this.values.length + 1);
    for (let at = this.#offset; at < coords.length; at += 2) begins[this.groupOf(coords[at]!) + 1]!++;
    for (let group = 1; group < begins.length; group++) begins[group]! += begins[group - 1]!;
    const next = begins.slice();
    const order = new Int32Array(coords.length / 2);
    for (let index = 0; index < order.length; index++) {
      order[next[this.groupOf(coords[index * 2 + this.#offset]!)]!++] = index;
    }
    return { order, begins };
  }
}

/**
 * The runs of all patches: those of a group that touch or overlap are one.
 * @param along - the coordinate along which they run.
 */
function edgeRuns(across: Axis, coords: Int32Array, along: 0 | 1, side: number): EdgeRuns {
  const { order, begins: groupBegins } = across.groups();
  const runs: number[] = [];
  const begins = new Int32Array(groupBegins.length);
  const room = new Int32Array(order.length);
  for (let group = 0; group + 1 < groupBegins.length; group++) {
    const begin = groupBegins[group]!;
    const starts = room.subarray(0, groupBegins[group + 1]! - begin);
    for (let at = 0; at < starts.length; at++) starts[at] = coords[order[begin + at]! * 2 + along]!;
    if (!isAscending(starts)) starts.sort();
    let from = starts[0]!;
    for (let at = 0; at < starts.length; at++) {
      const to = starts[at]! + side;
      const isLast = at + 1 === starts.length;
      if (!isLast && starts[at + 1]! <= to) continue;
      runs.push(from, to);
      if (!isLast) from = starts[at + 1]!;
    }
    begins[group + 1] = runs.length / 2;
  }
  return { positions: across.values, begins, runs: Int32Array.from(runs) };
}

function isAscending(values: Int32Array): boolean {
  for (let at = 1; at < values.length; at++) if (values[at]! < values[at - 1]!) return false;
  return true;
}

/** Texels in the middle of the patches, one for each place of the grid they stand in. */
function texelGrid(coords: Int32Array, side: number, x: Axis, y: Axis): TexelGrid {
  let columns = places(x.values, side);
  let rows = places(y.values, side);
  if (columns.count * rows.count > MAX_TEXELS) {
    columns = coarsePlaces(x.values, side);
    rows = coarsePlaces(y.values, side);
  }
  const texelOf = new Int32Array(coords.length / 2);
  for (let index = 0; index < texelOf.length; index++) {
    const column = columns.placeOf[x.groupOf(coords[index * 2]!)]!;
    const row = rows.placeOf[y.groupOf(coords[index * 2 + 1]!)]!;
    texelOf[index] = row * columns.count + column;
  }
  return {
    left: x.min + (side - columns.step) / 2,
    top: y.min + (side - rows.step) / 2,
    stepX: columns.step,
    stepY: rows.step,
    columns: columns.count,
    rows: rows.count,
    texelOf,
  };
}

interface Places {
  readonly count: number;
  readonly step: number;
  readonly placeOf: Int32Array;
}

/** Numbers the values by the smallest gap between any two; a gap is rounded by itself, as grids round each position. */
function places(values: Int32Array, side: number): Places {
  // Patches stand side by side at most: two of them far apart are not yet a grid.
  let gap = side;
  for (let at = 1; at < values.length; at++) gap = Math.min(gap, values[at]! - values[at - 1]!);
  const placeOf = new Int32Array(values.length);
  for (let at = 1; at < values.length; at++) {
    placeOf[at] = placeOf[at - 1]! + Math.round((values[at]! - values[at - 1]!) / gap);
  }
  const last = placeOf.at(-1) ?? 0;
  return { count: last + 1, step: last === 0 ? side : (values.at(-1)! - values[0]!) / last, placeOf };
}

/** Without a common grid (contours with a grid each): places fine enough for the screen. */
function coarsePlaces(values: Int32Array, side: number): Places {
  const extent = values.at(-1)! - values[0]!;
  const step = Math.max(side, extent / COARSE_TEXELS_ACROSS);
  const placeOf = values.map((value) => Math.round((value - values[0]!) / step));
  return { count: placeOf.at(-1)! + 1, step, placeOf };
}
