import { describe, expect, it } from "vitest";
import {
  createMask,
  loadPolygonMath,
  type Mask,
  maskToPolygons,
  type Polygon,
  polygonArea,
  ringBounds,
} from "#kernels";

/** Numbers of trident-contract.md 2.6, which TRIDENT gave. */
const HEIGHT_PX = 2000;

type Box = readonly [x0: number, y0: number, x1: number, y1: number];

/** Half-open boxes of yes and no, one over the other. */
function draw(size: number, ...boxes: readonly (readonly [Box, 0 | 1])[]): Mask {
  const mask = createMask(size, size);
  for (const [[x0, y0, x1, y1], value] of boxes) {
    for (let y = y0; y < y1; y++) mask.data.fill(value, y * size + x0, y * size + x1);
  }
  return mask;
}

function boundsOf({ shell }: Polygon): number[] {
  const { x0, y0, x1, y1 } = ringBounds(shell);
  return [x0, y0, x1, y1];
}

const nested = draw(HEIGHT_PX, [[100, 100, 900, 900], 1], [[200, 200, 800, 800], 0], [[400, 400, 600, 600], 1]);

describe("outlines of a mask", () => {
  it("leave out holes, and islands in them, where holes are to be filled", async () => {
    const { polygons, repaired } = await maskToPolygons(nested, { scaleToLevel0: 1, maxHoles: 0 });
    expect(polygons.map(polygonArea)).toEqual([638401]);
    expect(repaired).toBe(0);
  });

  it("keep holes, and islands as areas of their own that come first", async () => {
    const { polygons } = await maskToPolygons(nested, { scaleToLevel0: 1, maxHoles: 20 });
    expect(polygons.map(polygonArea)).toEqual([39601, 277202]);
    expect(polygons.map(boundsOf)).toEqual([
      [400, 400, 599, 599],
      [100, 100, 899, 899],
    ]);
    expect(polygons.map(({ holes }) => holes.length)).toEqual([0, 1]);
  });

  it("go through pixel centres, without a shift of half a pixel", async () => {
    const mask = draw(HEIGHT_PX, [[100, 100, 400, 500], 1]);
    const { polygons } = await maskToPolygons(mask, { scaleToLevel0: 4, maxHoles: 0 });
    expect(polygons.map(boundsOf)).toEqual([[400, 400, 1596, 1996]]);
  });

  it("take in the grey border of an enlarged mask", async () => {
    const mask = draw(HEIGHT_PX / 2, [[100, 100, 400, 500], 1]);
    const { polygons } = await maskToPolygons(mask, { scaleToLevel0: 4, maxHoles: 0 });
    expect(polygons.map(boundsOf)).toEqual([[398, 398, 1600, 2000]]);
  });

  it("drop areas of 1000 px or less", async () => {
    const mask = draw(HEIGHT_PX, [[10, 10, 42, 42], 1], [[100, 10, 133, 43], 1]);
    const { polygons } = await maskToPolygons(mask, { scaleToLevel0: 1, maxHoles: 0 });
    expect(polygons.map(polygonArea)).toEqual([32 * 32]);
  });

  it("keep at most as many holes as asked for, the largest first, none of 4000 px or less", async () => {
    const mask = draw(
      HEIGHT_PX,
      [[10, 10, 990, 400], 1],
      [[50, 50, 150, 150], 0],
      [[250, 50, 450, 250], 0],
      [[550, 50, 700, 200], 0],
      [[750, 50, 810, 110], 0],
    );
    const two = await maskToPolygons(mask, { scaleToLevel0: 1, maxHoles: 2 });
    expect(two.polygons[0]!.holes.map((hole) => ringBounds(hole).x0)).toEqual([249, 549]);
    const all = await maskToPolygons(mask, { scaleToLevel0: 1, maxHoles: 20 });
    expect(all.polygons[0]!.holes).toHaveLength(3);
  });

  it("are closed, and repeat no point to close where cutting to whole pixels already did", async () => {
    const mask = draw(HEIGHT_PX, [[100, 100, 400, 500], 1]);
    const { polygons } = await maskToPolygons(mask, { scaleToLevel0: 1, maxHoles: 0 });
    const shell = polygons[0]!.shell;
    expect(shell.slice(0, 4)).toEqual(Float64Array.of(100, 100, 100, 101));
    expect(shell.slice(-4)).toEqual(Float64Array.of(101, 100, 100, 100));
    expect(shell.length / 2).toBe(2 * (299 + 399) + 1);
  });

  it("are mended where they touch themselves: every polygon is valid", async () => {
    // Two squares that meet in a line one pixel wide: the outline goes along it twice.
    const mask = draw(HEIGHT_PX, [[100, 100, 300, 300], 1], [[400, 100, 600, 300], 1], [[300, 200, 400, 201], 1]);
    const math = await loadPolygonMath();
    for (const scaleToLevel0 of [4, 0.4]) {
      const { polygons, repaired } = await maskToPolygons(mask, { scaleToLevel0, maxHoles: 20 });
      expect(repaired).toBe(1);
      expect(polygons.length).toBeGreaterThan(0);
      for (const polygon of polygons) expect(math.isValid(polygon)).toBe(true);
      const area = polygons.reduce((sum, polygon) => sum + polygonArea(polygon), 0);
      expect(area / (2 * 199 * 199 * scaleToLevel0 ** 2)).toBeCloseTo(1, 1);
    }
  });

  it("of nothing are none", async () => {
    const { polygons } = await maskToPolygons(createMask(30, 20), { scaleToLevel0: 32, maxHoles: 20 });
    expect(polygons).toEqual([]);
  });
});
