import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import type { AxeResults } from "axe-core";
import type { Page } from "playwright";
import { describe } from "vitest";
import { dropFiles } from "../support/drop.ts";
import { expect, temporaryFolder, test, waitForSlide, waitUntilIdle, words } from "./app.ts";

const SAMPLE = "coverslip-sample.tiff";
const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const DESKTOP = { width: 1440, height: 900 };
const PHONE = { width: 390, height: 844 };

/** What axe-core finds against WCAG 2.2 A and AA and its own best practices, as lines. */
async function findings(page: Page): Promise<string[]> {
  await page.evaluate(AXE);
  const { violations } = await page.evaluate<AxeResults>("axe.run()");
  return violations.flatMap(({ id, help, nodes }) => nodes.map((node) => `${id}: ${help}: ${node.html.slice(0, 200)}`));
}

describe.each(["dark", "light"] as const)("axe-core finds nothing, %s", (theme) => {
  test("on the first screen", async ({ openApp }) => {
    const { page } = await openApp({ theme, viewport: DESKTOP });
    expect(await findings(page)).toEqual([]);
  });

  test("with a slide, its panels, and everything that opens over it", async ({ openApp }) => {
    const { page, url } = await openApp({ theme, viewport: DESKTOP });
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
    const { page } = await openApp({ theme, viewport: DESKTOP });
    await dropFiles(page, [file]);
    await page.getByRole("alert").waitFor();
    expect(await findings(page)).toEqual([]);
  });

  test("on a phone, with the sheet down and up", async ({ openApp }) => {
    const { page, url } = await openApp({ theme, viewport: PHONE, touch: true });
    expect(await findings(page)).toEqual([]);
    await page.goto(`${url}?sample`);
    await waitForSlide(page, SAMPLE);
    expect(await findings(page)).toEqual([]);
    await page.getByRole("button", { name: words.layout.sheetUp }).click();
    await waitUntilIdle(page);
    expect(await findings(page)).toEqual([]);
  });
});

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
    const small = await page.evaluate(() =>
      Array.from(document.querySelectorAll<HTMLElement>("button, [role=tab], input, summary"))
        .filter((element) => element.checkVisibility({ visibilityProperty: true }) && !element.closest("[inert]"))
        .map((element) => ({ box: element.getBoundingClientRect(), html: element.outerHTML.slice(0, 120) }))
        .filter(({ box }) => box.width > 0 && (box.width < 43.5 || box.height < 43.5))
        .map(({ box, html }) => `${Math.round(box.width)} x ${Math.round(box.height)}: ${html}`),
    );
    expect(small).toEqual([]);
  });
});
