import type { Slide } from "#slide";
import type { Folder } from "#storage";
import type { JobEngines } from "./engines.ts";
import type { Meter } from "./meter.ts";
import type { JobSettings, JobTask } from "./settings.ts";
import type { SlideRecord } from "./slide-record.ts";
import type { SlideScale } from "./slide-scale.ts";
import type { StepNotice, StepReason } from "./slide-state.ts";

/** A slide that a job has in its hands. */
export interface OpenedSlide {
  readonly slide: Slide;
  readonly scale: SlideScale;
}

/** All that a step is given. */
export interface StepContext {
  readonly folder: Folder;
  readonly settings: JobSettings;
  readonly engines: JobEngines;
  readonly meter: Meter;
  /** Names the outputs. */
  readonly stem: string;
  readonly path: string;
  /** µm per level-0 pixel, where a person or a CSV said so. */
  readonly givenMpp: number | undefined;
  readonly coordsFolder: string;
  /** The id of the encoder's card; "" where no features are asked for. */
  readonly encoderId: string;
  /** The job folder's id, for names outside it. */
  readonly jobId: string;
  readonly record: SlideRecord;
  /** Changes the record on disk; `record` stays as it was when the step began. */
  changeRecord(change: (record: SlideRecord) => void): Promise<void>;
  /** Opens the slide at first use. @throws {MissingMppError} */
  open(): Promise<OpenedSlide>;
  /** Aborts when the job does, or when the step's lock is lost. */
  readonly signal: AbortSignal;
  /** Before a finished output is put in its place: nobody has cancelled, and the lock must still be ours. */
  checkLock(): Promise<void>;
  report(done: number, total: number): void;
  notice(notice: StepNotice): void;
  /** What the app shows beside the slide. */
  count(counts: { readonly contours?: number; readonly patches?: number }): void;
}

/** Paths by the names that `wsi_states` has for them. */
export type StepOutputs = Readonly<Record<string, string | null>>;

/** What is to be done about a step before it is locked. */
export type StepVerdict =
  /** There is a result, and it is kept. */
  | {
      readonly kind: "done";
      readonly reason: StepReason;
      readonly message: string;
      readonly notices: readonly StepNotice[];
    }
  /** Something it needs is not there. */
  | { readonly kind: "cannot"; readonly reason: StepReason; readonly message: string; readonly outputs: StepOutputs }
  /** `changed`: there is a result made with other settings; undefined where there is none. */
  | { readonly kind: "todo"; readonly changed: readonly string[] | undefined };

/** How a step ended well. */
export interface StepResult {
  readonly reason?: StepReason;
  readonly message: string;
}

/** One stage of the pipeline, for one slide at a time. */
export interface Step {
  readonly task: JobTask;
  /** The output that is locked, and whose presence says that the step is done. */
  lockedOutput(context: StepContext): string;
  /** Recorded when the step ends, well or not. */
  outputs(context: StepContext): StepOutputs;
  /** Looks at what is there; `isLocked` tells whether somebody else is at the output. */
  inspect(context: StepContext, isLocked: boolean): Promise<StepVerdict>;
  run(context: StepContext): Promise<StepResult>;
}
