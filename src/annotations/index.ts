export { GeoJsonError } from "./errors.ts";
export { readContours } from "./read-contours.ts";
export { writeContours } from "./write-contours.ts";
