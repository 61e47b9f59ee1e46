import { PolygonError } from "./errors.ts";
import type { Polygon, Ring } from "./polygon.ts";

/** Polygon arithmetic by GEOS, as shapely does it. Every call is immediate; results share nothing with the inputs. */
export interface PolygonMath {
  /** No ring crosses itself or another, holes lie inside. Shapely's `is_valid`. */
  isValid(polygon: Polygon): boolean;
  /** Grown or, below 0, shrunk by a distance; 0 dissolves self-crossings. Shapely's `buffer(distance)`. */
  buffer(polygon: Polygon, distance: number): Polygon[];
  /** Douglas-Peucker that keeps the topology. Shapely's `simplify(tolerance)`. */
  simplify(polygon: Polygon, tolerance: number): Polygon;
  /** What any of them covers, as polygons that do not overlap. Shapely's `unary_union`. @throws {PolygonError} */
  union(polygons: readonly Polygon[]): Polygon[];
  /** What lies inside by the even-odd rule, as valid polygons. Shapely's `make_valid`, its areas alone. */
  repair(polygon: Polygon): Polygon[];
}

let loading: Promise<PolygonMath> | undefined;

/**
 * Loads GEOS, once per thread. Its code is large (0.8 MB on the wire) and its calls take time: for workers.
 * decisions/0004-polygon-arithmetic.md says why GEOS.
 */
export function loadPolygonMath(): Promise<PolygonMath> {
  loading ??= load();
  return loading;
}

type Geos = Awaited<ReturnType<typeof import("geos-wasm").default>>;
/** An address in GEOS's memory; 0 is its way to say that something failed. */
type Pointer = number;

/** Segments of a quarter circle in shapely's `buffer`. */
const QUADRANT_SEGMENTS = 16;
const POLYGON = 3;

async function load(): Promise<PolygonMath> {
  let said = "";
  const { default: initGeos } = await import("geos-wasm");
  const geos = await initGeos({
    errorHandler: (message: string) => {
      said = message;
    },
    noticeHandler: () => {},
  });

  /** Runs one operation on polygons: brings them in, takes the polygons of the result out, frees both. */
  function run(operation: string, polygons: readonly Polygon[], compute: (given: Pointer) => Pointer): Polygon[] {
    said = "";
    const given = writePolygons(geos, polygons);
    try {
      const result = given && compute(given);
      if (!result) throw new PolygonError(operation, said || "not enough points, or not closed");
      try {
        return readPolygons(geos, result);
      } finally {
        geos.GEOSGeom_destroy(result);
      }
    } finally {
      if (given) geos.GEOSGeom_destroy(given);
    }
  }

  return {
    isValid(polygon) {
      const given = writePolygons(geos, [polygon]);
      if (!given) return false;
      const valid = geos.GEOSisValid(given) === 1;
      geos.GEOSGeom_destroy(given);
      return valid;
    },
    buffer: (polygon, distance) =>
      run("buffer", [polygon], (given) => geos.GEOSBuffer(given, distance, QUADRANT_SEGMENTS)),
    simplify(polygon, tolerance) {
      const [simple] = run("simplify", [polygon], (given) => geos.GEOSTopologyPreserveSimplify(given, tolerance));
      return simple ?? polygon;
    },
    union: (polygons) => (polygons.length === 0 ? [] : run("union", polygons, (given) => geos.GEOSUnaryUnion(given))),
    repair: (polygon) => run("repair", [polygon], (given) => geos.GEOSMakeValid(given)),
  };
}

/** One polygon as itself, several as a collection; 0 where a ring is none. */
function writePolygons(geos: Geos, polygons: readonly Polygon[]): Pointer {
  const pointers = writeEach(geos, polygons, writePolygon);
  if (!pointers) return 0;
  if (pointers.length === 1) return pointers[0]!;
  return withPointers(geos, pointers, (list) => geos.GEOSGeom_createCollection(7, list, pointers.length));
}

function writePolygon(geos: Geos, { shell, holes }: Polygon): Pointer {
  const rings = writeEach(geos, [shell, ...holes], writeRing);
  if (!rings) return 0;
  // The polygon owns its rings from here on.
  const [outer, ...inner] = rings as [Pointer, ...Pointer[]];
  return withPointers(geos, inner, (list) => geos.GEOSGeom_createPolygon(outer, list, inner.length));
}

/** All of them, or none where one fails. */
function writeEach<Shape>(
  geos: Geos,
  shapes: readonly Shape[],
  write: (geos: Geos, shape: Shape) => Pointer,
): Pointer[] | undefined {
  const pointers: Pointer[] = [];
  for (const shape of shapes) {
    const pointer = write(geos, shape);
    if (!pointer) {
      for (const written of pointers) geos.GEOSGeom_destroy(written);
      return undefined;
    }
    pointers.push(pointer);
  }
  return pointers;
}

function writeRing(geos: Geos, ring: Ring): Pointer {
  const buffer = geos.Module._malloc(ring.byteLength);
  geos.Module.HEAPF64.set(ring, buffer / 8);
  const sequence = geos.GEOSCoordSeq_copyFromBuffer(buffer, ring.length / 2, 0, 0);
  geos.Module._free(buffer);
  return geos.GEOSGeom_createLinearRing(sequence);
}

function withPointers(geos: Geos, pointers: readonly Pointer[], use: (list: Pointer) => Pointer): Pointer {
  const list = geos.Module._malloc(Math.max(1, pointers.length) * 4);
  geos.Module.HEAPU32.set(pointers, list / 4);
  const result = use(list);
  geos.Module._free(list);
  return result;
}

/** The polygons of a geometry, those of nested collections included; points and lines are of no area and left out. */
function readPolygons(geos: Geos, geometry: Pointer): Polygon[] {
  if (geos.GEOSGeomTypeId(geometry) === POLYGON) {
    if (geos.GEOSisEmpty(geometry)) return [];
    const holes = geos.GEOSGetNumInteriorRings(geometry);
    return [
      {
        shell: readRing(geos, geos.GEOSGetExteriorRing(geometry)),
        holes: Array.from({ length: holes }, (_, index) => readRing(geos, geos.GEOSGetInteriorRingN(geometry, index))),
      },
    ];
  }
  const parts = geos.GEOSGetNumGeometries(geometry);
  // A point or a line is its own only part.
  if (parts === 1 && geos.GEOSGetGeometryN(geometry, 0) === geometry) return [];
  return Array.from({ length: parts }, (_, index) => readPolygons(geos, geos.GEOSGetGeometryN(geometry, index))).flat();
}

function readRing(geos: Geos, ring: Pointer): Ring {
  const points = geos.GEOSGeomGetNumPoints(ring);
  const buffer = geos.Module._malloc(points * 16);
  geos.GEOSCoordSeq_copyToBuffer(geos.GEOSGeom_getCoordSeq(ring), buffer, 0, 0);
  // The heap may have moved: its views are asked for anew.
  const copy = geos.Module.HEAPF64.slice(buffer / 8, buffer / 8 + points * 2);
  geos.Module._free(buffer);
  return copy;
}
