import { join } from "node:path";
import type { Page } from "playwright";
import { serve } from "../../.scripts/serve.mjs";
import { analysisWords } from "../../src/app/analysis-words.ts";
import { words } from "../../src/app/words.ts";
import { launchChromium } from "../support/chromium.ts";
import { REPOSITORY } from "../support/page-build.ts";
import { median, percentile, type Row, row } from "./measure.ts";

const { patches, tissue } = analysisWords;
/** The sample's patches as they are to begin with, and some 200,000 of them. */
const GRIDS = [
  { name: "live-count", magnification: 20, patchSize: 256 },
  { name: "live-count-200k", magnification: 40, patchSize: 28 },
] as const;
/** Each far from the one before, so that no two in a row give as many patches. */
const SHARES = Array.from({ length: 40 }, (_, step) => 0.05 + ((step * 37) % 90) / 100);

declare global {
  /** When the panel took a change in, and when it showed another count. */
  var liveCount: { changed: number; shown: number };
}

/**
 * On the built app, from the slider that asks for tissue in a patch to the count of patches beside it: the panel's own work is part of
 * it, as the previewer's bench in `chain` is not.
 */
export async function measureLiveCount(rounds: number): Promise<Row[]> {
  const server = await serve(join(REPOSITORY, "dist/app"));
  const browser = await launchChromium({ args: ["--disable-gpu"] });
  try {
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
    await page.goto(`${server.url}?sample`);
    await page.getByRole("tab", { name: words.layout.tabs.analyse, exact: true }).click();
    await page.getByRole("button", { name: tissue.find }).click();
    await page.locator(COUNT).waitFor();
    await page.evaluate(watchCount, COUNT);
    const rows: Row[] = [];
    for (const { name, magnification, patchSize } of GRIDS) {
      await page.getByRole("spinbutton", { name: patches.magnification }).fill(String(magnification));
      await page.getByRole("spinbutton", { name: patches.size }).fill(String(patchSize));
      // Once without being counted: that also waits for the outlines of this size.
      const times = [];
      for (let round = -1; round < rounds; round++) {
        const more = await followShares(page);
        if (round >= 0) times.push(...more);
      }
      console.log(`view: ${name} ends at ${await page.locator(COUNT).textContent()}`);
      rows.push(row(name, "ms", median(times), null), row(`${name}-p95`, "ms", percentile(times, 0.95), null));
    }
    return rows;
  } finally {
    await browser.close();
    await server.close();
  }
}

const COUNT = "[aria-live=polite] strong";

async function followShares(page: Page): Promise<number[]> {
  const slider = page.getByRole("slider", { name: patches.least });
  const times: number[] = [];
  for (const share of SHARES) {
    await slider.fill(share.toFixed(2));
    await page.waitForFunction(() => liveCount.shown > liveCount.changed);
    times.push(await page.evaluate(() => liveCount.shown - liveCount.changed));
    // The grid is drawn before the next change, so that this one's frame is not measured with it.
    await page.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))));
  }
  return times;
}

/** Runs in the page. */
function watchCount(selector: string): void {
  globalThis.liveCount = { changed: Number.POSITIVE_INFINITY, shown: 0 };
  let last = document.querySelector(selector)?.textContent;
  addEventListener(
    "input",
    () => {
      liveCount.changed = performance.now();
    },
    { capture: true },
  );
  new MutationObserver(() => {
    const count = document.querySelector(selector)?.textContent;
    if (count === last) return;
    last = count;
    liveCount.shown = performance.now();
  }).observe(document.body, { subtree: true, childList: true, characterData: true });
}
