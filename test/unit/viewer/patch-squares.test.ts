import { describe, expect, test } from "vitest";
import { type EdgeRuns, PatchSquares } from "../../../src/viewer/layers/patch-squares.ts";

/** (position, from, to) of each run. */
const runsOf = ({ positions, begins, runs }: EdgeRuns) =>
  [...positions].flatMap((position, group) =>
    Array.from({ length: begins[group + 1]! - begins[group]! }, (_, at) => {
      const run = begins[group]! + at;
      return [position, runs[run * 2], runs[run * 2 + 1]];
    }),
  );

describe("edges", () => {
  test("neighbours share them, and a gap ends them", () => {
    const squares = new PatchSquares(Int32Array.of(0, 0, 10, 0, 30, 0, 0, 10), 10);
    expect(runsOf(squares.horizontal)).toEqual([
      [0, 0, 20],
      [0, 30, 40],
      [10, 0, 10],
    ]);
    expect(runsOf(squares.vertical)).toEqual([
      [0, 0, 20],
      [10, 0, 10],
      [30, 0, 10],
    ]);
  });

  test("overlapping patches share them too, in whatever order they come", () => {
    const squares = new PatchSquares(Int32Array.of(12, 5, 0, 5, 6, 5), 8);
    expect(runsOf(squares.horizontal)).toEqual([[5, 0, 20]]);
  });

  test("a full grid of 200,000 has a few hundred of them", () => {
    const columns = 500;
    const coords = Int32Array.from({ length: 400_000 }, (_, at) => {
      const index = at >> 1;
      return at % 2 ? Math.floor(index / columns) * 224 : (index % columns) * 224;
    });
    const squares = new PatchSquares(coords, 224);
    expect(squares.count).toBe(200_000);
    expect(squares.horizontal.runs.length / 2).toBe(400);
    expect(squares.vertical.runs.length / 2).toBe(500);
  });
});

describe("texels", () => {
  test("every patch of a grid has its own, in its middle, holes left out", () => {
    const { texels } = new PatchSquares(Int32Array.of(100, 50, 300, 50, 100, 150), 100);
    expect(texels).toMatchObject({ left: 100, top: 50, stepX: 100, stepY: 100, columns: 3, rows: 2 });
    expect([...texels.texelOf]).toEqual([0, 2, 3]);
  });

  test("a grid whose positions were rounded one by one keeps its columns", () => {
    const step = 341.37;
    const xs = Array.from({ length: 600 }, (_, column) => Math.floor(column * step));
    const { texels } = new PatchSquares(Int32Array.from(xs.flatMap((x) => [x, 0])), 341);
    expect(texels.columns).toBe(600);
    expect([...texels.texelOf]).toEqual(xs.map((_, column) => column));
    // Half a texel off would show a patch's colour on its neighbour.
    const worst = Math.max(...xs.map((x, column) => Math.abs(texels.left + column * texels.stepX - x)));
    expect(worst).toBeLessThan(2);
  });

  test("with overlap a texel is as wide as the step, in the middle of its patch", () => {
    const { texels } = new PatchSquares(Int32Array.of(0, 0, 50, 0), 100);
    expect(texels).toMatchObject({ left: 25, stepX: 50, columns: 2, top: 0, stepY: 100 });
  });

  test("patches without a common grid share texels fine enough for a screen", () => {
    let seed = 1;
    const next = (limit: number) => {
      seed = (seed * 48271) % 0x7fffffff;
      return seed % limit;
    };
    const coords = Int32Array.from({ length: 20_000 }, () => next(90_000));
    const { texels } = new PatchSquares(coords, 256);
    expect(texels.columns * texels.rows).toBeLessThan(1_000_000);
    expect(texels.stepX).toBe(256);
    for (const index of [0, 777, 9999]) {
      const column = texels.texelOf[index]! % texels.columns;
      expect(Math.abs(texels.left + column * texels.stepX - coords[index * 2]!)).toBeLessThanOrEqual(128);
    }
  });

  test("no patch at all is no trouble", () => {
    const squares = new PatchSquares(new Int32Array(0), 256);
    expect(runsOf(squares.horizontal)).toEqual([]);
    expect(squares.at(5, 5)).toBeUndefined();
  });
});

describe("the patch over a point", () => {
  const squares = new PatchSquares(Int32Array.of(0, 0, 50, 0, 500, 500), 100);

  test("is the one whose middle is nearest", () => {
    expect(squares.at(40, 50)).toBe(0);
    expect(squares.at(90, 50)).toBe(1);
    expect(squares.at(599, 599)).toBe(2);
  });

  test("is none beside them", () => {
    expect(squares.at(300, 50)).toBeUndefined();
  });
});
