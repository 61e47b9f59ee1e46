import { gzipSync } from "node:zlib";
import { describe } from "vitest";
import { analysisWords } from "../../src/app/analysis-words.ts";
import { expect, test, waitForSlide, words } from "./app.ts";

const SAMPLE = "coverslip-sample.tiff";
const { tissue, patches, features, run, results } = analysisWords;
/** Embedding the sample on two busy processors. */
const RUN_MS = 300_000;

test("before a slide is opened the app loads less than 200 kB of script", async ({ openApp }) => {
  const { page, url, requests } = await openApp();
  const scripts = [...new Set(requests.filter((request) => /^GET .*\.js$/.test(request)))].map((request) =>
    request.slice(4),
  );
  // What the service worker stores and what workers run is not the shell.
  const shell = await page.evaluate(() =>
    (performance.getEntriesByType("resource") as PerformanceResourceTiming[]).flatMap(({ name, initiatorType }) =>
      initiatorType === "script" || initiatorType === "link" || initiatorType === "other"
        ? [new URL(name).pathname]
        : [],
    ),
  );
  const loaded = scripts.filter((path) => shell.includes(path));
  const sizes = await Promise.all(
    loaded.map(async (path) => gzipSync(await (await page.request.get(new URL(path, url).href)).body()).length),
  );
  expect(loaded.length).toBeGreaterThan(0);
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(200_000);
});

describe("the chain on the sample slide", () => {
  test(
    "tissue, grid, features and similarity; left in the middle it goes on",
    async ({ openApp }) => {
      // WebGPU without a GPU says so on the console.
      const { page, url } = await openApp({ expectedConsole: /No available adapters/ });
      await page.goto(`${url}?sample`);
      await waitForSlide(page, SAMPLE);
      await page.getByRole("tab", { name: words.layout.tabs.analyse, exact: true }).click();
      await page.getByRole("button", { name: tissue.find }).click();
      await page.getByText(/pieces?, [\d.]+ mm²/).waitFor();
      const count = page.locator("[aria-live=polite] strong");
      await count.waitFor();
      const all = await count.textContent();
      await page.getByRole("slider", { name: patches.least }).fill("0.9");
      await expect.poll(() => count.textContent()).not.toBe(all);

      await page.getByRole("button", { name: features.run, exact: true }).click();
      await page.getByText(/patches\/s/).waitFor();
      expect(await page.title()).toMatch(/^\d+ % · /);
      page.on("dialog", (dialog) => void dialog.accept());
      await page.reload();
      await waitForSlide(page, SAMPLE);
      await page.getByRole("button", { name: run.goOn, exact: true }).first().click();
      await page
        .getByText(run.ended(1, 0, false))
        .first()
        .waitFor({ timeout: RUN_MS });

      await page.getByRole("tab", { name: words.layout.tabs.results, exact: true }).click();
      await page.getByRole("button", { name: results.middle }).click();
      await expect.poll(() => page.getByRole("button", { name: /^Patch \d+ by likeness/ }).count()).toBe(12);
      await page.getByRole("img", { name: /^Colours from/ }).waitFor();
    },
    RUN_MS * 2,
  );
});
