import type { Browser, BrowserContext, Page } from "playwright";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { serve } from "../../.scripts/serve.mjs";
import { launchChromium } from "../support/chromium.ts";
import type { HarnessOptions } from "../support/job-harness/page.ts";
import { buildTestPage } from "../support/page-build.ts";

/** How often each way of ending is tried, each time at another moment. */
const TIMES = 10;
const STEPS_DEADLINE_MS = 120_000;

let server: Awaited<ReturnType<typeof serve>>;
let browser: Browser;
let context: BrowserContext;

beforeAll(async () => {
  server = await serve(await buildTestPage("test/support/job-harness/index.html"), { isolated: true });
  browser = await launchChromium({ args: ["--enable-unsafe-webgpu"] });
  context = await browser.newContext();
}, 120_000);

afterAll(async () => {
  await browser?.close();
  await server?.close();
});

async function openPage(): Promise<Page> {
  const page = await context.newPage();
  await page.goto(server.url);
  await page.waitForFunction(() => typeof globalThis.jobHarness === "object");
  return page;
}

async function start(page: Page, options: HarnessOptions): Promise<void> {
  await page.evaluate((given) => globalThis.jobHarness.start(given), options);
}

/** Waits until so many rows of features are there. */
async function waitForRows(page: Page, rows: number): Promise<void> {
  await page.waitForFunction(
    (wanted) => {
      const { done, total } = globalThis.jobHarness.slides()[0]!.steps.features;
      return total > 0 && done >= Math.min(wanted, total - 1);
    },
    rows,
    { polling: 5, timeout: STEPS_DEADLINE_MS },
  );
}

async function finish(page: Page) {
  const outcome = await page.evaluate(() => globalThis.jobHarness.outcome());
  const results = await page.evaluate(() => globalThis.jobHarness.results());
  const [slide] = await page.evaluate(() => globalThis.jobHarness.slides());
  return { outcome, ...results, notices: slide!.steps.features.notices };
}

/** What a run that nobody disturbs makes. */
async function undisturbed(options: Omit<HarnessOptions, "folder">) {
  const page = await openPage();
  await start(page, { ...options, folder: `run-${crypto.randomUUID()}` });
  const { outcome, digests, locks } = await finish(page);
  expect(outcome).toMatchObject({ status: "completed", errors: [] });
  expect(locks).toEqual([]);
  await page.close();
  return { digests, rows: outcome.patches };
}

const KILLS = {
  "its tab is closed": (page: Page) => page.close(),
  "its renderer is killed": async (page: Page) => {
    const session = await context.newCDPSession(page);
    const crashed = page.waitForEvent("crash");
    session.send("Page.crash").catch(() => {});
    await crashed;
    await page.close();
  },
};

describe("a job in the middle of embedding", () => {
  it.each(Object.entries(KILLS))(
    `goes on to the same bytes when ${"%s"}, ${TIMES} times at random moments`,
    async (_, kill) => {
      const options = { encoder: "means", batchMs: 4 } as const;
      const whole = await undisturbed(options);
      expect(whole.rows).toBeGreaterThan(50);
      for (let time = 0; time < TIMES; time++) {
        const folder = `run-${crypto.randomUUID()}`;
        const page = await openPage();
        await start(page, { ...options, folder });
        // From the first row to the last, and between batches.
        await waitForRows(page, Math.floor((whole.rows * (time + Math.random())) / TIMES));
        await kill(page);
        const again = await openPage();
        await start(again, { ...options, folder });
        const { outcome, digests, locks, notices } = await finish(again);
        expect(outcome, `time ${time}`).toMatchObject({ status: "completed", errors: [] });
        expect(digests, `time ${time}`).toEqual(whole.digests);
        expect(locks).toEqual([]);
        expect(notices.filter(({ kind }) => kind !== "resumed")).toEqual([]);
        await again.close();
      }
    },
    300_000,
  );

  it("two tabs share the slides, and leave what one tab makes", async () => {
    const options = { encoder: "means", batchMs: 2, slides: 4 } as const;
    const whole = await undisturbed(options);
    const folder = `run-${crypto.randomUUID()}`;
    const pages = [await openPage(), await openPage()];
    await Promise.all(pages.map((page) => start(page, { ...options, folder })));
    const ends = await Promise.all(pages.map(finish));
    for (const { outcome, digests, locks } of ends) {
      expect(outcome).toMatchObject({ status: "completed", errors: [] });
      expect(locks).toEqual([]);
      expect(digests).toEqual(whole.digests);
    }
    const [first, second] = ends.map(({ outcome }) => outcome.patches);
    expect(first! + second!).toBe(whole.rows);
    expect(Math.min(first!, second!)).toBeGreaterThan(0);
    for (const page of pages) await page.close();
  }, 120_000);
});
