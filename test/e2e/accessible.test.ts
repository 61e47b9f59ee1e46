import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import type { AxeResults } from "axe-core";
import type { Page } from "playwright";
import { describe } from "vitest";
import { dropFiles } from "../support/drop.ts";
import { tinyModel } from "../support/tiny-models.ts";
import { analysisWords, findTissue, NO_GPU, openTab, SAMPLE, waitForEnd, writeSlides } from "./analysis-page.ts";
import { expect, temporaryFolder, test, waitForSlide, waitUntilIdle, words } from "./app.ts";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const DESKTOP = { width: 1440, height: 900 };
const PHONE = { width: 390, height: 844 };

/** What axe-core finds against WCAG 2.2 A and AA and its own best practices, in the dark theme and in the light one, as lines. */
async function findings(page: Page): Promise<string[]> {
  await page.evaluate(AXE);
  const lines: string[] = [];
  for (const theme of ["dark", "light"] as const) {
    await page.emulateMedia({ colorScheme: theme });
    // A button whose colours are just changing is neither the one nor the other.
    await page.evaluate(() => Promise.all(document.getAnimations().map((animation) => animation.finished)));
    const { violations } = await page.evaluate<AxeResults>("axe.run()");
    for (const { id, help, nodes } of violations) {
      lines.push(...nodes.map((node) => `${theme}: ${id}: ${help}: ${node.html.slice(0, 200)}`));
    }
  }
  return lines;
}

/** What can be pressed and is smaller than a finger, as lines. */
async function smallTargets(page: Page): Promise<string[]> {
  return page.evaluate(() =>
    Array.from(document.querySelectorAll<HTMLElement>("button, [role=tab], input, select, summary"))
      .filter((element) => element.checkVisibility({ visibilityProperty: true }) && !element.closest("[inert]"))
      // What stands for a switch or a choice is its label.
      .map((element) => (element.matches("[type=checkbox], [type=radio]") && element.closest("label")) || element)
      .map((element) => ({ box: element.getBoundingClientRect(), html: element.outerHTML.slice(0, 120) }))
      .filter(({ box }) => box.width > 0 && (box.width < 43.5 || box.height < 43.5))
      .map(({ box, html }) => `${Math.round(box.width)} x ${Math.round(box.height)}: ${html}`),
  );
}

describe("axe-core finds nothing, dark and light,", () => {
  test("on the first screen", async ({ openApp }) => {
    const { page } = await openApp({ viewport: DESKTOP });
    expect(await findings(page)).toEqual([]);
  });

  test("with a slide, its panels, and everything that opens over it", async ({ openApp }) => {
    const { page, url } = await openApp({ viewport: DESKTOP });
    await page.goto(`${url}?sample`);
    await waitForSlide(page, SAMPLE);
    expect(await findings(page)).toEqual([]);
    await page.getByRole("tab", { name: words.layout.tabs.view, exact: true }).click();
    expect(await findings(page)).toEqual([]);
    await page.keyboard.press("?");
    await page.getByRole("heading", { name: words.keys.title }).waitFor();
    expect(await findings(page)).toEqual([]);
    await page.keyboard.press("Escape");
    await page.keyboard.press("Control+k");
    await page.getByPlaceholder(words.commands.placeholder).waitFor();
    expect(await findings(page)).toEqual([]);
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: words.foot.nothingLeft }).click();
    await page.getByRole("heading", { name: words.requests.title }).waitFor();
    expect(await findings(page)).toEqual([]);
  });

  test("with a file that cannot be read", async ({ openApp, onTestFinished }) => {
    const file = join(temporaryFolder(onTestFinished), "notes.svs");
    writeFileSync(file, "no slide");
    const { page } = await openApp({ viewport: DESKTOP });
    await dropFiles(page, [file]);
    await page.getByRole("alert").waitFor();
    expect(await findings(page)).toEqual([]);
  });

  test("on a phone, with the sheet down and up", async ({ openApp }) => {
    const { page, url } = await openApp({ viewport: PHONE, touch: true });
    expect(await findings(page)).toEqual([]);
    await page.goto(`${url}?sample`);
    await waitForSlide(page, SAMPLE);
    expect(await findings(page)).toEqual([]);
    await page.getByRole("button", { name: words.layout.sheetUp }).click();
    await waitUntilIdle(page);
    expect(await findings(page)).toEqual([]);
  });

  test.for([
    { where: "a desktop", viewport: DESKTOP, touch: false },
    { where: "a phone", viewport: PHONE, touch: true },
  ])("with the analysis before, while and after it runs, on $where", async (device, { openApp, onTestFinished }) => {
    const { viewport, touch } = device;
    const { page } = await openApp({ viewport, touch, expectedConsole: NO_GPU });
    const folder = temporaryFolder(onTestFinished);
    const place = { x: 200, y: 200 };
    await dropFiles(page, writeSlides(folder, ["b-small.tiff"]), place);
    await waitForSlide(page, "b-small.tiff");
    if (touch) await page.getByRole("button", { name: words.layout.sheetUp }).click();
    await openTab(page, "results");
    await page.getByText(analysisWords.results.nothing).waitFor();
    expect(await findings(page)).toEqual([]);
    await openTab(page, "analyse");
    await page.getByRole("button", { name: analysisWords.tissue.find }).waitFor();
    expect(await findings(page)).toEqual([]);
    await findTissue(page);
    expect(await findings(page)).toEqual([]);

    const model = join(folder, "tiny.onnx");
    writeFileSync(model, tinyModel());
    await dropFiles(page, [model], place);
    await page.getByText(analysisWords.card.title("tiny.onnx")).waitFor();
    expect(await findings(page)).toEqual([]);
    if (touch) expect(await smallTargets(page)).toEqual([]);
    await page.getByRole("button", { name: analysisWords.card.cancel, exact: true }).click();

    await page.getByRole("button", { name: analysisWords.features.run, exact: true }).click();
    await page.getByRole("progressbar", { name: analysisWords.run.progress }).first().waitFor();
    expect(await findings(page)).toEqual([]);
    await waitForEnd(page, 1);
    expect(await findings(page)).toEqual([]);
    if (touch) expect(await smallTargets(page)).toEqual([]);

    await openTab(page, "results");
    await page.getByRole("button", { name: analysisWords.results.middle }).click();
    await page.getByRole("img", { name: /^Colours from/ }).waitFor();
    await page.getByText(analysisWords.results.look).click();
    expect(await findings(page)).toEqual([]);
    if (touch) expect(await smallTargets(page)).toEqual([]);

    await dropFiles(page, writeSlides(folder, ["d-no-scale.tiff", "e-broken.svs"]), place);
    await openTab(page, "analyse");
    await page.getByRole("button", { name: analysisWords.features.runAll(3), exact: true }).click();
    await waitForEnd(page, 1, 2);
    if (touch) await page.getByRole("tab", { name: words.layout.sheetSlides, exact: true }).click();
    await page.getByRole("table", { name: analysisWords.job.title }).waitFor();
    expect(await findings(page)).toEqual([]);
    if (touch) expect(await smallTargets(page)).toEqual([]);
  });
});

test.for([
  { name: "beside the slide", viewport: DESKTOP },
  { name: "in the sheet", viewport: PHONE },
])(
  "on touch each level stands on a line of its own, and nothing of it is cut off, $name",
  async (device, { openApp }) => {
    const { viewport } = device;
    const { page, url } = await openApp({ viewport, touch: true });
    await page.goto(`${url}?sample`);
    await waitForSlide(page, SAMPLE);
    if (viewport === PHONE) await page.getByRole("button", { name: words.layout.sheetUp }).click();
    const table = page.getByRole("table").first();
    await table.waitFor();
    const { overhang, heights } = await table.evaluate((element: HTMLTableElement) => {
      const panel = element.closest("[data-scroller]")!;
      return {
        overhang: element.getBoundingClientRect().right - (panel.getBoundingClientRect().left + panel.clientWidth),
        heights: Array.from(element.tBodies[0]!.rows, (row) => row.offsetHeight),
      };
    });
    expect(overhang).toBeLessThan(0);
    expect(Math.max(...heights)).toBeLessThan(Math.min(...heights) * 1.5);
  },
);

describe("with the keyboard alone", () => {
  test("the sample is opened, magnified and left for a command, and focus is always in sight", async ({ openApp }) => {
    const { page } = await openApp();
    const sample = page.getByRole("button", { name: words.first.trySample });
    for (let presses = 0; presses < 20; presses++) {
      await page.keyboard.press("Tab");
      if (await sample.evaluate((element) => element === document.activeElement)) break;
    }
    const outline = await sample.evaluate((element) => {
      const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(element);
      return { outlineStyle, outlineWidth: Number.parseFloat(outlineWidth), boxShadow };
    });
    expect(outline.outlineStyle !== "none" && outline.outlineWidth >= 1 ? "outline" : outline.boxShadow).not.toBe(
      "none",
    );
    await page.keyboard.press("Enter");
    await waitForSlide(page, SAMPLE);
    await page.keyboard.press("Control+k");
    await page.keyboard.type("magnify 20");
    await page.keyboard.press("Enter");
    await expect.poll(() => new URL(page.url()).hash).toMatch(/d=2(&|$)/);
  });

  test("targets on a phone are at least 44 pixels", async ({ openApp }) => {
    const { page, url } = await openApp({ viewport: PHONE, touch: true });
    await page.goto(`${url}?sample`);
    await waitForSlide(page, SAMPLE);
    await page.getByRole("button", { name: words.layout.sheetUp }).click();
    expect(await smallTargets(page)).toEqual([]);
  });
});
