import type { Image8 } from "./resize.ts";

/** Red, green, blue, 0 to 255. */
export type Rgb = readonly [number, number, number];

/**
 * Draws a closed line through whole-pixel points into an image, which it changes: the colour goes to the first three
 * channels. Widths and ends are OpenCV's (`polylines`, no antialiasing), so that even a line of 2 px is 3 px wide; some
 * 3 % of the pixels of a line of 2 px differ from it.
 *
 * @param points - x0, y0, x1, y1, …; may lie outside, however far.
 */
export function drawClosedLine(image: Image8, points: ArrayLike<number>, colour: Rgb, thicknessPx: number): void {
  const pen = new Pen(image, colour);
  for (let i = 0; i < points.length; i += 2) {
    const next = (i + 2) % points.length;
    const from = { x: points[i]!, y: points[i + 1]! };
    const to = { x: points[next]!, y: points[next + 1]! };
    // Of a line through one pixel again and again, one dot is enough.
    if (i > 0 && from.x === to.x && from.y === to.y) continue;
    if (thicknessPx <= 1) drawThin(pen, from, to);
    else drawThick(pen, from, to, thicknessPx);
  }
}

/** Draws the outline of a rectangle whose corner pixels are `x, y` and `x + width, y + height`. As `drawClosedLine`. */
export function drawRectangle(
  image: Image8,
  { x, y, width, height }: { x: number; y: number; width: number; height: number },
  colour: Rgb,
  thicknessPx: number,
): void {
  const corners = [x, y, x + width, y, x + width, y + height, x, y + height];
  drawClosedLine(image, corners, colour, thicknessPx);
}

/** Halves the brightness of the top left corner of an image, which it changes; alpha stays. */
export function darkenCorner(
  { data, width, height, channels }: Image8,
  cornerWidth: number,
  cornerHeight: number,
): void {
  for (let y = 0; y < Math.min(height, cornerHeight); y++) {
    for (let x = 0; x < Math.min(width, cornerWidth); x++) {
      const at = (y * width + x) * channels;
      for (let c = 0; c < Math.min(3, channels); c++) data[at + c]! >>= 1;
    }
  }
}

interface Point {
  readonly x: number;
  readonly y: number;
}

/** Whole numbers, both included; none where the last is before the first. */
interface Span {
  readonly first: number;
  readonly last: number;
}

/** Fills rows of one colour, cut to the image. A line may be millions of times as long: only what is inside is walked along. */
class Pen {
  readonly #image: Image8;
  readonly #colour: Rgb;

  constructor(image: Image8, colour: Rgb) {
    this.#image = image;
    this.#colour = colour;
  }

  /** Of the columns from `first` to `last`, those that are in the image. */
  columns(first: number, last: number): Span {
    return { first: Math.max(first, 0), last: Math.min(last, this.#image.width - 1) };
  }

  rows(first: number, last: number): Span {
    return { first: Math.max(first, 0), last: Math.min(last, this.#image.height - 1) };
  }

  /** Pixels from `x0` to `x1`, both included. */
  row(x0: number, x1: number, y: number): void {
    const { data, width, height, channels } = this.#image;
    if (y < 0 || y >= height) return;
    const end = (y * width + Math.min(x1, width - 1)) * channels;
    for (let at = (y * width + Math.max(x0, 0)) * channels; at <= end; at += channels) {
      for (let c = 0; c < 3; c++) data[at + c] = this.#colour[c]!;
    }
  }
}

/** A line one pixel wide: a step a pixel along the longer axis, from the rounded beginning. */
function drawThin(pen: Pen, a: Point, b: Point): void {
  if (Math.abs(b.x - a.x) > Math.abs(b.y - a.y)) {
    const [from, to] = a.x <= b.x ? [a, b] : [b, a];
    const slope = (to.y - from.y) / (to.x - from.x);
    const begin = Math.round(from.x);
    const { first, last } = pen.columns(begin, Math.round(to.x));
    for (let x = first; x <= last; x++) pen.row(x, x, Math.round(from.y + slope * (x - begin)));
  } else {
    const [from, to] = a.y <= b.y ? [a, b] : [b, a];
    const slope = to.y === from.y ? 0 : (to.x - from.x) / (to.y - from.y);
    const begin = Math.round(from.y);
    const { first, last } = pen.rows(begin, Math.round(to.y));
    for (let y = first; y <= last; y++) {
      const x = Math.round(from.x + slope * (y - begin));
      pen.row(x, x, y);
    }
  }
}

/** A filled rectangle around the line, its edges drawn as thin lines too, and a disc at both ends. */
function drawThick(pen: Pen, from: Point, to: Point, thicknessPx: number): void {
  const length = Math.hypot(to.x - from.x, to.y - from.y);
  if (length > 0) {
    // OpenCV makes odd widths one wider.
    const half = Math.ceil(thicknessPx / 2) / length;
    const across = { x: (to.y - from.y) * half, y: (from.x - to.x) * half };
    const corners = [
      { x: from.x + across.x, y: from.y + across.y },
      { x: from.x - across.x, y: from.y - across.y },
      { x: to.x - across.x, y: to.y - across.y },
      { x: to.x + across.x, y: to.y + across.y },
    ];
    for (const [i, corner] of corners.entries()) drawThin(pen, corner, corners[(i + 1) % 4]!);
    fillConvex(pen, corners);
  }
  const radius = Math.round(thicknessPx / 2);
  for (const { x, y } of [from, to]) {
    const { first, last } = pen.rows(y - radius, y + radius);
    for (let row = first; row <= last; row++) {
      const reach = Math.trunc(Math.sqrt(radius * radius - (row - y) ** 2));
      pen.row(x - reach, x + reach, row);
    }
  }
}

function fillConvex(pen: Pen, corners: readonly Point[]): void {
  const ys = corners.map(({ y }) => y);
  const { first, last } = pen.rows(Math.ceil(Math.min(...ys)), Math.floor(Math.max(...ys)));
  for (let y = first; y <= last; y++) {
    let left = Number.POSITIVE_INFINITY;
    let right = Number.NEGATIVE_INFINITY;
    corners.forEach((a, i) => {
      const b = corners[(i + 1) % corners.length]!;
      if (Math.min(a.y, b.y) > y || Math.max(a.y, b.y) < y) return;
      const crossings = a.y === b.y ? [a.x, b.x] : [a.x + ((b.x - a.x) * (y - a.y)) / (b.y - a.y)];
      left = Math.min(left, ...crossings);
      right = Math.max(right, ...crossings);
    });
    if (left <= right) pen.row(Math.round(left), Math.round(right), y);
  }
}
