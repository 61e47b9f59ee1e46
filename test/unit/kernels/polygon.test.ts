import initGeos from "geos-wasm";
import { describe, expect, test } from "vitest";
import { loadPolygonMath, PolygonError, polygonArea, ringArea, ringBounds } from "#kernels";

const square = Float64Array.of(0, 0, 10, 0, 10, 10, 0, 10, 0, 0);
const hole = Float64Array.of(2, 2, 2, 4, 5, 4, 5, 2, 2, 2);
const bowTie = { shell: Float64Array.of(0, 0, 10, 10, 10, 0, 0, 10, 0, 0), holes: [] };

describe("rings and polygons", () => {
  test("have an area, signed for a ring, without its holes for a polygon", () => {
    expect(ringArea(square)).toBe(100);
    expect(ringArea(square.slice().reverse())).toBe(100);
    expect(ringArea(hole)).toBe(-6);
    expect(polygonArea({ shell: square, holes: [hole] })).toBe(94);
  });

  test("have bounds", () => {
    expect(ringBounds(Float64Array.of(3, -1, 7, 2, 4, 9, 3, -1))).toEqual({ x0: 3, y0: -1, x1: 7, y1: 9 });
  });
});

describe("polygon arithmetic", async () => {
  const math = await loadPolygonMath();

  test("is loaded once", async () => {
    expect(await loadPolygonMath()).toBe(math);
  });

  test("has no union for outlines that cross themselves: a typed error, and the next call is none the worse", () => {
    expect(() => math.union([bowTie, bowTie])).toThrow(PolygonError);
    expect(math.isValid(bowTie)).toBe(false);
    expect(math.union(math.repair(bowTie)).map(polygonArea)).toEqual([25, 25]);
  });

  test("refuses what is no ring", () => {
    const open = { shell: Float64Array.of(0, 0, 5, 0, 5, 5), holes: [] };
    expect(math.isValid(open)).toBe(false);
    expect(() => math.simplify(open, 1)).toThrow(PolygonError);
    expect(() => math.union([{ shell: square, holes: [] }, open])).toThrow(PolygonError);
    expect(math.buffer({ shell: new Float64Array(0), holes: [] }, 1)).toEqual([]);
  });

  test("unites nothing to nothing, and keeps holes", () => {
    expect(math.union([])).toEqual([]);
    const [united] = math.union([{ shell: square, holes: [hole] }]);
    expect(united!.holes).toHaveLength(1);
    expect(polygonArea(united!)).toBe(94);
  });

  test("gives nothing where shrinking leaves nothing", () => {
    expect(math.buffer({ shell: square, holes: [] }, -6)).toEqual([]);
  });

  test("frees what it was given, also when it fails", async () => {
    const points = 20_000;
    const large = new Float64Array(points * 2 + 2);
    for (let i = 0; i < points; i++) {
      const angle = (2 * Math.PI * i) / points;
      large[2 * i] = 1e4 * Math.cos(angle);
      large[2 * i + 1] = 1e4 * Math.sin(angle);
    }
    large.set(large.subarray(0, 2), points * 2);
    const round = { shell: large, holes: [] };
    const open = { shell: large.subarray(0, points), holes: [] };
    const runAll = () => {
      expect(math.simplify(round, 100).shell.length).toBeLessThan(100);
      expect(math.isValid(round)).toBe(true);
      expect(() => math.union([round, open])).toThrow(PolygonError);
    };
    // Its memory never shrinks: what it holds after the first time has to last for all.
    const { Module } = await initGeos();
    runAll();
    const before = Module.HEAPU8.byteLength;
    for (let i = 0; i < 60; i++) runAll();
    // A copy is 320 kB; kept once a round it would be 19 MB, and three are made.
    expect(Module.HEAPU8.byteLength - before).toBeLessThan(8e6);
    // Seconds on a busy machine.
  }, 30_000);
});
