import { join } from "node:path";
import type { Browser, Page } from "playwright";
import { serve } from "../../.scripts/serve.mjs";
import { launchChromium } from "../support/chromium.ts";
import { buildTestPage } from "../support/page-build.ts";
import type { Answer, Question } from "./answer.ts";

/** Asks a page in Chromium about slides, and takes a new page when a slide has finished off the last one. */
export interface VerifySession {
  /** One line on the browser and how it reads. */
  readonly machine: string;
  ask(question: Question, slidesFolder: string, timeoutMs: number): Promise<Answer>;
  close(): Promise<void>;
}

export async function openSession({ isolated }: { isolated: boolean }): Promise<VerifySession> {
  const server = await serve(await buildTestPage("test/verify/index.html"), {
    isolated,
  });
  const browser: Browser = await launchChromium({ args: ["--disable-gpu"] });
  let page = await newPage();
  const shared = await page.evaluate(() => crossOriginIsolated);
  return {
    machine: `Chromium ${browser.version()}, ${shared ? "isolated (shared memory)" : "not isolated"}`,
    async ask(question, slidesFolder, timeoutMs) {
      try {
        const files = question.paths.map((path) => join(slidesFolder, path));
        await page.setInputFiles("#files", files);
        return await withDeadline(page, question, timeoutMs);
      } catch (error) {
        await page.close({ runBeforeUnload: false }).catch(() => {});
        page = await newPage();
        return {
          outcome: "lost",
          reason: error instanceof Error ? firstLine(error.message) : String(error),
        };
      }
    },
    async close() {
      await browser.close();
      await server.close();
    },
  };

  async function newPage(): Promise<Page> {
    const fresh = await browser.newPage();
    await fresh.goto(server.url);
    await fresh.waitForFunction(() => typeof globalThis.ask === "function");
    return fresh;
  }
}

async function withDeadline(page: Page, question: Question, timeoutMs: number): Promise<Answer> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, fail) => {
    timer = setTimeout(() => fail(new Error(`no answer in ${timeoutMs / 1000} s`)), timeoutMs);
  });
  const crashed = new Promise<never>((_, fail) => page.once("crash", () => fail(new Error("the tab crashed"))));
  try {
    return await Promise.race([page.evaluate((asked) => globalThis.ask(asked), question), late, crashed]);
  } finally {
    clearTimeout(timer);
  }
}

function firstLine(text: string): string {
  return text.split("\n")[0]!;
}
