import { digest } from "#base";
import { type Mask, maskToPolygons, type Polygon, polygonArea, type Ring, ringBounds } from "#kernels";
import { RAISED_OURS_ENDED } from "./grids.ts";
import type { Check, Part, Tools } from "./part.ts";
import { readPng } from "./png.ts";

interface MaskCase {
  readonly mask: string;
  readonly max_holes: number;
  /** Level-0 pixels per mask pixel. */
  readonly contour_scale: number;
  readonly error?: string;
  readonly repaired_polygons?: number;
  readonly polygons?: readonly {
    readonly area: number;
    readonly bounds: readonly number[];
    readonly exterior_points: number;
    readonly exterior_first: readonly number[];
    readonly exterior_sha256: string;
    readonly holes: readonly { readonly points: number; readonly sha256: string }[];
  }[];
}

/** Of repaired polygons, whose vertices are the polygon library's. */
export const REPAIRED_AREA = { relative: 1e-6 };

/** Polygons of synthetic masks. */
export const masks: Part = {
  async list(truth) {
    const { cases } = await truth.json<{ cases: readonly MaskCase[] }>("masks/masks.json");
    return cases.map((one, index) => ({ name: `masks/masks.json#${index}`, run: (tools) => compareCase(tools, one) }));
  },
};

async function compareCase({ check, truth }: Tools, one: MaskCase): Promise<void> {
  const mask = await readMask(truth.file(one.mask));
  const found = await maskToPolygons(mask, { scaleToLevel0: one.contour_scale, maxHoles: one.max_holes });
  if (!one.polygons) {
    check.leaveOut("", RAISED_OURS_ENDED);
    return;
  }
  check.same("repaired", found.repaired, one.repaired_polygons);
  if (!check.same("count", found.polygons.length, one.polygons.length)) return;
  for (const [index, expected] of one.polygons.entries()) {
    const polygon = found.polygons[index]!;
    const field = `polygon ${index}`;
    if (one.repaired_polygons === 0) {
      check.same(`${field} area`, polygonArea(polygon), expected.area);
      await compareRing(check, `${field} outline`, polygon.shell, expected.exterior_points, expected.exterior_sha256);
      check.same(`${field} holes`, polygon.holes.length, expected.holes.length);
      for (const [at, hole] of expected.holes.entries()) {
        await compareRing(check, `${field} hole ${at}`, polygon.holes[at]!, hole.points, hole.sha256);
      }
    } else {
      // Which of them were repaired is not said.
      check.near(`${field} area`, polygonArea(polygon), expected.area, REPAIRED_AREA);
    }
    check.same(`${field} bounds`, boundsOf(polygon), expected.bounds);
  }
}

async function compareRing(check: Check, field: string, ring: Ring | undefined, points: number, wanted: string) {
  if (!check.same(`${field} points`, ring && ring.length / 2, points)) return;
  check.same(field, await digest("SHA-256", (ring as Float64Array<ArrayBuffer>).slice().buffer), wanted);
}

/** minx, miny, maxx, maxy, as shapely lists them. */
export function boundsOf({ shell }: Polygon): number[] {
  const { x0, y0, x1, y1 } = ringBounds(shell);
  return [x0, y0, x1, y1];
}

/** A black and white PNG as a mask of 0 and 1. */
export async function readMask(png: File): Promise<Mask> {
  const { data, width, height } = await readPng(png);
  return { data: Uint8Array.from({ length: width * height }, (_, i) => (data[i * 4]! > 0 ? 1 : 0)), width, height };
}
