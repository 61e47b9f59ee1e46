import type { Page } from "playwright";
import { serve } from "../../.scripts/serve.mjs";
import { launchChromium } from "../support/chromium.ts";
import { buildTestPage } from "../support/page-build.ts";
import { TabUsage } from "../support/tab-memory.ts";
import type { ChainTimes, PreviewTimes } from "./chain-page.ts";

const MEMORY_EVERY_MS = 200;

/** One run of ours. */
export type OurTimes = ChainTimes & { readonly cpuSeconds: number };

/** Our chain in a page of Chromium; slides are of `mpp` µm per pixel, and called by their place in `files`. */
export class OurChain {
  readonly #page: Page;
  readonly #usage: TabUsage;
  readonly #mpp: number;
  readonly close: () => Promise<void>;

  private constructor(page: Page, usage: TabUsage, mpp: number, close: () => Promise<void>) {
    this.#page = page;
    this.#usage = usage;
    this.#mpp = mpp;
    this.close = close;
  }

  static async open(files: readonly string[], mpp: number): Promise<OurChain> {
    const server = await serve(await buildTestPage("test/bench/chain.html"), { isolated: true });
    const browser = await launchChromium({ args: ["--disable-gpu"] });
    const page = await browser.newPage();
    await page.goto(`${server.url}chain.html`);
    await page.setInputFiles("#files", [...files]);
    return new OurChain(page, await TabUsage.of(browser), mpp, async () => {
      await browser.close();
      await server.close();
    });
  }

  prepare() {
    return this.#page.evaluate(() => chainBench.prepare());
  }

  async run(index: number): Promise<OurTimes> {
    const before = await this.#usage.cpuSeconds();
    const times = await this.#page.evaluate(([i, mpp]) => chainBench.run(i, mpp), [index, this.#mpp] as const);
    return { ...times, cpuSeconds: (await this.#usage.cpuSeconds()) - before };
  }

  features(index: number) {
    return this.#page.evaluate((i) => chainBench.features(i), index);
  }

  tissue(index: number): Promise<number> {
    return this.#page.evaluate(([i, mpp]) => chainBench.tissue(i, mpp), [index, this.#mpp] as const);
  }

  readFeatures(index: number): Promise<number> {
    return this.#page.evaluate((i) => chainBench.readFeatures(i), index);
  }

  preview(index: number, outlined: number, patchesPerEdge: number): Promise<PreviewTimes> {
    return this.#page.evaluate(([i, other, mpp, edge]) => chainBench.preview(i, other, mpp, edge), [
      index,
      outlined,
      this.#mpp,
      patchesPerEdge,
    ] as const);
  }

  /** The most memory that the tab has while something runs. */
  async peakBytes(work: () => Promise<unknown>): Promise<number> {
    let peak = 0;
    let isDone = false;
    const running = work().finally(() => {
      isDone = true;
    });
    while (!isDone) {
      peak = Math.max(peak, await this.#usage.bytes());
      await new Promise((done) => setTimeout(done, MEMORY_EVERY_MS));
    }
    await running;
    return peak;
  }
}
