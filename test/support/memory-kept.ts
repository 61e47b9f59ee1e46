import type { Kept, LastJob, LastSession, OpenSlides, RecentSlide } from "../../src/app/opening/kept.ts";

/** What the app keeps on the device, kept as long as the test runs. */
export function memoryKept(before: readonly RecentSlide[] = []): Kept & {
  readonly slides: Map<string, RecentSlide>;
  /** What the tab that was seen last has open; set: what one had that is closed. */
  last: OpenSlides | undefined;
  readonly sessions: Map<string, LastSession>;
  /** Ids of the tabs that are there. */
  readonly tabs: Set<string>;
  readonly jobs: Map<string, LastJob>;
  /** Ids of the jobs that some tab is at work on. */
  readonly held: Set<string>;
} {
  const slides = new Map(before.map((slide) => [slide.id, slide]));
  const kept = {
    slides,
    get last(): OpenSlides | undefined {
      return [...kept.sessions.values()].sort((a, b) => b.seenAt - a.seenAt)[0];
    },
    set last(open: OpenSlides) {
      kept.sessions.set("closed", { ...open, id: "closed", seenAt: 0 });
    },
    sessions: new Map<string, LastSession>(),
    tabs: new Set<string>(),
    jobs: new Map<string, LastJob>(),
    held: new Set<string>(),
    recent: async () => [...slides.values()],
    remember: async (slide: RecentSlide) => void slides.set(slide.id, slide),
    forget: async (id: string) => void slides.delete(id),
    async forgetAll() {
      slides.clear();
      kept.sessions.clear();
    },
    lastSession: async (id: string) => kept.sessions.get(id),
    leftSessions: async () =>
      [...kept.sessions.values()].filter(({ id }) => !kept.tabs.has(id)).sort((a, b) => b.seenAt - a.seenAt),
    saveSession: async (session: LastSession) => void kept.sessions.set(session.id, session),
    forgetSession: async (id: string) => void kept.sessions.delete(id),
    async holdSession(id: string) {
      const isFree = !kept.tabs.has(id);
      kept.tabs.add(id);
      return isFree;
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
