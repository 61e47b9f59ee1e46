import { roundHalfEven } from "#base";

/** A yes or no per pixel: (height, width) uint8, row-major; anything but 0 is yes. */
export interface Mask {
  readonly data: Uint8Array<ArrayBuffer>;
  readonly width: number;
  readonly height: number;
}

/**
 * Gives every 4-connected group of at most `maxSizePx` equal pixels the opposite value. With `value` 1 this removes small
 * objects, with 0 it fills small holes (those at the edge too), as scikit-image 0.26's `remove_small_objects` and
 * `remove_small_holes` do.
 *
 * @param mask - of 0 and 1 only.
 */
export function flipSmallGroups({ data, width, height }: Mask, value: 0 | 1, maxSizePx: number): Mask {
  // Groups are found on runs along rows: far fewer than pixels, and two runs of neighbouring rows join where they overlap.
  const runs = findRuns(data, width, height, value);
  const { begin, end, rowFirst, count } = runs;
  const parent = new Int32Array(count);
  const sizePx = new Int32Array(count);
  for (let run = 0; run < count; run++) {
    parent[run] = run;
    sizePx[run] = end[run]! - begin[run]!;
  }
  for (let y = 1; y < height; y++) {
    const aboveEnd = rowFirst[y]!;
    let above = rowFirst[y - 1]!;
    for (let run = aboveEnd; run < rowFirst[y + 1]!; run++) {
      const from = begin[run]! - width;
      const to = end[run]! - width;
      while (above < aboveEnd && end[above]! <= from) above++;
      for (let a = above; a < aboveEnd && begin[a]! < to; a++) join(parent, sizePx, a, run);
    }
  }
  const out = data.slice();
  for (let run = 0; run < count; run++) {
    if (sizePx[rootOf(parent, run)]! <= maxSizePx) out.fill(1 - value, begin[run]!, end[run]!);
  }
  return { data: out, width, height };
}

interface Runs {
  /** Pixel indices, half-open. */
  readonly begin: Int32Array;
  readonly end: Int32Array;
  /** First run of each row, and one past the last run of all. */
  readonly rowFirst: Int32Array;
  readonly count: number;
}

function findRuns(data: Uint8Array, width: number, height: number, value: 0 | 1): Runs {
  const most = Math.ceil(width / 2) * height;
  const begin = new Int32Array(most);
  const end = new Int32Array(most);
  const rowFirst = new Int32Array(height + 1);
  let count = 0;
  for (let y = 0; y < height; y++) {
    rowFirst[y] = count;
    const rowEnd = (y + 1) * width;
    for (let at = y * width; at < rowEnd; ) {
      while (at < rowEnd && data[at] !== value) at++;
      if (at === rowEnd) break;
      begin[count] = at;
      while (at < rowEnd && data[at] === value) at++;
      end[count++] = at;
    }
  }
  rowFirst[height] = count;
  return { begin, end, rowFirst, count };
}

function rootOf(parent: Int32Array, run: number): number {
  let root = run;
  while (parent[root] !== root) root = parent[root]!;
  for (let next = run; next !== root; ) {
    const above = parent[next]!;
    parent[next] = root;
    next = above;
  }
  return root;
}

function join(parent: Int32Array, sizePx: Int32Array, a: number, b: number): void {
  const rootA = rootOf(parent, a);
  const rootB = rootOf(parent, b);
  if (rootA === rootB) return;
  const [large, small] = sizePx[rootA]! >= sizePx[rootB]! ? [rootA, rootB] : [rootB, rootA];
  parent[small] = large;
  sizePx[large]! += sizePx[small]!;
}

/** An empty mask, for `pasteTile`. */
export function createMask(width: number, height: number): Mask {
  return { data: new Uint8Array(width * height), width, height };
}

/**
 * Adds a tile's tissue to a slide's mask, which it changes. What sticks out is cut off; where tiles overlap, either's
 * tissue counts.
 *
 * @param x - where the tile's left edge falls, in mask pixels, unrounded; rounded half to even as TRIDENT does, so that
 *   neighbouring tiles may overlap or leave a gap of one pixel.
 */
export function pasteTile(canvas: Mask, tile: Mask, x: number, y: number): void {
  const left = Math.min(Math.max(roundHalfEven(x), 0), canvas.width - 1);
  const top = Math.min(Math.max(roundHalfEven(y), 0), canvas.height - 1);
  const width = Math.min(tile.width, canvas.width - left);
  const height = Math.min(tile.height, canvas.height - top);
  for (let row = 0; row < height; row++) {
    let to = (top + row) * canvas.width + left;
    let from = row * tile.width;
    for (const rowEnd = from + width; from < rowEnd; from++, to++) {
      if (tile.data[from] !== 0) canvas.data[to] = 1;
    }
  }
}
