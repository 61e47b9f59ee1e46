import type { JobProgress } from "#pipeline";
import { analysisWords } from "../analysis-words.ts";
import { formatDuration } from "../format.ts";

const text = analysisWords.run;

/** "85 patches/s · 9 s left · 3 min left for all · slowest: the model" */
export function pace({ patchesPerSecond, slideSecondsLeft, secondsLeft, slowest, total }: JobProgress): string {
  return [
    patchesPerSecond === undefined ? "" : text.speed(patchesPerSecond),
    slideSecondsLeft === undefined ? "" : text.left(formatDuration(slideSecondsLeft)),
    secondsLeft === undefined || total === 1 ? "" : text.leftAll(formatDuration(secondsLeft)),
    slowest ? text.slowest[slowest] : "",
  ]
    .filter(Boolean)
    .join(" · ");
}
