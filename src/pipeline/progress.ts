import type { JobTask } from "./settings.ts";

/** Where time goes while features are made. */
export type Bottleneck = "reading" | "preprocessing" | "model" | "writing";

/** Seconds of wall time, by what the pipeline was waiting for; for benches. */
export interface StageSeconds {
  readonly opening: number;
  readonly segmentation: number;
  readonly coords: number;
  readonly features: number;
  /** Within features: the encoder stood idle because patches were not there yet. */
  readonly waitingForPatches: number;
  /** Within features: patches were ready and the encoder was at work. */
  readonly waitingForModel: number;
  /** Sum over threads: decoding regions in the slide workers. */
  readonly reading: number;
  /** Sum over threads: resizing patches. */
  readonly preprocessing: number;
  /** The encoder at work. */
  readonly model: number;
  /** Row log and finished files. */
  readonly writing: number;
}

/** How far a job is. */
export interface JobProgress {
  /** Slides that need nothing more of this run, failed ones among them. */
  readonly done: number;
  readonly total: number;
  /** 0 to 1 over all slides and stages. */
  readonly fraction: number;
  /** What is being done now, or waited for. */
  readonly current:
    | {
        readonly name: string;
        readonly path: string;
        readonly step: JobTask;
        readonly done: number;
        readonly total: number;
        /** Another tab or program is at that stage of the slide: this run looks again and again. */
        readonly isElsewhere: boolean;
      }
    | undefined;
  /** Patches embedded by this run. */
  readonly patches: number;
  /** Over the last seconds; undefined while none are embedded. */
  readonly patchesPerSecond: number | undefined;
  readonly slideSecondsLeft: number | undefined;
  readonly secondsLeft: number | undefined;
  readonly slowest: Bottleneck | undefined;
  readonly seconds: StageSeconds;
  /** Where the encoder runs, once it is open. */
  readonly encoder:
    | {
        readonly device: "webgpu" | "wasm";
        readonly reason: string;
        readonly adapter: string;
        readonly batchSize: number;
      }
    | undefined;
}

/** How a run ended. Slides that failed do not make it an error: see `failed`. */
export interface JobOutcome {
  /** "error": the whole job stopped (no space, permission or folder gone, or a slide failed without `skipErrors`). */
  readonly status: "completed" | "cancelled" | "error";
  readonly error: Error | undefined;
  readonly runId: string;
  /** Paths of slides, by how they ended. */
  readonly done: readonly string[];
  readonly warned: readonly string[];
  readonly failed: readonly string[];
  readonly needMpp: readonly string[];
  readonly locked: readonly string[];
  readonly cancelled: readonly string[];
  readonly progress: JobProgress;
}
