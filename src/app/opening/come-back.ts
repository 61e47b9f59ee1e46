import type { AnalysisDoor } from "../analysis/door.ts";
import type { Offline } from "../offline/register.ts";
import type { SlidesStore } from "../stores/slides.ts";
import type { Asked } from "./address.ts";
import type { Kept } from "./kept.ts";
import type { Session } from "./session.ts";

export interface ComeBackParts {
  readonly asked: Asked;
  readonly slides: SlidesStore;
  readonly session: Pick<Session, "lastSession" | "resume">;
  readonly kept: Pick<Kept, "unfinishedJobs">;
  readonly analysis: AnalysisDoor;
  readonly offline: Pick<Offline, "start">;
}

/** Takes up what was left at the last visit, then makes ready for the next. Each goes on whatever became of the one before. */
export async function comeBack({ asked, slides, session, kept, analysis, offline }: ComeBackParts): Promise<void> {
  const resume = async () => {
    if (asked.kind !== "nothing") return;
    const last = await session.lastSession();
    if (last?.granted && slides.getState().entries.length === 0) await session.resume(last.session);
  };
  const offerJob = async () => {
    // A job that was left in the middle is offered again.
    if ((await kept.unfinishedJobs()).length > 0) await (await analysis.load()).lookForUnfinished();
  };
  // What could not be taken up is there at the next visit.
  await resume().catch(() => {});
  await offerJob().catch(() => {});
  offline.start();
}
