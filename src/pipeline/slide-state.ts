import type { JobTask } from "./settings.ts";

/**
 * Where a slide stands.
 * `waiting` its turn · `working` · `done` · `warning` done, but something is to be known (no tissue, no patches, results of other
 * settings) · `failed`, see `error` · `needs_mpp`: nobody says how large a pixel is, or it cannot be, see `error`; `Job.giveMpp` it · `locked`: another
 * tab or program has it and did not finish · `cancelled` before it was done.
 */
export type SlideStatus = "waiting" | "working" | "done" | "warning" | "failed" | "needs_mpp" | "locked" | "cancelled";

/** TRIDENT's words for where a stage of a slide stands. */
export type StepStatus = "not_started" | "running" | "completed" | "skipped" | "error";

/** TRIDENT's words for why. */
export type StepReason =
  | "already_segmented"
  | "already_generated"
  | "already_extracted"
  | "locked"
  | "empty_geodataframe"
  | "geojson_not_found"
  | "coords_not_found";

/** Something a person should know though the stage went on. `app/` has a sentence for each. */
export type StepNotice =
  /** No tissue was found. */
  | { readonly kind: "no_tissue" }
  /** There is tissue, and no patch of it passes the settings. */
  | { readonly kind: "no_patches" }
  /** The result that was there is kept, though it was made with other settings: `changed` names them. */
  | { readonly kind: "other_settings"; readonly changed: readonly string[] }
  /** The contours that are there were edited by hand, and are kept. */
  | { readonly kind: "edited_contours" }
  /** The result that was there was made with other settings, or from other contours or coords, and has been made again. */
  | { readonly kind: "made_again"; readonly changed: readonly string[] }
  /** Features were begun on a device or with a batch size that cannot be had now, or of other coords or another model; they began anew. */
  | { readonly kind: "began_anew"; readonly rowsLost: number; readonly why: "device" | "batch" | "coords" | "model" }
  /** Features went on after this many rows that an earlier run had made. */
  | { readonly kind: "resumed"; readonly rows: number }
  /** The GPU was lost this many times; the run went on. */
  | { readonly kind: "gpu_lost"; readonly times: number };

/** One stage of one slide. */
export interface StepState {
  readonly status: StepStatus;
  readonly reason: StepReason | null;
  readonly notices: readonly StepNotice[];
  /** Tiles, patches or rows; both 0 before it is known. */
  readonly done: number;
  readonly total: number;
  readonly seconds: number;
}

/** A slide of a job as it stands now; a new object after each change. */
export interface SlideState {
  readonly name: string;
  readonly path: string;
  readonly status: SlideStatus;
  /** The stage it is in, or ended in. */
  readonly step: JobTask | undefined;
  readonly steps: Readonly<Record<JobTask, StepState>>;
  /** Contours found; undefined before that is known. */
  readonly contours: number | undefined;
  readonly patches: number | undefined;
  /** Why it failed: a typed error of the room that knows. */
  readonly error: Error | undefined;
  readonly seconds: number;
}
