import { analysisWords } from "../analysis-words.ts";
import { formatDuration } from "../format.ts";
import { useJob } from "../stores/context.tsx";
import { percentOf, slideNumber } from "../stores/job.ts";

/** The running job in a few words. */
export function JobLine() {
  const progress = useJob((state) => state.progress);
  const percent = useJob(percentOf);
  if (!progress || percent === undefined) return null;
  const left = progress.secondsLeft ?? progress.slideSecondsLeft;
  const time = left === undefined ? undefined : formatDuration(left);
  return analysisWords.foot(slideNumber(progress), progress.total, percent, time);
}
