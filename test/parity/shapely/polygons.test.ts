import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import {
  findCoveredSquares,
  findTouchedSquares,
  loadPolygonMath,
  type Polygon,
  polygonArea,
  type Ring,
  type SquareGrid,
} from "#kernels";

interface PartTruth {
  readonly area: number;
  readonly rings: readonly string[];
}
interface GridTruth extends SquareGrid {
  /** A digit a square. */
  readonly touched: string;
  readonly covered: Readonly<Record<string, string>>;
}
interface Case {
  readonly name: string;
  readonly polygons: readonly (readonly (readonly [number, number])[])[][];
  readonly valid: readonly boolean[];
  readonly simplify: Readonly<Record<string, readonly (readonly PartTruth[])[]>>;
  readonly buffer: Readonly<Record<string, readonly (readonly PartTruth[])[]>>;
  readonly repaired: readonly number[];
  readonly unionArea: number;
  readonly grids: readonly GridTruth[];
}

const golden = JSON.parse(readFileSync(new URL("./golden.json", import.meta.url), "utf8")) as { cases: Case[] };
const math = await loadPolygonMath();

const ring = (points: readonly (readonly [number, number])[]): Ring =>
  Float64Array.from([...points, points[0]!].flat());
const read = (rings: readonly (readonly (readonly [number, number])[])[]): Polygon => {
  const [shell, ...holes] = rings.map(ring);
  return { shell: shell!, holes };
};
const digests = ({ shell, holes }: Polygon) =>
  [shell, ...holes].map((one) => createHash("sha256").update(one).digest("hex"));
const areaOf = (polygons: readonly Polygon[]) => polygons.reduce((sum, polygon) => sum + polygonArea(polygon), 0);

/** GEOS 3.13 in wasm, 3.14 in shapely: rounded corners of one or two buffers come out with other vertices. */
const BUFFER_AREA_TOLERANCE = 1e-9;

describe.each(golden.cases)("polygons equal shapely's: $name", (truth) => {
  const polygons = truth.polygons.map(read);

  test("validity", () => {
    expect(polygons.map((polygon) => math.isValid(polygon))).toEqual(truth.valid);
  });

  test("simplified to the same vertices", () => {
    for (const [tolerance, expected] of Object.entries(truth.simplify)) {
      const got = polygons.map((polygon) => digests(math.simplify(polygon, Number(tolerance))));
      expect(got, `tolerance ${tolerance}`).toEqual(expected.map((parts) => parts[0]!.rings));
    }
  });

  test("buffers of the same area, and of the same vertices at distance 0", () => {
    for (const [distance, expected] of Object.entries(truth.buffer)) {
      polygons.forEach((polygon, index) => {
        const got = math.buffer(polygon, Number(distance));
        const wanted = expected[index]!;
        const off = Math.abs(areaOf(got) - wanted.reduce((sum, { area }) => sum + area, 0));
        expect(off, `distance ${distance}`).toBeLessThanOrEqual(BUFFER_AREA_TOLERANCE * areaOf(got));
        if (distance === "0") expect(got.map(digests)).toEqual(wanted.map(({ rings }) => rings));
      });
    }
  });

  test("repaired to the same area, into valid polygons", () => {
    polygons.forEach((polygon, index) => {
      const got = math.repair(polygon);
      expect(got.every((part) => math.isValid(part))).toBe(true);
      expect(areaOf(got)).toBeCloseTo(truth.repaired[index]!, 4);
    });
  });

  test("united to the same area", () => {
    const valid = polygons.flatMap((polygon) => math.repair(polygon));
    expect(areaOf(math.union(valid))).toBeCloseTo(truth.unionArea, 4);
  });

  test.each(truth.grids)("squares of $side px, $step px apart, are touched and covered alike", (grid) => {
    expect(findTouchedSquares(grid, polygons).join("")).toBe(grid.touched);
    const union = math.union(polygons.flatMap((polygon) => math.repair(polygon)));
    for (const [share, expected] of Object.entries(grid.covered)) {
      expect(findCoveredSquares(grid, union, Number(share)).join(""), `share ${share}`).toBe(expected);
    }
  });
});
