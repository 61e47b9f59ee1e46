import type { Mask } from "./mask.ts";

/** The border of a connected area, or of a hole in one. */
export interface Contour {
  /** x0, y0, x1, y1, …: every border pixel in order, 8-connected, not closed. Those of a hole are the pixels around it. */
  readonly points: Int32Array;
  readonly isHole: boolean;
  /** Index of the contour directly around this one, -1 for none. */
  readonly parent: number;
}

/**
 * How contours hang together. "tree": all nesting is kept. "two-level": areas are at the top, wherever they are, and
 * holes below theirs.
 */
export type ContourHierarchy = "tree" | "two-level";

/**
 * Follows the borders of all areas and their holes (Suzuki and Abe 1985). Equal to OpenCV's `findContours` with
 * `CHAIN_APPROX_NONE` and `RETR_TREE` or `RETR_CCOMP`: same contours, order, first points and directions.
 *
 * @returns each contour followed by those inside it; of neighbours the one that begins last in reading order comes first.
 */
export function traceContours(mask: Mask, hierarchy: ContourHierarchy): Contour[] {
  return inOrder(new BorderScan(mask).run(), hierarchy);
}

/** Neighbours by direction: 0 is right, then counter-clockwise as seen, as y points down. */
const DX = [1, 1, 0, -1, -1, -1, 0, 1] as const;
const DY = [0, -1, -1, -1, 0, 1, 1, 1] as const;
const RIGHT = 0;
const LEFT = 4;

/** A border as found; `parent` is an index in the order of finding. */
interface Border {
  readonly points: Int32Array;
  readonly isHole: boolean;
  readonly parent: number;
}

/** The frame around the picture counts as the border of a hole; labels of found borders follow. */
const FRAME_LABEL = 1;
const FIRST_LABEL = 2;

/** The raster scan of Suzuki and Abe's algorithm 1, on a copy of the mask with one empty pixel all around. */
class BorderScan {
  readonly #width: number;
  readonly #height: number;
  /** 0 empty, 1 filled, else the label of a border through the pixel, negative where its right neighbour is outside. */
  readonly #labels: Int32Array;
  readonly #steps: Int32Array;
  readonly #borders: Border[] = [];
  #points = new Int32Array(1 << 12);

  constructor({ data, width, height }: Mask) {
    this.#width = width + 2;
    this.#height = height + 2;
    this.#labels = new Int32Array(this.#width * this.#height);
    // Twice around, so that a search from any direction needs no wrapping.
    this.#steps = Int32Array.from({ length: 16 }, (_, s) => DX[s & 7]! + DY[s & 7]! * this.#width);
    for (let y = 0, from = 0; y < height; y++) {
      let to = (y + 1) * this.#width + 1;
      for (const rowEnd = from + width; from < rowEnd; from++, to++) if (data[from] !== 0) this.#labels[to] = 1;
    }
  }

  run(): Border[] {
    const labels = this.#labels;
    const width = this.#width;
    for (let y = 1; y < this.#height - 1; y++) {
      const rowEnd = (y + 1) * width;
      let nearest = FRAME_LABEL; // the border last crossed in this row
      let before = 0;
      for (let at = y * width + 1; at < rowEnd; at++) {
        const here = labels[at]!;
        if (here === before) continue;
        if (before === 0 && here === 1) this.#follow(at, y, false, nearest);
        else if (here === 0 && before >= 1) this.#follow(at - 1, y, true, nearest);
        before = labels[at]!;
        if (before !== 0 && before !== 1) nearest = Math.abs(before);
        else if (here === 0 && labels[at - 1] !== 1) nearest = Math.abs(labels[at - 1]!);
      }
    }
    return this.#borders;
  }

  #parentOf(isHole: boolean, nearest: number): number {
    if (nearest === FRAME_LABEL) return -1;
    const index = nearest - FIRST_LABEL;
    const border = this.#borders[index]!;
    return border.isHole === isHole ? border.parent : index;
  }

  /** Walks once around a border from its first pixel in reading order, labelling it. */
  #follow(start: number, y: number, isHole: boolean, nearest: number): void {
    const labels = this.#labels;
    const steps = this.#steps;
    const label = this.#borders.length + FIRST_LABEL;
    const parent = this.#parentOf(isHole, nearest);
    let px = start - y * this.#width - 1;
    let py = y - 1;
    let length = 0;
    const outside = isHole ? RIGHT : LEFT;
    let direction = outside;
    do direction = (direction + 7) & 7;
    while (direction !== outside && labels[start + steps[direction]!] === 0);
    if (direction === outside) {
      labels[start] = -label;
      this.#borders.push({ points: Int32Array.of(px, py), isHole, parent });
      return;
    }
    const last = start + steps[direction]!;
    for (let at = start; ; ) {
      do direction++;
      while (labels[at + steps[direction]!] === 0);
      // Past 8 the search has seen the right neighbour empty: no hole may start here any more.
      if (direction > 8) labels[at] = -label;
      else if (labels[at] === 1) labels[at] = label;
      if (length + 2 > this.#points.length) this.#grow();
      this.#points[length++] = px;
      this.#points[length++] = py;
      direction &= 7;
      const next = at + steps[direction]!;
      if (next === start && at === last) break;
      px += DX[direction]!;
      py += DY[direction]!;
      at = next;
      direction ^= 4; // back to where we came from; the search goes on after it
    }
    this.#borders.push({ points: this.#points.slice(0, length), isHole, parent });
  }

  #grow(): void {
    const grown = new Int32Array(this.#points.length * 2);
    grown.set(this.#points);
    this.#points = grown;
  }
}

function inOrder(borders: readonly Border[], hierarchy: ContourHierarchy): Contour[] {
  const children = new Map<number, number[]>();
  borders.forEach((border, index) => {
    const parent = hierarchy === "two-level" && !border.isHole ? -1 : border.parent;
    const siblings = children.get(parent);
    if (siblings) siblings.push(index);
    else children.set(parent, [index]);
  });
  const contours: Contour[] = [];
  // A stack rather than recursion: nesting can be deep in noise. Popping takes the newest sibling first.
  const waiting = (children.get(-1) ?? []).map((index) => ({ index, parent: -1 }));
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const { points, isHole } = borders[next.index]!;
    const parent = contours.push({ points, isHole, parent: next.parent }) - 1;
    for (const index of children.get(next.index) ?? []) waiting.push({ index, parent });
  }
  return contours;
}
