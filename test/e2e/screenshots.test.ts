import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright";
import { describe } from "vitest";
import { dropFiles } from "../support/drop.ts";
import { REPOSITORY } from "../support/page-build.ts";
import { type App, coloursShown, expect, hasSlides, SLIDES, test, waitForSlide } from "./app.ts";

const SAMPLE = "coverslip-sample.tiff";
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
  });
});
