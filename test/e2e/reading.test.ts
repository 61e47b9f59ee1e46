import { join } from "node:path";
import type { Page } from "playwright";
import { describe } from "vitest";
import { dropFiles } from "../support/drop.ts";
import { expect, hasSlides, SLIDES, test, waitForSlide, waitUntilIdle, words } from "./app.ts";

const SAMPLE = "coverslip-sample.tiff";
const SVS = "CMU-1-Small-Region.svs";

/** Where the view is: what the address tells, which follows the view. */
async function view(page: Page): Promise<{ x: number; y: number; d: number }> {
  const fields = new URLSearchParams(new URL(page.url()).hash.slice(1));
  return { x: Number(fields.get("x")), y: Number(fields.get("y")), d: Number(fields.get("d")) };
}

async function openSample(page: Page, url: string, hash = "#x=8000&y=8000&d=4"): Promise<void> {
  await page.goto(`${url}?sample${hash}`);
  await waitForSlide(page, SAMPLE);
}

describe("moving over a slide", () => {
  test("the wheel zooms at the pointer: what is under it stays under it", async ({ openApp }) => {
    const { page, url } = await openApp();
    await openSample(page, url);
    const box = (await page.getByRole("application").boundingBox())!;
    const at = { x: box.x + box.width * 0.75, y: box.y + box.height * 0.25 };
    const offset = { x: at.x - (box.x + box.width / 2), y: at.y - (box.y + box.height / 2) };
    const before = await view(page);
    await page.mouse.move(at.x, at.y);
    await page.mouse.wheel(0, -240);
    await expect.poll(async () => (await view(page)).d).toBeLessThan(before.d * 0.9);
    await waitUntilIdle(page);
    await expect
      .poll(async () => {
        const after = await view(page);
        return Math.hypot(
          after.x + offset.x * after.d - (before.x + offset.x * before.d),
          after.y + offset.y * after.d - (before.y + offset.y * before.d),
        );
      })
      .toBeLessThan(8);
  });

  test("a drag moves the slide with the pointer", async ({ openApp }) => {
    const { page, url } = await openApp();
    await openSample(page, url);
    const box = (await page.getByRole("application").boundingBox())!;
    const centre = { x: box.x + box.width / 2, y: box.y + box.height / 2 };
    await page.mouse.move(centre.x, centre.y);
    await page.mouse.down();
    await page.mouse.move(centre.x - 200, centre.y - 100, { steps: 10 });
    // Held still before it is let go, so that it does not glide on.
    await page.waitForTimeout(300);
    await page.mouse.up();
    await expect.poll(async () => Math.round((await view(page)).x / 20)).toBe((8000 + 200 * 4) / 20);
    expect((await view(page)).y).toBeCloseTo(8000 + 100 * 4, -2);
  });

  test("a magnification is typed or pressed; beyond the scanner's own it says interpolated", async ({ openApp }) => {
    const { page, url } = await openApp();
    await openSample(page, url);
    const typed = page.getByRole("textbox", { name: words.pane.magnification });
    await typed.fill("20x");
    await typed.press("Enter");
    await expect.poll(async () => (await view(page)).d).toBe(2);
    await page.getByRole("group", { name: words.pane.presets }).getByRole("button", { name: "40×" }).click();
    await expect.poll(async () => (await view(page)).d).toBe(1);
    expect(await page.getByText(words.pane.interpolated, { exact: true }).isVisible()).toBe(false);
    await typed.fill("80");
    await typed.press("Enter");
    await page.getByText(words.pane.interpolated, { exact: true }).waitFor();
    await typed.fill("many");
    await typed.press("Enter");
    await page.getByRole("alert").getByText(words.pane.notAMagnification("many")).waitFor();
  });

  test("the keys move, zoom, fit, hide the panels and list themselves", async ({ openApp }) => {
    const { page, url } = await openApp();
    await openSample(page, url);
    const before = await view(page);
    await page.keyboard.press("ArrowRight");
    await expect.poll(async () => (await view(page)).x).toBeGreaterThan(before.x + 100);
    await page.keyboard.press("+");
    await expect.poll(async () => (await view(page)).d).toBeLessThan(before.d);
    await page.keyboard.press("0");
    await expect.poll(async () => (await view(page)).d).toBeGreaterThan(10);
    await page.keyboard.press("5");
    await expect.poll(async () => (await view(page)).d).toBe(2);

    const panel = page.getByRole("tab", { name: words.layout.tabs.slide, exact: true });
    await page.keyboard.press("]");
    await panel.waitFor({ state: "hidden" });
    await page.keyboard.press("]");
    await panel.waitFor();
    const rail = page.getByRole("list", { name: words.slides.title });
    await page.keyboard.press("[");
    await rail.waitFor({ state: "hidden" });
    await page.keyboard.press("[");
    await rail.waitFor();
    await page.keyboard.press("?");
    await page.getByRole("heading", { name: words.keys.title }).waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("heading", { name: words.keys.title }).waitFor({ state: "hidden" });
  });

  test("the overview jumps to where it is pressed", async ({ openApp }) => {
    const { page, url } = await openApp();
    await openSample(page, url);
    const overview = (await page.getByLabel(words.pane.overview).boundingBox())!;
    await page.mouse.click(overview.x + overview.width * 0.25, overview.y + overview.height * 0.75);
    await expect.poll(async () => Math.round((await view(page)).x / 1000)).toBe(5);
    expect((await view(page)).y).toBeGreaterThan(10_000);
  });

  test("the view survives a reload", async ({ openApp }) => {
    const { page, url } = await openApp();
    await openSample(page, url, "#x=7000&y=5000&d=3");
    await page.keyboard.press("ArrowDown");
    await expect.poll(async () => (await view(page)).y).toBeGreaterThan(5100);
    await waitUntilIdle(page);
    const before = page.url();
    await page.reload();
    await waitForSlide(page, SAMPLE);
    expect(page.url()).toBe(before);
  });
});

describe.runIf(hasSlides)("what the panel tells of a slide", () => {
  test("properties to search and copy, levels with who reads them, the label only when asked for", async ({
    openApp,
  }) => {
    const { page, context, url } = await openApp();
    await context.grantPermissions(["clipboard-read", "clipboard-write"], { origin: new URL(url).origin });
    await dropFiles(page, [join(SLIDES, "svs", SVS)]);
    await waitForSlide(page, SVS);
    const panel = page.getByRole("tabpanel", { name: words.layout.tabs.slide, exact: true });
    await panel.getByText("Read by OpenSlide 4.0.1").waitFor();
    await panel.getByRole("row", { name: /0\s+2,220 × 2,967/ }).waitFor();

    await panel.getByRole("img", { name: /^macro/ }).waitFor();
    expect(await panel.getByRole("img", { name: /^label/ }).count()).toBe(0);
    await panel.getByRole("button", { name: words.slidePanel.showLabel }).click();
    await panel.getByRole("img", { name: /^label/ }).waitFor();
    await panel.getByRole("button", { name: words.slidePanel.hideLabel }).click();
    await panel.getByRole("img", { name: /^label/ }).waitFor({ state: "detached" });

    await panel.getByRole("searchbox", { name: words.slidePanel.search }).fill("aperio.ScanScope");
    await panel.getByText("CPAPERIOCS").waitFor();
    await panel.getByRole("button", { name: words.slidePanel.copyValue("aperio.ScanScope ID") }).click();
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe("CPAPERIOCS");
  });

  test("N and P go through the slides of a folder", async ({ openApp }) => {
    const { page } = await openApp();
    await dropFiles(page, [join(SLIDES, "svs")]);
    await waitForSlide(page, SVS);
    await page.keyboard.press("n");
    await waitForSlide(page, "small.svs");
    await page.keyboard.press("p");
    await waitForSlide(page, SVS);
  });
});
