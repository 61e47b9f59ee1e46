import type { Browser, BrowserContext, CDPSession, Page } from "playwright";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { serve } from "../../.scripts/serve.mjs";
import { launchChromium } from "../support/chromium.ts";
import type { HarnessOptions } from "../support/job-harness/page.ts";
import { buildTestPage } from "../support/page-build.ts";

/** How often each way of ending is tried, each time at another moment of the same job. */
const TIMES = 10;
/** By a timer: without a GPU process no frames come. */
const POLLING = { polling: 5, timeout: 120_000 };

let server: Awaited<ReturnType<typeof serve>>;
let browser: Browser;
let devTools: CDPSession;
let context: BrowserContext;

beforeAll(async () => {
  server = await serve(await buildTestPage("test/support/job-harness/index.html"), { isolated: true });
  browser = await launchChromium({
    // Browsers give a site the GPU no more, and then nobody, when it crashes often.
    args: ["--enable-unsafe-webgpu", "--disable-gpu-process-crash-limit", "--disable-domain-blocking-for-3d-apis"],
  });
  devTools = await browser.newBrowserCDPSession();
}, 120_000);

// A private file system for each test: what one that failed leaves there fails no other.
beforeEach(async () => {
  context = await browser.newContext();
});

afterEach(() => context.close());

afterAll(async () => {
  await browser?.close();
  await server?.close();
});

type Options = Omit<HarnessOptions, "folder">;

const newFolder = () => `run-${crypto.randomUUID()}`;

/** A page at work on a job. */
async function openJob(options: HarnessOptions): Promise<Page> {
  const page = await context.newPage();
  await page.goto(server.url);
  await page.waitForFunction(() => typeof globalThis.jobHarness === "object");
  await page.evaluate((given) => globalThis.jobHarness.start(given), options);
  return page;
}

/** Waits until so many rows of features are there, or the job is done; resolves with how many there are. */
async function waitForRows(page: Page, rows: number): Promise<number> {
  const there = await page.waitForFunction(
    (wanted) => {
      const slide = globalThis.jobHarness.slides()[0]!;
      const { done, total, status } = slide.steps.features;
      if (slide.status === "failed") throw new Error(JSON.stringify(slide));
      // Finished by an earlier page: all of them.
      if (status === "skipped") return { done: Number.MAX_SAFE_INTEGER };
      return total > 0 && done >= Math.min(wanted, total - 1) && { done };
    },
    rows,
    POLLING,
  );
  const { done } = (await there.jsonValue()) as { done: number };
  return done;
}

/** Waits for the job's end, closes the page, and tells what there is. */
async function finish(page: Page) {
  const outcome = await page.evaluate(() => globalThis.jobHarness.outcome());
  const results = await page.evaluate(() => globalThis.jobHarness.results());
  const [slide] = await page.evaluate(() => globalThis.jobHarness.slides());
  await page.close();
  return { outcome, ...results, notices: slide!.steps.features.notices };
}

/** The end of a job to which nothing must have happened that can be seen in its files. */
async function expectWhole(page: Page, digests: Record<string, string>) {
  const end = await finish(page);
  expect(end.outcome).toMatchObject({ status: "completed", errors: [] });
  expect(end.digests).toEqual(digests);
  expect(end.locks).toEqual([]);
  expect(end.rowLogs).toEqual([]);
  return end;
}

const undisturbedRuns = new Map<string, ReturnType<typeof runUndisturbed>>();

/** What a run that nobody disturbs makes. */
function undisturbed(options: Options): ReturnType<typeof runUndisturbed> {
  const key = `${options.encoder} ${options.slides}`;
  const run = undisturbedRuns.get(key) ?? runUndisturbed(options);
  undisturbedRuns.set(key, run);
  return run;
}

async function runUndisturbed(options: Options) {
  const { outcome, digests, locks } = await finish(await openJob({ ...options, folder: newFolder() }));
  expect(outcome).toMatchObject({ status: "completed", errors: [] });
  expect(locks).toEqual([]);
  return { digests, rows: outcome.patches };
}

const closeTab = (page: Page) => page.close();

async function killRenderer(page: Page): Promise<void> {
  const session = await context.newCDPSession(page);
  const crashed = page.waitForEvent("crash");
  session.send("Page.crash").catch(() => {});
  await crashed;
  await page.close();
}

/** Rows after which nothing is ended any more: the job itself may come first. */
const LATEST = 0.8;

/** A random row of each of so many parts of the job, the first and every later one. */
const randomRow = (rows: number, time: number, times: number) =>
  Math.floor((LATEST * rows * (time + Math.random())) / times);

/** Ends a job again and again, and goes on in a new page each time. */
async function resumeAfter(kill: (page: Page) => Promise<void>, times: number, options: Options): Promise<void> {
  const whole = await undisturbed(options);
  let folder = newFolder();
  let page = await openJob({ ...options, folder });
  for (let time = 0; time < times; time++) {
    const rows = await waitForRows(page, randomRow(whole.rows, time, times));
    await kill(page);
    page = await openJob({ ...options, folder });
    // What was told as done was kept.
    const kept = await waitForRows(page, rows);
    expect(kept, `time ${time}`).toBeGreaterThanOrEqual(rows);
    if (kept <= whole.rows) continue;
    // On a busy machine the end came too late: the rest is done to another job.
    await expectWhole(page, whole.digests);
    folder = newFolder();
    page = await openJob({ ...options, folder });
  }
  const { notices, outcome } = await expectWhole(page, whole.digests);
  const rowsBefore = whole.rows - outcome.patches;
  expect(notices).toEqual(rowsBefore > 0 ? [{ kind: "resumed", rows: rowsBefore }] : []);
}

const fast = { encoder: "means", batchMs: 15 } as const;

describe("a job in the middle of embedding goes on to the same bytes", () => {
  it(`when its tab is closed, ${TIMES} times at random moments`, () => resumeAfter(closeTab, TIMES, fast), 300_000);

  it(
    `when its renderer is killed, ${TIMES} times at random moments`,
    () => resumeAfter(killRenderer, TIMES, fast),
    300_000,
  );

  it(`when the GPU is lost, ${TIMES} times at random moments`, async () => {
    const options = { encoder: "tiny on webgpu" } as const;
    const whole = await undisturbed(options);
    const page = await openJob({ ...options, folder: newFolder() });
    const lossesAbove = (count: number) =>
      page
        .waitForFunction(
          (before) => {
            const { notices } = globalThis.jobHarness.slides()[0]!.steps.features;
            const lost = notices.find((notice) => notice.kind === "gpu_lost");
            return lost && lost.times > before && lost.times;
          },
          count,
          POLLING,
        )
        .then((losses) => losses.jsonValue() as Promise<number>);
    let rowsAtLoss = 0;
    let losses = 0;
    for (let time = 0; time < TIMES; time++) {
      // One row further than at the last loss: the model is at work again.
      await waitForRows(page, Math.max(rowsAtLoss + 1, randomRow(whole.rows, time, TIMES)));
      await devTools.send("Browser.crashGpuProcess");
      // One more, or several: what is opened while the process is on its way down is lost as well.
      losses = await lossesAbove(losses);
      rowsAtLoss = await waitForRows(page, 0);
    }
    const { notices } = await expectWhole(page, whole.digests);
    expect(notices).toEqual([{ kind: "gpu_lost", times: expect.any(Number) }]);
    expect(losses).toBeGreaterThanOrEqual(TIMES);
  }, 600_000);

  it("when the app's own encoder ran on wasm, 3 times at random moments", async () => {
    await resumeAfter(killRenderer, 3, { encoder: "built-in" });
  }, 300_000);

  it.each([
    ["before its first batch is done", "first batch"],
    ["with all rows made and no file yet", "before the file"],
    ["with half the file written", "half the file"],
    ["right after the file is in its place", "after the file"],
  ] as const)(
    "when its tab dies %s",
    async (_, stopAt) => {
      const whole = await undisturbed(fast);
      const folder = newFolder();
      const page = await openJob({ ...fast, folder, stopAt });
      await page.waitForFunction(() => globalThis.jobHarness.hasStopped(), undefined, POLLING);
      await killRenderer(page);
      const { outcome } = await expectWhole(await openJob({ ...fast, folder }), whole.digests);
      // Only rows that had not been made are made now.
      expect(outcome.patches).toBe(stopAt === "first batch" ? whole.rows : 0);
    },
    120_000,
  );
});

describe("two tabs on one job folder", () => {
  it("share the slides, and leave what one tab makes", async () => {
    const options = { encoder: "means", batchMs: 2, slides: 4 } as const;
    const whole = await undisturbed(options);
    const folder = newFolder();
    const pages = await Promise.all([openJob({ ...options, folder }), openJob({ ...options, folder })]);
    // While one is still at it, its locks are there to be seen by the other.
    await Promise.all(pages.map((page) => page.evaluate(() => globalThis.jobHarness.outcome())));
    const ends = await Promise.all(pages.map((page) => expectWhole(page, whole.digests)));
    const [first, second] = ends.map(({ outcome }) => outcome.patches);
    expect(first! + second!).toBe(whole.rows);
    expect(Math.min(first!, second!)).toBeGreaterThan(0);
  }, 120_000);
});
