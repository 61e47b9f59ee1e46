import type { Kept, LastJob, LastSession, RecentSlide } from "../../src/app/opening/kept.ts";

/** What the app keeps on the device, kept as long as the test runs. */
export function memoryKept(before: readonly RecentSlide[] = []): Kept & {
  readonly slides: Map<string, RecentSlide>;
  last: LastSession | undefined;
  readonly jobs: Map<string, LastJob>;
  /** Ids of the jobs that some tab is at work on. */
  readonly held: Set<string>;
} {
  const slides = new Map(before.map((slide) => [slide.id, slide]));
  const kept = {
    slides,
    last: undefined as LastSession | undefined,
    jobs: new Map<string, LastJob>(),
    held: new Set<string>(),
    recent: async () => [...slides.values()],
    remember: async (slide: RecentSlide) => void slides.set(slide.id, slide),
    forget: async (id: string) => void slides.delete(id),
    forgetAll: async () => slides.clear(),
    lastSession: async () => kept.last,
    saveSession: async (session: LastSession | undefined) => {
      kept.last = session;
    },
    unfinishedJobs: async () =>
      [...kept.jobs.values()].filter(({ id }) => !kept.held.has(id)).sort((a, b) => b.begunAt - a.begunAt),
    saveJob: async (job: LastJob) => void kept.jobs.set(job.id, job),
    forgetJob: async (id: string) => void kept.jobs.delete(id),
    async holdJob(id: string) {
      if (kept.held.has(id)) return undefined;
      kept.held.add(id);
      return () => void kept.held.delete(id);
    },
  };
  return kept;
}
