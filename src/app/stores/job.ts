import type { JobOutcome, JobProgress, SlideState } from "#pipeline";
import type { Failure } from "../failures/failure.ts";
import { createStore, type StoreApi } from "./store.ts";

/** Where results go. */
export interface Place {
  readonly kind: "browser" | "folder";
  readonly name: string;
}

/** A job that was under way when the page was left. */
export interface Unfinished {
  readonly names: readonly string[];
}

export interface JobState {
  readonly place: Place;
  /** What an opened folder holds; undefined while none was looked into. */
  readonly held: { readonly slides: number; readonly contours: number; readonly features: number } | undefined;
  readonly phase: "nothing" | "starting" | "working" | "cancelling" | "ended";
  readonly slides: readonly SlideState[];
  readonly progress: JobProgress | undefined;
  readonly outcome: JobOutcome | undefined;
  /** Why the whole job stopped, or why the folder cannot be gone on from. */
  readonly failure: Failure | undefined;
  readonly unfinished: Unfinished | undefined;
  /** Slides that a person must open again before the unfinished job can go on. */
  readonly awaited: readonly string[];
  /** Free bytes, as far as the browser tells. */
  readonly freeBytes: number | undefined;
  readonly packing: boolean;
}

export const BROWSER_PLACE: Place = { kind: "browser", name: "" };

export type JobStore = StoreApi<JobState>;

export function createJobStore(): JobStore {
  return createStore<JobState>()(() => ({
    place: BROWSER_PLACE,
    held: undefined,
    phase: "nothing",
    slides: [],
    progress: undefined,
    outcome: undefined,
    failure: undefined,
    unfinished: undefined,
    awaited: [],
    freeBytes: undefined,
    packing: false,
  }));
}

/** Whether there is something to be seen of a job: one that runs or ran, was left in the middle, or lies in a folder. */
export function hasJob({ phase, unfinished, held }: JobState): boolean {
  return phase !== "nothing" || unfinished !== undefined || held !== undefined;
}

export function isRunning({ phase }: JobState): boolean {
  return phase === "starting" || phase === "working" || phase === "cancelling";
}

/** Whether a slide of the job stands still for a reason that another try may find gone. */
export function canRetry({ status }: SlideState): boolean {
  return status === "failed" || status === "locked" || status === "needs_mpp";
}

/** Whether a run left slides to be gone on with: it was cancelled, or one before it was and this did others. */
export function hasRest({ status, cancelled }: JobOutcome): boolean {
  return status === "cancelled" || cancelled.length > 0;
}

/** Which slide is worked on, counted from 1. */
export function slideNumber({ done, total }: JobProgress): number {
  return Math.min(done + 1, total);
}

/** Whole per cent of the running job; undefined while none runs. */
export function percentOf(state: JobState): number | undefined {
  return isRunning(state) ? Math.floor((state.progress?.fraction ?? 0) * 100) : undefined;
}
