// @ts-check
import { basename, join, resolve } from "node:path";
import { chromium } from "playwright-core";
import { CHROMIUM_ARGS, findChromium } from "../chromium.mjs";
import { serve } from "../serve.mjs";
import { ROOT } from "../setup.mjs";
import { SetupError } from "../steps.mjs";
import { findFiles } from "./find-files.mjs";
import { makeJobFolder, offerFolder, removeUnfinished } from "./job-folder.mjs";
import { isRunning, OWNER, removeOwnLocks } from "./lock-owner.mjs";
import { pruneProfiles, takeProfileSlot } from "./profile-slot.mjs";

/** The app's own page without a window, working on a folder of this machine. */

/** One name for every port: the browser's private file system belongs to the origin, and a later run must find it. */
const HOST = "coverslip.localhost";
/** A page that dies is opened again and goes on; one that dies this often without getting further will die again. */
const MAX_CRASHES = 3;

/**
 * A run that was stopped before the page had begun.
 * @type {import("../../src/app/driven/request.ts").DrivenOutcome}
 */
const CANCELLED = {
  status: "cancelled",
  total: 0,
  done: [],
  warned: [],
  lacking: [],
  failed: [],
  locked: [],
  patches: 0,
};

/** Nobody knows then what was done in this run. */
const ENDED_TOO = "Chromium was ended as well. What is done is kept, and the same command goes on.";

/** @typedef {import("../../src/app/driven/request.ts").DrivenRequest} DrivenRequest */
/** @typedef {import("../../src/app/driven/request.ts").DrivenProgress} DrivenProgress */
/** @typedef {import("../../src/app/driven/request.ts").DrivenOutcome} DrivenOutcome */

/**
 * Resolves as cancelled where `signal` aborts, whatever breaks off with it.
 * @param {{
 *   jobDir: string, slidesDir?: string, models?: string[], request: Omit<DrivenRequest, "job" | "input" | "owner">, signal: AbortSignal,
 *   onProgress: (progress: DrivenProgress) => void, onNote: (note: string) => void,
 * }} work
 * @returns {Promise<DrivenOutcome>}
 */
export async function drive({ jobDir, slidesDir, models, request, signal, onProgress, onNote }) {
  const executablePath = findChromium();
  if (!executablePath) throw new SetupError("No Chromium found: install one, or set CHROME_PATH to its program.");
  await makeJobFolder(jobDir);
  const slot = takeProfileSlot(jobDir);
  // Beside the run, which needs none of it: what cannot be removed now is the next run's to remove.
  pruneProfiles().catch(() => {});
  removeUnfinished(jobDir).catch(() => {});
  const job = offerFolder(jobDir);
  const server = await serve(join(ROOT, "dist/app"), { also: job.answer });
  // Where the page ends its run, none is left; it may have been killed, and this process may end at once.
  const removeLocks = () => removeOwnLocks(job.made);
  process.once("exit", removeLocks);
  let crashes = 0;
  let furthest = 0;
  let isAllDone = false;
  /** @param {DrivenProgress} progress */
  const report = (progress) => {
    if (progress.fraction > furthest) crashes = 0;
    furthest = Math.max(furthest, progress.fraction);
    onProgress(progress);
  };
  try {
    for (;;) {
      try {
        const outcome = await driveOnce(executablePath, slot.profile, server.port, {
          slidesDir,
          models,
          request: { ...request, job: job.path, owner: OWNER },
          signal,
          report,
        });
        isAllDone = outcome.status === "completed" && outcome.done.length + outcome.warned.length === outcome.total;
        return outcome;
      } catch (error) {
        // Who stops this process may stop all that it has started, as systemd does.
        if (signal.aborted && error instanceof PageDied) return { ...CANCELLED, stopped: ENDED_TOO };
        if (signal.aborted) return CANCELLED;
        if (!(error instanceof PageDied) || ++crashes > MAX_CRASHES) throw error;
        onNote(`${error.message}; it is opened again and goes on.`);
      }
    }
  } finally {
    await server.close();
    process.off("exit", removeLocks);
    removeLocks();
    slot.release({ discard: isAllDone });
  }
}

class PageDied extends Error {}

/**
 * @param {string} executablePath
 * @param {string} profile
 * @param {number} port
 * @param {{
 *   slidesDir: string | undefined, models: string[] | undefined, request: DrivenRequest, signal: AbortSignal,
 *   report: (progress: DrivenProgress) => void,
 * }} work
 * @returns {Promise<DrivenOutcome>}
 */
async function driveOnce(executablePath, profile, port, { slidesDir, models, request, signal, report }) {
  signal.throwIfAborted();
  const stopped = new Promise((_, fail) => signal.addEventListener("abort", () => fail(signal.reason), { once: true }));
  stopped.catch(() => {});
  const launching = chromium.launchPersistentContext(profile, {
    executablePath,
    headless: true,
    chromiumSandbox: !isRoot(),
    // The run ends by itself, and the browser after it: without these Playwright closes it under the run.
    handleSIGINT: false,
    handleSIGTERM: false,
    handleSIGHUP: false,
    args: [
      ...CHROMIUM_ARGS.filter((flag) => flag !== "--no-sandbox"),
      "--enable-unsafe-webgpu",
      `--host-resolver-rules=MAP ${HOST}:80 localhost:${port}`,
    ],
  });
  /** @type {import("playwright-core").BrowserContext} */
  let context;
  try {
    context = await Promise.race([launching, /** @type {Promise<never>} */ (stopped)]);
  } catch (error) {
    launching.then((late) => late.close()).catch(() => {});
    throw error;
  }
  try {
    const page = context.pages()[0] ?? (await context.newPage());
    const died = new Promise((_, fail) => {
      page.on("crash", () => fail(new PageDied("The page died")));
      context.on("close", () => fail(new PageDied("Chromium ended")));
    });
    died.catch(() => {});
    /** @template T @param {Promise<T>} work @param {Promise<unknown>[]} ends @returns {Promise<T>} */
    const unless = (work, ends) => {
      work.catch(() => {});
      return /** @type {Promise<T>} */ (Promise.race([work, ...ends]));
    };
    /** @template T @param {Promise<T>} work */
    const starting = (work) => unless(work, [died, stopped]);
    await starting(page.exposeFunction("coverslipProgress", report));
    const byHostname = request.deadLocksOlderThanHours !== undefined;
    /** @param {import("./lock-owner.mjs").LockMaker} maker */
    const isMakerRunning = (maker) => isRunning(maker, { byHostname });
    await starting(page.exposeFunction("coverslipIsRunning", isMakerRunning));
    await starting(page.goto(`http://${HOST}/?driven`));
    await starting(page.waitForFunction(() => "coverslipDriven" in globalThis));
    let asked = request;
    if (slidesDir) {
      const paths = await findFiles(slidesDir, { signal });
      await starting(
        setFiles(
          page,
          "#driven-slides",
          paths.map((path) => resolve(slidesDir, path)),
        ),
      );
      asked = { ...request, input: { folder: basename(slidesDir) || "slides", paths } };
    }
    if (models) await starting(page.setInputFiles("#driven-model", models));
    signal.throwIfAborted();
    // From here on the page ends the run, which writes down that it was stopped and gives its locks back.
    const cancel = () => page.evaluate(() => globalThis.coverslipDriven.cancel()).catch(() => {});
    signal.addEventListener("abort", cancel, { once: true });
    try {
      return await unless(
        page.evaluate((wanted) => globalThis.coverslipDriven.process(wanted), asked),
        [died],
      );
    } finally {
      signal.removeEventListener("abort", cancel);
    }
  } finally {
    await context.close().catch(() => {});
  }
}

/**
 * Gives a file input files of this machine. Playwright's own way asks for each of them first, and there may be many thousands.
 * @param {import("playwright-core").Page} page @param {string} selector @param {string[]} files
 */
async function setFiles(page, selector, files) {
  const session = await page.context().newCDPSession(page);
  const { result } = await session.send("Runtime.evaluate", {
    expression: `document.querySelector(${JSON.stringify(selector)})`,
  });
  await session.send("DOM.setFileInputFiles", { files, objectId: result.objectId });
  await session.detach();
}

function isRoot() {
  return process.getuid?.() === 0;
}
