import type { JobProgress } from "#pipeline";
import { analysisWords } from "../analysis-words.ts";
import { formatDuration } from "../format.ts";

const text = analysisWords.run;

/** Of the first patches most of the time goes into warming up: what it says of the rest would frighten. */
const STEADY_PATCHES = 16;

/** "85 patches/s · 9 s left · 3 min left for all · slowest: the model" */
export function pace(progress: JobProgress): string {
  const { patchesPerSecond, slideSecondsLeft, secondsLeft, slowest, total, patches, current } = progress;
  if (current?.step === "features" && patches < STEADY_PATCHES) return "";
  return [
    patchesPerSecond === undefined ? "" : text.speed(patchesPerSecond),
    slideSecondsLeft === undefined ? "" : text.left(formatDuration(slideSecondsLeft)),
    secondsLeft === undefined || total === 1 ? "" : text.leftAll(formatDuration(secondsLeft)),
    slowest ? text.slowest[slowest] : "",
  ]
    .filter(Boolean)
    .join(" · ");
}
