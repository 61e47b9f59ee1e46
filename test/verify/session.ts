import type { Browser, Page } from "playwright";
import { serve } from "../../.scripts/serve.mjs";
import { launchChromium } from "../support/chromium.ts";
import { buildTestPage } from "../support/page-build.ts";

/** A test page in Chromium, taken anew when a slide has finished off the last one. */
export interface VerifySession {
  /** One line on the browser and how it reads. */
  readonly machine: string;
  /**
   * Works with the page.
   * @throws {LostPageError} where it crashed, failed or took too long; the next call has a new one.
   */
  use<Result>(work: (page: Page) => Promise<Result>, timeoutMs: number): Promise<Result>;
  close(): Promise<void>;
}

/** The page, not the slide, came to an end. */
export class LostPageError extends Error {
  override readonly name = "LostPageError";
}

export interface SessionOptions {
  /** The page, relative to the repository. */
  readonly html: string;
  readonly isolated: boolean;
  /** Before the page is loaded, and after: each page. */
  prepare?(page: Page): Promise<void>;
  setUp(page: Page): Promise<void>;
}

export async function openSession({ html, isolated, prepare, setUp }: SessionOptions): Promise<VerifySession> {
  const server = await serve(await buildTestPage(html), { isolated });
  const browser: Browser = await launchChromium({ args: ["--disable-gpu"] });
  let page = await newPage();
  const shared = await page.evaluate(() => crossOriginIsolated);
  return {
    machine: `Chromium ${browser.version()}, ${shared ? "isolated (shared memory)" : "not isolated"}`,
    async use(work, timeoutMs) {
      try {
        return await withDeadline(page, work, timeoutMs);
      } catch (error) {
        await page.close({ runBeforeUnload: false }).catch(() => {});
        page = await newPage();
        throw new LostPageError(error instanceof Error ? firstLine(error.message) : String(error), { cause: error });
      }
    },
    async close() {
      await browser.close();
      await server.close();
    },
  };

  async function newPage(): Promise<Page> {
    const fresh = await browser.newPage();
    await prepare?.(fresh);
    await fresh.goto(server.url);
    await setUp(fresh);
    return fresh;
  }
}

async function withDeadline<Result>(
  page: Page,
  work: (page: Page) => Promise<Result>,
  timeoutMs: number,
): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, fail) => {
    timer = setTimeout(() => fail(new Error(`no answer in ${timeoutMs / 1000} s`)), timeoutMs);
  });
  const crashed = new Promise<never>((_, fail) => page.once("crash", () => fail(new Error("the tab crashed"))));
  try {
    return await Promise.race([work(page), late, crashed]);
  } finally {
    clearTimeout(timer);
  }
}

function firstLine(text: string): string {
  return text.split("\n")[0]!;
}
