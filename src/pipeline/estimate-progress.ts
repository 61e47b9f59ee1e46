import type { PatchEncoder } from "#models";
import type { Meter } from "./meter.ts";
import type { JobProgress } from "./progress.ts";
import type { JobTask } from "./settings.ts";
import type { SlideState, StepState } from "./slide-state.ts";

/** Rough shares of a slide's time, where all stages are asked for: only the bar's evenness depends on them. */
const WEIGHTS: Readonly<Record<JobTask, number>> = { segmentation: 10, coords: 2, features: 88 };

/** How far a job is, and how long it will take, from its slides' states and what was measured. */
export function estimateProgress(
  slides: readonly SlideState[],
  tasks: readonly JobTask[],
  meter: Meter,
  encoder: PatchEncoder | undefined,
): JobProgress {
  const working = slides.find(({ status }) => status === "working");
  const ended = slides.filter(hasEnded);
  const waiting = slides.length - ended.length - (working ? 1 : 0);
  const fractions = slides.map((slide) => (hasEnded(slide) ? 1 : fractionOf(slide, tasks)));
  const elsewhere = working ? findElsewhere(working, tasks) : findAwaited(slides, tasks);
  const { patchesPerSecond } = meter;
  const slideSecondsLeft = working && secondsLeftOf(working, tasks, patchesPerSecond);
  return {
    done: ended.length,
    total: slides.length,
    fraction: slides.length ? fractions.reduce((sum, part) => sum + part, 0) / slides.length : 1,
    current: elsewhere ?? (working && atWork(working)),
    patches: meter.patches,
    patchesPerSecond: working?.step === "features" && !elsewhere ? patchesPerSecond : undefined,
    slideSecondsLeft,
    secondsLeft: secondsLeftOfAll(slides, working, slideSecondsLeft, waiting),
    slowest: elsewhere ? undefined : meter.slowest,
    seconds: meter.seconds,
    encoder: encoder && {
      device: encoder.device,
      reason: encoder.deviceReason,
      adapter: encoder.choice.adapter,
      batchSize: encoder.batchSize,
    },
  };
}

type Current = JobProgress["current"];

function atWork({ name, path, step, steps }: SlideState): Current {
  if (!step) return undefined;
  const { done, total } = steps[step];
  return { name, path, step, done, total, isElsewhere: false };
}

/** The stage of a slide that others have; undefined where none is known to be with them. */
function findElsewhere({ name, path, step, steps }: SlideState, tasks: readonly JobTask[]): Current {
  const locked = tasks.find((task) => steps[task].reason === "locked");
  // Looked at again, it comes by its earlier stages first; one of those may have to be made anew.
  if (!locked || (step && steps[step].status === "running")) return undefined;
  return { name, path, step: locked, done: 0, total: 0, isElsewhere: true };
}

/** Where all that is left is with others: the first of it. */
function findAwaited(slides: readonly SlideState[], tasks: readonly JobTask[]): Current {
  const left = slides.filter((slide) => !hasEnded(slide));
  return left.every((slide) => findElsewhere(slide, tasks)) ? left[0] && findElsewhere(left[0], tasks) : undefined;
}

function hasEnded({ status }: SlideState): boolean {
  return status !== "working" && status !== "waiting";
}

function fractionOf(slide: SlideState, tasks: readonly JobTask[]): number {
  let done = 0;
  let all = 0;
  for (const task of tasks) {
    all += WEIGHTS[task];
    done += WEIGHTS[task] * shareOf(slide.steps[task]);
  }
  return all > 0 ? done / all : 0;
}

function shareOf({ status, reason, done, total }: StepState): number {
  if (reason === "locked") return 0;
  if (status === "completed" || status === "skipped" || status === "error") return 1;
  return total > 0 ? done / total : 0;
}

/** Of the slide at work: from the speed while it is embedded, else from how far it is. */
function secondsLeftOf(slide: SlideState, tasks: readonly JobTask[], patchesPerSecond: number | undefined) {
  const { features } = slide.steps;
  if (slide.step === "features" && features.total > 0 && patchesPerSecond) {
    return (features.total - features.done) / patchesPerSecond;
  }
  if (tasks.includes("features") && slide.patches !== undefined && patchesPerSecond) {
    return slide.patches / patchesPerSecond;
  }
  return undefined;
}

/** Slides that wait are taken to need what those before them needed. */
function secondsLeftOfAll(
  slides: readonly SlideState[],
  working: SlideState | undefined,
  slideSecondsLeft: number | undefined,
  waiting: number,
): number | undefined {
  if (!working && waiting === 0) return 0;
  const worked = slides.filter(({ status, seconds }) => (status === "done" || status === "warning") && seconds > 0);
  const mean = worked.reduce((sum, { seconds }) => sum + seconds, 0) / worked.length;
  if (waiting === 0) return slideSecondsLeft;
  if (worked.length > 0) return (slideSecondsLeft ?? mean) + waiting * mean;
  if (slideSecondsLeft === undefined || !working) return undefined;
  const soFar = Object.values(working.steps).reduce((sum, { seconds }) => sum + seconds, 0);
  const { done, total } = working.steps.features;
  const share = total > 0 ? Math.max(done / total, 0.01) : 1;
  // This slide's whole time: what it took to come here, and its features as far as they can be told.
  return slideSecondsLeft + waiting * (soFar + slideSecondsLeft / Math.max(1 - share, 0.01));
}
