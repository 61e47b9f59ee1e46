import { join } from "node:path";
import type { Answer, Question } from "./answer.ts";
import { LostPageError, openSession } from "./session.ts";

/** Asks a page in Chromium about slides. */
export interface SlideSession {
  /** One line on the browser and how it reads. */
  readonly machine: string;
  ask(question: Question, slidesFolder: string, timeoutMs: number): Promise<Answer>;
  close(): Promise<void>;
}

export async function openSlideSession({ isolated }: { isolated: boolean }): Promise<SlideSession> {
  const session = await openSession({
    html: "test/verify/index.html",
    isolated,
    setUp: async (page) => {
      await page.waitForFunction(() => typeof globalThis.ask === "function");
    },
  });
  return {
    machine: session.machine,
    close: session.close,
    async ask(question, slidesFolder, timeoutMs) {
      try {
        return await session.use(async (page) => {
          const files = question.paths.map((path) => join(slidesFolder, path));
          await page.setInputFiles("#files", files);
          return page.evaluate((asked) => globalThis.ask(asked), question);
        }, timeoutMs);
      } catch (error) {
        if (!(error instanceof LostPageError)) throw error;
        return { outcome: "lost", reason: error.message };
      }
    },
  };
}
