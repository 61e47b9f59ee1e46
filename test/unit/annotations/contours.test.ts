import { existsSync, readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { GeoJsonError, readContours, writeContours } from "#annotations";
import type { Polygon } from "#kernels";
import { gdalNumber } from "../../../src/annotations/gdal-number.ts";

const truth = process.env.COVERSLIP_TRIDENT ?? new URL("../../../../shared/trident-truth", import.meta.url).pathname;
const isThere = existsSync(truth);
if (!isThere) console.log(`skipped: ${truth} is not there`);

const square = {
  type: "Polygon",
  coordinates: [
    [
      [0, 0],
      [4, 0],
      [4, 4],
      [0, 0],
    ],
    [
      [1, 1],
      [2, 1],
      [2, 2],
      [1, 1],
    ],
  ],
};
const squarePolygon: Polygon = {
  shell: Float64Array.of(0, 0, 4, 0, 4, 4, 0, 0),
  holes: [Float64Array.of(1, 1, 2, 1, 2, 2, 1, 1)],
};

function read(value: unknown): Polygon[] {
  return readContours(JSON.stringify(value));
}

describe("writing contours", () => {
  it("gives GDAL's text", () => {
    expect(writeContours('a "b"', [squarePolygon])).toBe(`{
"type": "FeatureCollection",
"name": "a \\"b\\"",
"crs": { "type": "name", "properties": { "name": "urn:ogc:def:crs:EPSG::3857" } },
"features": [
{ "type": "Feature", "properties": { "tissue_id": 0 }, "geometry": { "type": "Polygon", "coordinates": [ [ [ 0.0, 0.0 ], [ 4.0, 0.0 ], [ 4.0, 4.0 ], [ 0.0, 0.0 ] ], [ [ 1.0, 1.0 ], [ 2.0, 1.0 ], [ 2.0, 2.0 ], [ 1.0, 1.0 ] ] ] } }
]
}
`);
  });

  it("has an empty line where there is no tissue", () => {
    expect(writeContours("a", [])).toContain('"features": [\n\n]\n}\n');
  });

  // Printed by GDAL 3.12.4 through geopandas 1.2.0.
  it.each([
    [0.1, "0.1"],
    [1 / 3, "0.333333333333333"],
    [(2 / 3) * 1000, "666.666666666666629"],
    [12345.678901234567, "12345.678901234567093"],
    [1e-7, "0.0000001"],
    [123456789.12345679, "123456789.123456791043282"],
    [0.1 + 0.2, "0.3"],
    [99999.99999999999, "99999.999999999985448"],
    [5e-324, "0.0"],
    [1e20, "100000000000000000000.0"],
    [123456789012345680, "123456789012345680.0"],
    [-0, "-0.0"],
    [-3.5, "-3.5"],
    [100000.1, "100000.1"],
    [1e5 / 7, "14285.714285714286234"],
    [33.333333333333336, "33.333333333333336"],
    [2.0000000000000004, "2.0"],
    [4999.999999999999, "4999.999999999999091"],
    [40000.00000000001, "40000.000000000007276"],
    [0.1 + 0.7, "0.8"],
    [1e17 / 3, "33333333333333332.0"],
    [1.2696685791015625, "1.269668579101562"],
    [1.5 + 3 / 2 ** 16, "1.500045776367188"],
  ])("prints %d as GDAL does", (value, text) => {
    expect(gdalNumber(value)).toBe(text);
  });
});

describe("reading contours", () => {
  const feature = { type: "Feature", properties: { classification: { name: "Tumor" } }, geometry: square };
  it.each<[string, unknown, number]>([
    ["a FeatureCollection", { type: "FeatureCollection", features: [feature, feature] }, 2],
    ["a Feature", feature, 1],
    ["a bare array of Features", [feature, feature, feature], 3],
    ["a geometry", square, 1],
    ["a MultiPolygon", { type: "MultiPolygon", coordinates: [square.coordinates, square.coordinates] }, 2],
    [
      "a GeometryCollection",
      { type: "GeometryCollection", geometries: [square, { type: "Point", coordinates: [1, 2] }] },
      1,
    ],
    ["a Feature without a geometry", { type: "Feature", properties: {}, geometry: null }, 0],
    ["an empty polygon", { type: "Polygon", coordinates: [] }, 0],
    [
      "lines and points",
      [
        {
          type: "LineString",
          coordinates: [
            [0, 0],
            [1, 1],
          ],
        },
        { type: "MultiPoint", coordinates: [] },
      ],
      0,
    ],
    ["nothing", { type: "FeatureCollection", features: [] }, 0],
  ])("understands %s", (_, value, count) => {
    expect(read(value)).toEqual(Array.from({ length: count }, () => squarePolygon));
  });

  it("closes rings, and leaves out a third coordinate", () => {
    const [polygon] = read({
      type: "Polygon",
      coordinates: [
        [
          [0, 0, 7],
          [4.5, 0, 7],
          [4, 4, 7],
        ],
      ],
    });
    expect(polygon).toEqual({ shell: Float64Array.of(0, 0, 4.5, 0, 4, 4, 0, 0), holes: [] });
  });

  it("is not disturbed by a byte order mark", () => {
    expect(readContours(`\uFEFF${JSON.stringify(square)}`)).toEqual([squarePolygon]);
  });

  it.each<[string, string]>([
    ["no JSON", "it is not JSON"],
    ["3", "it is not GeoJSON"],
    ['{"type":"Topology"}', 'it is not GeoJSON (type "Topology")'],
    ['{"type":"FeatureCollection"}', "features: a list is missing"],
    [
      '{"type":"FeatureCollection","features":[{"type":"Feature","geometry":{"type":"Polygon","coordinates":[[[1]]]}}]}',
      "feature 0: a point is not two numbers",
    ],
    ['{"type":"Polygon","coordinates":[[["a","b"]]]}', "a point is not two numbers"],
  ])("refuses %s", (text, message) => {
    expect(() => readContours(text)).toThrow(GeoJsonError);
    expect(() => readContours(text)).toThrow(message);
  });
});

describe.skipIf(!isThere)("TRIDENT's files", () => {
  const paths = isThere
    ? ["contours", "seg"].flatMap((folder) =>
        readdirSync(`${truth}/${folder}`)
          .filter((name) => name.endsWith(".geojson"))
          .map((name) => `${folder}/${name}`),
      )
    : [];

  it.each(paths)("%s is read, and written again as it was", (path) => {
    const text = readFileSync(`${truth}/${path}`, "utf8");
    const polygons = readContours(text);
    const parsed = JSON.parse(text);
    const counts = (value: { type: string; coordinates: unknown[] }) =>
      value.type === "MultiPolygon" ? value.coordinates.length : 1;
    const expected = parsed.features.reduce(
      (sum: number, { geometry }: { geometry: { type: string; coordinates: unknown[] } }) => sum + counts(geometry),
      0,
    );
    expect(polygons).toHaveLength(expected);
    // Those in contours/ were made by hand; those in seg/ are GDAL's own text.
    if (path.startsWith("seg/")) expect(writeContours(parsed.name, polygons)).toBe(text);
    else expect(readContours(writeContours("x", polygons))).toEqual(polygons);
  });
});
