export { compositeOver } from "./composite.ts";
export { cropToContent } from "./crop-content.ts";
export { darkenCorner, drawClosedLine, drawRectangle, type Rgb } from "./draw-lines.ts";
export { PolygonError } from "./errors.ts";
export {
  coveredAreas,
  findCoveredSquares,
  findTouchedSquares,
  listEdges,
  markCovered,
  type OutlineEdges,
  type SquareGrid,
} from "./grid-cover.ts";
export { createMask, type Mask, pasteTile } from "./mask.ts";
export { maskToPolygons, type OutlineOptions, type Outlines } from "./mask-to-polygons.ts";
export { type OtsuTissue, otsuTissue } from "./otsu-tissue.ts";
export { type Bounds, type Polygon, polygonArea, type Ring, ringArea, ringBounds } from "./polygon.ts";
export { loadPolygonMath, type PolygonMath } from "./polygon-math.ts";
export {
  type BandedImage8,
  type Image8,
  type ResizeBox,
  reduceByBox,
  resizePillow,
  resizePillowRgb,
} from "./resize.ts";
export { resizeBilinear, resizeBilinearBands } from "./resize-bilinear.ts";
export type { ResizeFilter } from "./resize-taps.ts";
export { shrinkRgba } from "./shrink-rgba.ts";
