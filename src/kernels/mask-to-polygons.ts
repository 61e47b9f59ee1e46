import { roundHalfEven } from "#base";
import type { Mask } from "./mask.ts";
import { type Polygon, polygonArea, type Ring, ringArea } from "./polygon.ts";
import { loadPolygonMath, type PolygonMath } from "./polygon-math.ts";
import { resizeBilinear } from "./resize-bilinear.ts";
import { type Contour, traceContours } from "./trace-contours.ts";

/** Contours are followed on the mask at this height, whatever the slide's; the limits below are pixels of it. */
const TRACED_HEIGHT_PX = 2000;
/** Tissue must be larger than this, its holes not counted, and holes larger than that, to be kept. */
const MIN_TISSUE_PX = 1000;
const MIN_HOLE_PX = 4000;
/** Distances to grow by, tried in this order where an outline crosses itself. */
const REPAIR_DISTANCES = [0, 0.1, -0.1, 0.2] as const;

/** How `maskToPolygons` draws outlines. */
export interface OutlineOptions {
  /** Level-0 pixels per mask pixel. */
  readonly scaleToLevel0: number;
  /** How many holes each polygon may have, largest first. 0 fills them all, with what lies inside them. */
  readonly maxHoles: number;
}

/** What `maskToPolygons` finds. */
export interface Outlines {
  /** Valid, in level-0 pixels; whole numbers but for repaired ones. */
  readonly polygons: Polygon[];
  /** How many areas had an outline that crossed or touched itself. */
  readonly repaired: number;
}

/**
 * Outlines the areas of a mask in level-0 pixels, through the centres of their border pixels; small ones are left out.
 * The same polygons, in order, vertices and first points, as TRIDENT's `mask_to_gdf` with its defaults. An outline no
 * repair of TRIDENT's makes one valid polygon of (it raises) becomes several.
 */
export async function maskToPolygons(mask: Mask, { scaleToLevel0, maxHoles }: OutlineOptions): Promise<Outlines> {
  const stretch = TRACED_HEIGHT_PX / mask.height;
  const traced = resizeMask(mask, roundHalfEven(mask.width * stretch), roundHalfEven(mask.height * stretch));
  const level0PerPx = scaleToLevel0 / stretch;
  const contours = traceContours(traced, maxHoles === 0 ? "tree" : "two-level");
  const touches = new TouchTest(traced);
  const polygons: Polygon[] = [];
  let repaired = 0;
  for (const { shell, holes } of tissueOf(contours, maxHoles)) {
    const polygon = toLevel0(shell, holes, level0PerPx);
    // Enlarged, border pixels stay apart, so that only a pixel passed twice can spoil an outline: no need to ask.
    const surelyValid = level0PerPx >= 1 && !touches.anyTwice([shell, ...holes]);
    const math = surelyValid ? undefined : await loadPolygonMath();
    if (!math || math.isValid(polygon)) {
      polygons.push(polygon);
    } else {
      repaired++;
      polygons.push(...repair(polygon, math));
    }
  }
  return { polygons, repaired };
}

function resizeMask({ data, width, height }: Mask, toWidth: number, toHeight: number): Mask {
  if (width === toWidth && height === toHeight) return { data, width, height };
  // Between full and empty the resize makes greys; all of them count, so it must start from full, not from 1.
  const full = data.map((value) => (value === 0 ? 0 : 255));
  const resized = resizeBilinear({ data: full, width, height, channels: 1 }, toWidth, toHeight);
  return { data: resized.data as Uint8Array<ArrayBuffer>, width: toWidth, height: toHeight };
}

interface Tissue {
  readonly shell: Int32Array;
  readonly holes: readonly Int32Array[];
}

/** The contours at the top that are large enough, with their large holes. */
function tissueOf(contours: readonly Contour[], maxHoles: number): Tissue[] {
  const found: Tissue[] = [];
  const areas = contours.map(({ points }) => Math.abs(ringArea(points)));
  const holesOf = new Map<number, number[]>();
  contours.forEach(({ parent }, index) => {
    if (parent === -1) return;
    const siblings = holesOf.get(parent);
    if (siblings) siblings.push(index);
    else holesOf.set(parent, [index]);
  });
  contours.forEach(({ points, parent }, index) => {
    if (parent !== -1) return;
    const holes = holesOf.get(index) ?? [];
    const netArea = holes.reduce((area, hole) => area - areas[hole]!, areas[index]!);
    if (netArea <= MIN_TISSUE_PX) return;
    const kept = holes
      .filter((hole) => areas[hole]! > MIN_HOLE_PX)
      .sort((a, b) => areas[b]! - areas[a]!)
      .slice(0, maxHoles);
    found.push({ shell: points, holes: kept.map((hole) => contours[hole]!.points) });
  });
  return found;
}

function toLevel0(shell: Int32Array, holes: readonly Int32Array[], level0PerPx: number): Polygon {
  return { shell: toRing(shell, level0PerPx), holes: holes.map((hole) => toRing(hole, level0PerPx)) };
}

/** Cut to whole level-0 pixels and closed, unless cutting already made the last point the first. */
function toRing(points: Int32Array, level0PerPx: number): Ring {
  const ring = new Float64Array(points.length + 2);
  for (let i = 0; i < points.length; i++) ring[i] = Math.trunc(points[i]! * level0PerPx);
  const last = points.length - 2;
  if (ring[last] === ring[0] && ring[last + 1] === ring[1]) return ring.slice(0, points.length);
  ring[last + 2] = ring[0]!;
  ring[last + 3] = ring[1]!;
  return ring;
}

function repair(polygon: Polygon, math: PolygonMath): Polygon[] {
  for (const distance of REPAIR_DISTANCES) {
    const grown = math.buffer(polygon, distance);
    if (grown.length === 1 && math.isValid(grown[0]!)) return grown;
  }
  return math.repair(polygon).filter((part) => polygonArea(part) > 0);
}

/** Tells whether contours of one mask pass a pixel twice. */
class TouchTest {
  readonly #width: number;
  readonly #seen: Uint8Array;

  constructor({ width, height }: Mask) {
    this.#width = width;
    this.#seen = new Uint8Array(width * height);
  }

  anyTwice(contours: readonly Int32Array[]): boolean {
    const seen = this.#seen;
    let twice = false;
    for (const points of contours) {
      for (let i = 0; i < points.length; i += 2) {
        const at = points[i + 1]! * this.#width + points[i]!;
        if (seen[at] === 1) twice = true;
        seen[at] = 1;
      }
    }
    for (const points of contours) {
      for (let i = 0; i < points.length; i += 2) seen[points[i + 1]! * this.#width + points[i]!] = 0;
    }
    return twice;
  }
}
