import type { Polygon, Ring } from "#kernels";
import { GeoJsonError } from "./errors.ts";

/**
 * The areas of a GeoJSON text, in its order: of TRIDENT, QuPath, GDAL or any other program.
 * Understood are a FeatureCollection, a Feature, a bare geometry, an array of any of these, MultiPolygon and
 * GeometryCollection; only geometry is used. Rings are closed where they are not; a third coordinate is left out.
 * Points and lines, which QuPath's files may hold too, enclose nothing and are passed over.
 *
 * @returns polygons in the text's own frame, which is level-0 pixels.
 * @throws {GeoJsonError} where it is no GeoJSON or a ring is not made of numbers.
 */
export function readContours(text: string): Polygon[] {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text.replace(/^\uFEFF/, ""));
  } catch (thrown) {
    throw new GeoJsonError("", "it is not JSON", { cause: thrown });
  }
  return [...polygonsOf(parsed, "")];
}

function* polygonsOf(value: unknown, place: string): Generator<Polygon> {
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) yield* polygonsOf(item, joined(place, `item ${index}`));
    return;
  }
  const object = objectOf(value);
  switch (object?.type) {
    case "FeatureCollection":
      for (const [index, feature] of arrayOf(object.features, joined(place, "features")).entries()) {
        yield* polygonsOf(feature, joined(place, `feature ${index}`));
      }
      return;
    case "Feature":
      // A feature without a geometry is allowed, and says nothing here.
      if (object.geometry !== null && object.geometry !== undefined) yield* polygonsOf(object.geometry, place);
      return;
    case "GeometryCollection":
      for (const geometry of arrayOf(object.geometries, joined(place, "geometries")))
        yield* polygonsOf(geometry, place);
      return;
    case "MultiPolygon":
      for (const rings of arrayOf(object.coordinates, place)) yield* polygonOf(rings, place);
      return;
    case "Polygon":
      yield* polygonOf(object.coordinates, place);
      return;
    case "Point":
    case "MultiPoint":
    case "LineString":
    case "MultiLineString":
      return;
    default:
      throw new GeoJsonError(place, `it is not GeoJSON (type ${JSON.stringify(object?.type)})`);
  }
}

/** One polygon, or none: a polygon without rings is GeoJSON's empty one. */
function* polygonOf(coordinates: unknown, place: string): Generator<Polygon> {
  const [shell, ...holes] = arrayOf(coordinates, place).map((ring) => ringOf(ring, place));
  if (shell && shell.length > 0) yield { shell, holes: holes.filter((hole) => hole.length > 0) };
}

function ringOf(value: unknown, place: string): Ring {
  const points = arrayOf(value, place);
  const ring: number[] = [];
  for (const point of points) {
    const [x, y] = arrayOf(point, place);
    if (!Number.isFinite(x) || !Number.isFinite(y)) throw new GeoJsonError(place, "a point is not two numbers");
    ring.push(x as number, y as number);
  }
  if (ring.length > 0 && (ring[0] !== ring.at(-2) || ring[1] !== ring.at(-1))) ring.push(ring[0]!, ring[1]!);
  return Float64Array.from(ring);
}

function objectOf(value: unknown): Record<string, unknown> | undefined {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : undefined;
}

function arrayOf(value: unknown, place: string): unknown[] {
  if (!Array.isArray(value)) throw new GeoJsonError(place, "a list is missing");
  return value;
}

function joined(place: string, part: string): string {
  return place ? `${place}, ${part}` : part;
}
