import { registerErrors, WsiError } from "#base";

/** The text is no GeoJSON, or holds a geometry that encloses no area. Say which file; retrying will not help. */
export class GeoJsonError extends WsiError {
  override readonly name = "GeoJsonError";
  /** Where in the file, e.g. "feature 3". Empty where it is the whole. */
  readonly place: string;
  constructor(place: string, detail: string, options?: ErrorOptions) {
    super(place ? `${place}: ${detail}` : detail, options);
    this.place = place;
  }
}

registerErrors({ GeoJsonError });
