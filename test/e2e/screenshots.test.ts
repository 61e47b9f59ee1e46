import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright";
import { describe } from "vitest";
import { dropFiles } from "../support/drop.ts";
import { REPOSITORY } from "../support/page-build.ts";
import {
  analysisWords,
  findTissue,
  NO_GPU,
  openTab,
  patchCount,
  RUN_MS,
  SAMPLE,
  waitForEnd,
  writeSlides,
} from "./analysis-page.ts";
import {
  type App,
  coloursShown,
  expect,
  hasSlides,
  SLIDES,
  temporaryFolder,
  test,
  waitForSlide,
  words,
} from "./app.ts";

const FOLDER = join(REPOSITORY, "test-results/screens");
mkdirSync(FOLDER, { recursive: true });

/** Pictures for people to look at, in test-results/screens; that they show something is all that is tested here. */
const SIZES = [
  { name: "desktop", viewport: { width: 1440, height: 900 }, touch: false },
  { name: "phone", viewport: { width: 390, height: 844 }, touch: true },
] as const;

const VIEWS = [
  { name: "whole", hash: "" },
  { name: "5x", hash: "#x=6600&y=6000&d=8" },
  { name: "40x", hash: "#x=9000&y=4200&d=1" },
] as const;

const { features, job, patches, results } = analysisWords;
/** A lymph node on the sample slide and dermis on a real one, in level-0 pixels, and how large the slides are. */
const LYMPHOID = { x: 15_800, y: 11_800, width: 20_480, height: 15_360 };
const DERMIS = { x: 1050, y: 2290, width: 2220, height: 2967 };
/** Patches of the sample that are a quarter tissue, as pictures must show them beside that choice. */
const QUARTER_TISSUE = 636;
/** What the viewer leaves free around a slide that is shown whole. */
const FIT_MARGIN_PX = 16;

async function keep(page: Page, name: string): Promise<void> {
  await page.screenshot({ path: join(FOLDER, `${name}.png`) });
}

describe.each(SIZES)("$name", ({ name, viewport, touch }) => {
  describe.each(["dark", "light"] as const)("%s", (theme) => {
    const options = { viewport, touch, theme };

    test("the empty page", async ({ openApp }) => {
      const { page } = await openApp(options);
      await keep(page, `${name}-${theme}-empty`);
    });

    test("the sample slide at three zooms", async ({ openApp }) => {
      const app: App = await openApp(options);
      for (const view of VIEWS) {
        await app.page.goto(`${app.url}?sample${view.hash}`);
        await app.page.reload(); // another hash alone does not load the page
        await waitForSlide(app.page, SAMPLE);
        expect(await coloursShown(app.page)).toBeGreaterThan(10);
        await keep(app.page, `${name}-${theme}-sample-${view.name}`);
      }
    });

    test.runIf(hasSlides)("a real slide with its panels", async ({ openApp }) => {
      const { page } = await openApp(options);
      await dropFiles(page, [join(SLIDES, "svs/CMU-1-Small-Region.svs")], { x: 200, y: 400 });
      await waitForSlide(page, "CMU-1-Small-Region.svs");
      expect(await coloursShown(page)).toBeGreaterThan(10);
      await keep(page, `${name}-${theme}-real`);
    });

    test(
      "the analysis of the sample slide, and a job of several slides",
      async ({ openApp, onTestFinished }) => {
        const { page, url } = await openApp({ ...options, expectedConsole: NO_GPU });
        await page.goto(`${url}?sample`);
        await waitForSlide(page, SAMPLE);
        if (touch) await page.getByRole("button", { name: words.layout.sheetUp }).click();
        await openTab(page, "analyse");
        await findTissue(page);
        await page.getByRole("slider", { name: patches.least }).fill("0.25");
        await expect.poll(() => patchCount(page).textContent()).toBe(patches.count(QUARTER_TISSUE));
        await keep(page, `${name}-${theme}-analyse`);
        // A run takes a while: one theme tells it.
        if (theme === "light") return;

        await page.getByRole("button", { name: features.run, exact: true }).click();
        // Past the beginning, where nobody knows how long it takes.
        await page
          .getByText(/features [1-9]\d\d of/)
          .first()
          .waitFor({ timeout: RUN_MS });
        await keep(page, `${name}-${theme}-run`);
        await waitForEnd(page, 1);
        await openTab(page, "results");
        await page.getByText(results.press).waitFor();
        await pressSlide(page, LYMPHOID);
        await page.getByRole("img", { name: /^Colours from/ }).waitFor();
        await waitForPictures(page);
        await keep(page, `${name}-${theme}-similarity`);

        const files = hasSlides
          ? ["svs/CMU-1-Small-Region.svs", "svs/tcga-cr-7395-01a-01-ts1.svs", "malformed/svs/broken.svs"].map((path) =>
              join(SLIDES, path),
            )
          : writeSlides(temporaryFolder(onTestFinished), ["a-large.tiff", "c-blank.tiff", "e-broken.svs"]);
        await dropFiles(page, files, { x: 200, y: 300 });
        await openTab(page, "analyse");
        await page.getByRole("button", { name: features.runAll(4), exact: true }).click();
        await page
          .getByText(/slides done/)
          .first()
          .waitFor({ timeout: RUN_MS });
        if (touch) {
          await page.getByRole("tab", { name: words.layout.sheetSlides, exact: true }).click();
          await page.getByRole("button", { name: words.layout.sheetUp }).click();
        }
        await page.getByRole("table", { name: job.title }).waitFor();
        if (!touch) await patchCount(page).waitFor();
        await keep(page, `${name}-${theme}-job`);
      },
      RUN_MS * 2,
    );

    test.runIf(hasSlides && theme === "light")(
      "similarity on a real slide",
      async ({ openApp }) => {
        const { page } = await openApp({ ...options, expectedConsole: NO_GPU });
        await dropFiles(page, [join(SLIDES, "svs/CMU-1-Small-Region.svs")], { x: 200, y: 400 });
        await waitForSlide(page, "CMU-1-Small-Region.svs");
        if (touch) await page.getByRole("button", { name: words.layout.sheetUp }).click();
        await openTab(page, "analyse");
        await page.getByRole("spinbutton", { name: patches.overlap }).fill("192");
        await page.getByRole("slider", { name: patches.least }).fill("0.5");
        await page.getByRole("button", { name: features.run, exact: true }).click();
        await waitForEnd(page, 1);
        await openTab(page, "results");
        await page.getByText(results.press).waitFor();
        await pressSlide(page, DERMIS);
        await page.getByRole("img", { name: /^Colours from/ }).waitFor();
        await waitForPictures(page);
        await keep(page, `${name}-${theme}-real-similarity`);
      },
      RUN_MS,
    );
  });
});

/** Presses a place of a slide that is shown whole. */
async function pressSlide(page: Page, { x, y, width, height }: typeof LYMPHOID): Promise<void> {
  const box = (await page.getByRole("application").boundingBox())!;
  const scale = Math.min((box.width - 2 * FIT_MARGIN_PX) / width, (box.height - 2 * FIT_MARGIN_PX) / height);
  await page.mouse.click(
    box.x + box.width / 2 + (x - width / 2) * scale,
    box.y + box.height / 2 + (y - height / 2) * scale,
  );
}

/** Waits until every patch beside the slide is a picture. */
async function waitForPictures(page: Page): Promise<void> {
  await expect.poll(() => page.locator("ol canvas").count(), { timeout: 30_000 }).toBe(12);
}
