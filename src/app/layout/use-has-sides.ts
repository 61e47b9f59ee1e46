import { useJob, useSlides } from "../stores/context.tsx";

/** Whether anything stands beside the slide: with no slide and no job there is nothing to list or to tell. */
export function useHasSides(): boolean {
  const hasEntries = useSlides((state) => state.entries.length > 0);
  // One that is only offered has its place on the first screen.
  const hasRun = useJob(({ phase }) => phase !== "nothing");
  return hasEntries || hasRun;
}
