/** x0, y0, x1, y1, …; closed: the first point is repeated at the end. Winding is of no account. */
export type Ring = Float64Array;

/** An area with holes, in any frame; usually level-0 pixels. */
export interface Polygon {
  readonly shell: Ring;
  readonly holes: readonly Ring[];
}

/** An axis-parallel rectangle, edges included. */
export interface Bounds {
  readonly x0: number;
  readonly y0: number;
  readonly x1: number;
  readonly y1: number;
}

/**
 * Signed area inside a line through points, closed or not: positive where y down turns clockwise. The shoelace formula about
 * the first point.
 */
export function ringArea(ring: Ring | Int32Array): number {
  const x0 = ring[0]!;
  const y0 = ring[1]!;
  let twice = 0;
  for (let i = 0; i + 3 < ring.length; i += 2) {
    twice += (ring[i]! - x0) * (ring[i + 3]! - y0) - (ring[i + 2]! - x0) * (ring[i + 1]! - y0);
  }
  return twice / 2;
}

/** Area of the shell without its holes. */
export function polygonArea({ shell, holes }: Polygon): number {
  return holes.reduce((area, hole) => area - Math.abs(ringArea(hole)), Math.abs(ringArea(shell)));
}

/** The smallest rectangle around a ring. */
export function ringBounds(ring: Ring): Bounds {
  let x0 = Number.POSITIVE_INFINITY;
  let y0 = Number.POSITIVE_INFINITY;
  let x1 = Number.NEGATIVE_INFINITY;
  let y1 = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < ring.length; i += 2) {
    x0 = Math.min(x0, ring[i]!);
    x1 = Math.max(x1, ring[i]!);
    y0 = Math.min(y0, ring[i + 1]!);
    y1 = Math.max(y1, ring[i + 1]!);
  }
  return { x0, y0, x1, y1 };
}

/** The smallest rectangle around all rings of a polygon: of one that is not valid, holes may lie outside the shell. */
export function polygonBounds({ shell, holes }: Polygon): Bounds {
  let { x0, y0, x1, y1 } = ringBounds(shell);
  for (const hole of holes) {
    const inner = ringBounds(hole);
    x0 = Math.min(x0, inner.x0);
    x1 = Math.max(x1, inner.x1);
    y0 = Math.min(y0, inner.y0);
    y1 = Math.max(y1, inner.y1);
  }
  return { x0, y0, x1, y1 };
}
