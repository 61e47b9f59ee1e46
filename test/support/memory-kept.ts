import type { Kept, LastJob, LastSession, RecentSlide } from "../../src/app/opening/kept.ts";

/** What the app keeps on the device, kept as long as the test runs. */
export function memoryKept(
  before: readonly RecentSlide[] = [],
): Kept & { readonly slides: Map<string, RecentSlide>; last: LastSession | undefined; job: LastJob | undefined } {
  const slides = new Map(before.map((slide) => [slide.id, slide]));
  const kept = {
    slides,
    last: undefined as LastSession | undefined,
    job: undefined as LastJob | undefined,
    recent: async () => [...slides.values()],
    remember: async (slide: RecentSlide) => void slides.set(slide.id, slide),
    forget: async (id: string) => void slides.delete(id),
    forgetAll: async () => slides.clear(),
    lastSession: async () => kept.last,
    saveSession: async (session: LastSession | undefined) => {
      kept.last = session;
    },
    lastJob: async () => kept.job,
    saveJob: async (job: LastJob | undefined) => {
      kept.job = job;
    },
  };
  return kept;
}
