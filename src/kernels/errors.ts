import { registerErrors, WsiError } from "#base";

/** Polygon arithmetic has no answer, as the polygon crosses itself or is none. `repair` it first. */
export class PolygonError extends WsiError {
  override readonly name = "PolygonError";
  /** What GEOS said. */
  readonly detail: string;
  constructor(operation: string, detail: string, options?: ErrorOptions) {
    super(`${operation} of a polygon failed: ${detail}`, options);
    this.detail = detail;
  }
}

registerErrors({ PolygonError });
