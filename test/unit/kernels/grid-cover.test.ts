import { describe, expect, test } from "vitest";
import { findCoveredSquares, findTouchedSquares, type Polygon, type SquareGrid } from "#kernels";

const polygon = (...points: number[]): Polygon => ({
  shell: Float64Array.of(...points, points[0]!, points[1]!),
  holes: [],
});
const count = (marks: Uint8Array) => marks.reduce((sum, mark) => sum + mark, 0);
const marked = (grid: SquareGrid, marks: Uint8Array) =>
  Array.from(marks, (mark, at) => (mark ? `${at % grid.columns},${Math.floor(at / grid.columns)}` : "")).filter(
    Boolean,
  );

describe("squares that a polygon touches", () => {
  const grid = { columns: 10, rows: 8, step: 500, side: 500 };

  test("include those that share an edge or a corner only", () => {
    const rectangle = polygon(1000, 1000, 3000, 1000, 3000, 2500, 1000, 2500);
    const touched = findTouchedSquares(grid, [rectangle]);
    expect(count(touched)).toBe(30);
    expect(marked(grid, touched)).toContain("1,1");
    expect(marked(grid, touched)).toContain("6,5");
  });

  test("include those wholly inside, and not those in a hole", () => {
    const frame = {
      shell: polygon(10, 10, 4990, 10, 4990, 3990, 10, 3990).shell,
      holes: [polygon(900, 900, 900, 3100, 4100, 3100, 4100, 900).shell],
    };
    const touched = findTouchedSquares(grid, [frame]);
    expect(marked(grid, touched)).not.toContain("4,4");
    expect(marked(grid, touched)).toContain("0,0");
    expect(count(touched)).toBe(80 - 6 * 4);
  });

  test("are told exactly along a diagonal through their corners", () => {
    // From (0, 4000) to (4000, 0): touches the corners of the squares on either side of it.
    const band = polygon(0, 4000, 4000, 0, 4000.25, 0, 0, 4000.25);
    const onLine = (column: number, row: number) => Math.abs(column + row + 1 - 8) <= 1;
    const touched = findTouchedSquares(grid, [band]);
    for (let row = 0; row < 8; row++) {
      for (let column = 0; column < 9; column++) {
        expect(touched[row * 10 + column] === 1, `${column}, ${row}`).toBe(onLine(column, row));
      }
    }
  });

  test("are found where the polygon reaches beyond the grid on all sides", () => {
    expect(count(findTouchedSquares(grid, [polygon(-9e5, -9e5, 9e5, -9e5, 9e5, 9e5, -9e5, 9e5)]))).toBe(80);
    expect(count(findTouchedSquares(grid, [polygon(-90, -90, -10, -90, -10, -10)]))).toBe(0);
  });

  test("are told by the even-odd rule also where a hole lies beside its shell, and where an outline crosses itself", () => {
    const shell = polygon(1100, 1100, 1900, 1100, 1900, 2900, 1100, 2900).shell;
    const beside = { shell, holes: [polygon(2600, 100, 4400, 100, 4400, 1900, 2600, 1900).shell] };
    expect(marked(grid, findTouchedSquares(grid, [beside]))).toHaveLength(2 * 4 + 4 * 4);
    // Walked round twice, what lies within is outside.
    const twice = [600, 600, 4400, 600, 4400, 3400, 600, 3400];
    const touched = findTouchedSquares(grid, [polygon(...twice, ...twice)]);
    expect(count(touched)).toBe(8 * 6 - 6 * 4);
  });

  test("are none without polygons", () => {
    expect(count(findTouchedSquares(grid, []))).toBe(0);
    expect(count(findCoveredSquares(grid, [], 0.5))).toBe(0);
  });
});

describe("squares that polygons cover", () => {
  const grid = { columns: 4, rows: 4, step: 100, side: 100 };

  test("count from exactly the share on", () => {
    const half = polygon(100, 100, 150, 100, 150, 200, 100, 200);
    expect(marked(grid, findCoveredSquares(grid, [half], 0.5))).toEqual(["1,1"]);
    expect(marked(grid, findCoveredSquares(grid, [half], 0.5001))).toEqual([]);
  });

  test("count with any winding, and with holes taken out", () => {
    const outline = [0, 0, 400, 0, 400, 400, 0, 400];
    const reversed = [0, 0, 0, 400, 400, 400, 400, 0];
    const cut = [100, 100, 300, 100, 300, 300, 100, 300];
    for (const shell of [outline, reversed]) {
      const frame = { shell: polygon(...shell).shell, holes: [polygon(...cut).shell] };
      expect(count(findCoveredSquares(grid, [frame], 1))).toBe(12);
    }
  });

  test("are those of the grid alone where a polygon reaches beyond it", () => {
    expect(count(findCoveredSquares(grid, [polygon(-900, -900, 900, -900, 900, 900, -900, 900)], 1))).toBe(16);
    expect(marked(grid, findCoveredSquares(grid, [polygon(300, 100, 950, 100, 950, 200, 300, 200)], 1))).toEqual([
      "3,1",
    ]);
    expect(count(findCoveredSquares(grid, [polygon(500, 100, 950, 100, 950, 200, 500, 200)], 0.01))).toBe(0);
  });

  test("may overlap each other", () => {
    const overlapping = { columns: 7, rows: 7, step: 50, side: 100 };
    const covered = findCoveredSquares(overlapping, [polygon(100, 100, 200, 100, 200, 200, 100, 200)], 0.25);
    // A square half a side off in both directions has exactly a quarter.
    expect(count(covered)).toBe(9);
  });

  test("have the area that clipping finds, for ragged polygons", () => {
    let seed = 3;
    const random = () => {
      seed = (seed * 16807) % 2147483647;
      return seed / 2147483647;
    };
    const points: number[] = [];
    for (let k = 0; k < 40; k++) {
      const angle = (2 * Math.PI * k) / 40;
      const radius = 60 + 120 * random();
      points.push(200 + radius * Math.cos(angle), 200 + radius * Math.sin(angle));
    }
    for (const share of [0.05, 0.3, 0.5, 0.8, 0.999]) {
      const covered = findCoveredSquares(grid, [polygon(...points)], share);
      for (let at = 0; at < 16; at++) {
        const area = clippedArea(points, (at % 4) * 100, Math.floor(at / 4) * 100, 100);
        expect(covered[at] === 1, `square ${at}, share ${share}`).toBe(area >= share * 1e4);
      }
    }
  });
});

/** Sutherland and Hodgman's clipping, then the shoelace formula. */
function clippedArea(points: readonly number[], left: number, top: number, side: number): number {
  let ring = Array.from({ length: points.length / 2 }, (_, i) => [points[2 * i]!, points[2 * i + 1]!] as const);
  const sides: [0 | 1, number, 1 | -1][] = [
    [0, left, 1],
    [0, left + side, -1],
    [1, top, 1],
    [1, top + side, -1],
  ];
  for (const [axis, limit, sign] of sides) {
    const isIn = (point: readonly [number, number]) => (point[axis] - limit) * sign >= 0;
    ring = ring.flatMap((from, i) => {
      const to = ring[(i + 1) % ring.length]!;
      const t = (limit - from[axis]) / (to[axis] - from[axis]);
      const cut = [from[0] + t * (to[0] - from[0]), from[1] + t * (to[1] - from[1])] as const;
      return [...(isIn(from) ? [from] : []), ...(isIn(from) !== isIn(to) ? [cut] : [])];
    });
  }
  const twice = ring.reduce((sum, [x, y], i) => {
    const [nextX, nextY] = ring[(i + 1) % ring.length]!;
    return sum + x * nextY - nextX * y;
  }, 0);
  return Math.abs(twice) / 2;
}
