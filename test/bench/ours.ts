import type { Page } from "playwright";
import { serve } from "../../.scripts/serve.mjs";
import { launchChromium } from "../support/chromium.ts";
import { buildTestPage } from "../support/page-build.ts";
import type { BatchTimes } from "./measure.ts";
import type { ReadRequest } from "./requests.ts";

/** Coverslip's library in a page of Chromium. */
export interface Ours {
  readonly machine: string;
  readonly page: Page;
  /** A fresh pool; `sharedBytes` of shared memory for the slide, else as much as the app gives it. */
  start(workers: number, sharedBytes?: number): Promise<void>;
  open(index: number): Promise<number>;
  fill(): Promise<void>;
  batch(requests: readonly ReadRequest[], ahead: number): Promise<BatchTimes>;
  close(): Promise<void>;
}

export async function openOurs(files: readonly string[], isolated: boolean): Promise<Ours> {
  const server = await serve(await buildTestPage("test/bench/index.html"), { isolated });
  const browser = await launchChromium({ args: ["--disable-gpu"] });
  const page = await browser.newPage();
  await page.goto(server.url);
  await page.setInputFiles("#files", [...files]);
  const shared = await page.evaluate(() => crossOriginIsolated);
  if (shared !== isolated) throw new Error(`the page is ${shared ? "" : "not "}isolated`);
  return {
    page,
    machine: `Chromium ${browser.version()}, ${isolated ? "isolated" : "not isolated"}`,
    start: (workers, sharedBytes) => page.evaluate((options) => bench.start(options), { workers, sharedBytes }),
    open: (index) => page.evaluate((i) => bench.open(i), index),
    fill: () => page.evaluate(() => bench.fill()),
    batch: (requests, ahead) => page.evaluate(([r, a]) => bench.batch(r, a), [requests, ahead] as const),
    async close() {
      await browser.close();
      await server.close();
    },
  };
}
