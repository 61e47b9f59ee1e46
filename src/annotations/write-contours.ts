import type { Polygon, Ring } from "#kernels";
import { gdalNumber } from "./gdal-number.ts";

// GDAL writes coordinates of EPSG:3857 with this name. Pixels have no such thing; TRIDENT puts it there to silence warnings.
const CRS = '{ "type": "name", "properties": { "name": "urn:ogc:def:crs:EPSG::3857" } }';

/**
 * Contours as GDAL's GeoJSON driver writes them, which is how TRIDENT's files look, byte for byte: one feature a line,
 * coordinates with one decimal, `tissue_id` counting from 0.
 *
 * @param name - of the slide, without extension.
 * @param polygons - in level-0 pixels.
 */
export function writeContours(name: string, polygons: readonly Polygon[]): string {
  const features = polygons.map(({ shell, holes }, id) => {
    const rings = [shell, ...holes].map(ringText).join(", ");
    return `{ "type": "Feature", "properties": { "tissue_id": ${id} }, "geometry": { "type": "Polygon", "coordinates": [ ${rings} ] } }`;
  });
  return `{
"type": "FeatureCollection",
"name": ${JSON.stringify(name)},
"crs": ${CRS},
"features": [
${features.join(",\n")}
]
}
`;
}

function ringText(ring: Ring): string {
  const points: string[] = [];
  for (let i = 0; i < ring.length; i += 2) points.push(`[ ${gdalNumber(ring[i]!)}, ${gdalNumber(ring[i + 1]!)} ]`);
  return `[ ${points.join(", ")} ]`;
}
