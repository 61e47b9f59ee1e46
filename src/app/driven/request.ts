import type { JobTask, LockMaker, PatchSettings } from "#pipeline";

/** What the command line and the page that it drives say to each other. Plain data: it crosses as JSON. */

export type DrivenTask = JobTask;

/** What to do. */
export interface DrivenRequest {
  /** Path of the job folder on the page's own server. */
  readonly job: string;
  /** In whose name outputs are locked: the driver's. */
  readonly owner: LockMaker;
  /** What the slide input holds: paths below the folder of this name, in the input's order. */
  readonly input?: { readonly folder: string; readonly paths: readonly string[] };
  readonly slides:
    | { readonly kind: "sample" }
    /** The files in the slide input. */
    | {
        readonly kind: "folder";
        /** Slides in folders below it, too. */
        readonly nested: boolean;
        /** Only these, lower case, with the dot. */
        readonly extensions?: readonly string[];
        /**
         * Only these, with their µm per pixel where somebody said so: paths below the folder, with forward slashes. A
         * folder means the slides in it, any file of a DICOM series the series.
         */
        readonly list?: readonly { readonly path: string; readonly mpp?: number }[];
      };
  readonly tasks: readonly DrivenTask[];
  readonly holesAreTissue: boolean;
  readonly patches: PatchSettings;
  /** The name for the model in the model input, where its card gives none; undefined with no model there. */
  readonly encoderName?: string;
  readonly device: "auto" | "wasm";
  readonly batchLimit?: number;
  /** Threads that read slides. */
  readonly workers?: number;
  /** Properties that hold the pixel size, tried after the known ones. */
  readonly mppKeys?: readonly string[];
  /** Locks of other machines' programs are dead at this age; undefined: at the pipeline's own. */
  readonly deadLocksOlderThanHours?: number;
  /** Also draw, for each slide, how similar its patches are to the one at this place in level-0 pixels. */
  readonly similarTo?: { readonly x: number; readonly y: number };
  /** The options as they were typed, for the run's record. */
  readonly arguments: Readonly<Record<string, unknown>>;
}

/** How far it is. */
export interface DrivenProgress {
  /** 0 to 1. */
  readonly fraction: number;
  /** The slide that is worked on, counted from 1. */
  readonly slide: number;
  readonly slides: number;
  readonly name?: string;
  readonly step?: string;
  /** Tiles or patches of the step. */
  readonly done: number;
  readonly total: number;
  readonly patchesPerSecond?: number;
  readonly secondsLeft?: number;
  readonly slowest?: string;
  /** Where the encoder runs: "WebGPU", "WASM". */
  readonly device?: string;
}

/** A slide and what is to be said of it. */
export interface SlideWord {
  readonly path: string;
  readonly what: string;
}

/** How it ended. */
export interface DrivenOutcome {
  readonly status: "completed" | "cancelled" | "error";
  /** Why it ended early; undefined where it did not. */
  readonly stopped?: string;
  readonly total: number;
  readonly done: readonly string[];
  /** Done, with something to be known: no tissue, no patches. */
  readonly warned: readonly SlideWord[];
  /** A stage had nothing to go by: the one before it has not been run. */
  readonly lacking: readonly SlideWord[];
  readonly failed: readonly SlideWord[];
  /** Another program has them. */
  readonly locked: readonly SlideWord[];
  /** Patches embedded in this run. */
  readonly patches: number;
}

/** What the page offers to whoever drives it. */
export interface Driven {
  /** Once for each page. */
  process(request: DrivenRequest): Promise<DrivenOutcome>;
  /** Ends the job, or keeps it from beginning; what is done is kept. */
  cancel(): void;
}

declare global {
  var coverslipDriven: Driven;
  /** Set by the driver: whether the process that a lock names runs; undefined where it cannot tell. */
  var coverslipIsRunning: (maker: LockMaker) => Promise<boolean | undefined>;
  /** Set by the driver. */
  var coverslipProgress: ((progress: DrivenProgress) => void) | undefined;
}
