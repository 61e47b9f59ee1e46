import { appendFileSync, copyFileSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright";
import { describe } from "vitest";
import { dropFiles } from "../support/drop.ts";
import { REPOSITORY } from "../support/page-build.ts";
import { coloursShown, expect, temporaryFolder, test, waitForApp, waitForSlide, withoutPickers, words } from "./app.ts";

const SAMPLE = "coverslip-sample.tiff";
const SAMPLE_FILE = join(REPOSITORY, "public/sample", SAMPLE);
const { failures } = words;

/** What was asked of every failure: a sentence of what happened, what to do, and the typed error below "Details". */
async function expectFailure(page: Page, what: string, errorName: string | RegExp): Promise<void> {
  const alert = page.getByRole("alert").filter({ has: page.getByRole("heading", { name: what }) });
  await alert.waitFor({ timeout: 30_000 });
  await alert.getByText(failures.details, { exact: true }).click();
  expect(await alert.locator("pre").textContent()).toMatch(errorName);
  await alert.getByRole("button", { name: failures.copyDetails }).waitFor();
}

/** Whatever went wrong, the next slide opens. */
async function expectToGoOn(page: Page): Promise<void> {
  await page.keyboard.press("Control+k");
  await page.keyboard.type(words.commands.names.sample);
  await page.keyboard.press("Enter");
  await waitForSlide(page, SAMPLE);
  expect(await coloursShown(page)).toBeGreaterThan(20);
}

describe("a file that cannot be opened", () => {
  test("an empty file is no slide", async ({ openApp, onTestFinished }) => {
    const file = join(temporaryFolder(onTestFinished), "empty.svs");
    writeFileSync(file, "");
    const { page } = await openApp();
    await dropFiles(page, [file]);
    await expectFailure(page, failures.empty("empty.svs").what, /^UnsupportedFormatError/);
    await expectToGoOn(page);
  });

  test("a text file named .svs is no slide", async ({ openApp, onTestFinished }) => {
    const file = join(temporaryFolder(onTestFinished), "notes.svs");
    writeFileSync(file, "This is a note and not a slide.\n".repeat(100));
    const { page } = await openApp();
    await dropFiles(page, [file]);
    await expectFailure(page, failures.notWhatItsNameSays(".svs")("notes.svs").what, /^UnsupportedFormatError/);
    await expectToGoOn(page);
  });

  test("a slide that was cut short is damaged or no slide", async ({ openApp, onTestFinished }) => {
    const file = join(temporaryFolder(onTestFinished), "cut.tiff");
    const whole = readFileSync(SAMPLE_FILE);
    writeFileSync(file, whole.subarray(0, whole.length / 2));
    const { page } = await openApp();
    await dropFiles(page, [file]);
    // The sample's directories stand at its end: with them goes all that tells it is a TIFF slide.
    await expectFailure(page, failures.unsupported("cut.tiff").what, /^UnsupportedFormatError/);
    await expectToGoOn(page);
  });

  test("a slide whose tiles are gone says so where they are asked for", async ({ openApp, onTestFinished }) => {
    const file = join(temporaryFolder(onTestFinished), "holes.tiff");
    const bytes = readFileSync(SAMPLE_FILE);
    // The largest level comes first in the file; the smaller ones and the directories stay whole.
    bytes.fill(0xff, 1000, bytes.length / 2);
    writeFileSync(file, bytes);
    const { page } = await openApp();
    await dropFiles(page, [file]);
    await waitForSlide(page, "holes.tiff");
    await page.keyboard.press("6");
    await page.getByRole("alert").getByRole("heading", { name: "holes.tiff is damaged" }).waitFor({ timeout: 30_000 });
    await expectToGoOn(page);
  });

  test("a lone .vms asks for its folder", async ({ openApp, onTestFinished }) => {
    const file = join(temporaryFolder(onTestFinished), "lone.vms");
    writeFileSync(file, "[Virtual Microscope Specimen]\nNoLayers=1\nNoJpegColumns=1\nNoJpegRows=1\nImageFile=a.jpg\n");
    const { page } = await openApp();
    await dropFiles(page, [file]);
    const alert = page.getByRole("alert");
    await alert.getByRole("heading", { name: /^lone\.vms needs / }).waitFor();
    await alert.getByRole("button", { name: failures.actions["open-folder"] }).waitFor();
    await expectToGoOn(page);
  });

  test("a folder without slides says so", async ({ openApp, onTestFinished }) => {
    const folder = temporaryFolder(onTestFinished);
    writeFileSync(join(folder, "readme.txt"), "nothing here");
    writeFileSync(join(folder, "other.txt"), "nor here");
    const { page } = await openApp();
    await dropFiles(page, [folder]);
    await page
      .getByRole("alert")
      .getByRole("heading", { name: /^No slide was found in / })
      .waitFor();
    await expectToGoOn(page);
  });

  test("a folder without permission says what to do", async ({ openApp }) => {
    const { page } = await openApp({
      before: () => {
        window.showDirectoryPicker = () => Promise.reject(new DOMException("denied", "NotAllowedError"));
      },
    });
    await page.getByRole("button", { name: words.first.openFolder }).click();
    await page
      .getByRole("alert")
      .getByRole("heading", { name: /^This page may not read / })
      .waitFor();
    await expectToGoOn(page);
  });

  test("a picker that is closed without a choice changes nothing", async ({ openApp }) => {
    const { page } = await openApp({ before: withoutPickers });
    const choosing = page.waitForEvent("filechooser");
    await page.getByRole("button", { name: words.first.openSlide }).click();
    await choosing;
    // What the browser tells the input when its dialogue is closed; playwright cannot close one.
    await page.evaluate(() => document.querySelector("input[type=file]")!.dispatchEvent(new Event("cancel")));
    expect(await page.getByRole("alert").count()).toBe(0);
    await expectToGoOn(page);
  });
});

describe("a file that goes away while its slide is open", () => {
  /** The middle at full magnification, where no tile has been read yet. */
  const readOn = (page: Page) => page.keyboard.press("6");

  test("deleted: says so, and goes on", async ({ openApp, onTestFinished }) => {
    const file = join(temporaryFolder(onTestFinished), "gone.tiff");
    copyFileSync(SAMPLE_FILE, file);
    const { page } = await openApp();
    await dropFiles(page, [file]);
    await waitForSlide(page, "gone.tiff");
    rmSync(file);
    await readOn(page);
    await expectFailure(page, failures.bytes.vanished("gone.tiff").what, /^ByteReadError/);
    await expectToGoOn(page);
  });

  test("changed: says so, and goes on", async ({ openApp, onTestFinished }) => {
    const file = join(temporaryFolder(onTestFinished), "changed.tiff");
    copyFileSync(SAMPLE_FILE, file);
    const { page } = await openApp();
    await dropFiles(page, [file]);
    await waitForSlide(page, "changed.tiff");
    appendFileSync(file, "more");
    await readOn(page);
    await expectFailure(page, failures.bytes.changed("changed.tiff").what, /^ByteReadError/);
    await expectToGoOn(page);
  });
});

describe("a browser that lacks something", () => {
  test("no WebGL2: the slide is drawn by the CPU", async ({ openApp }) => {
    const { page } = await openApp({
      before: () => {
        const original = HTMLCanvasElement.prototype.getContext;
        HTMLCanvasElement.prototype.getContext = function (this: HTMLCanvasElement, kind: string, ...rest: unknown[]) {
          return kind.startsWith("webgl") ? null : Reflect.apply(original, this, [kind, ...rest]);
        } as typeof original;
      },
    });
    await page.getByRole("button", { name: words.first.trySample }).click();
    await waitForSlide(page, SAMPLE);
    expect(await coloursShown(page)).toBeGreaterThan(20);
    await page.getByRole("contentinfo").getByText(words.foot.cpu).waitFor();
  });

  test("no workers: a slide from the disk is read on the page's own thread", async ({ openApp }) => {
    const { page } = await openApp({ before: () => Reflect.deleteProperty(window, "Worker") });
    await dropFiles(page, [SAMPLE_FILE]);
    await waitForSlide(page, SAMPLE);
    expect(await coloursShown(page)).toBeGreaterThan(20);
  });

  test("workers that cannot start: says so instead of waiting for ever", async ({ openApp }) => {
    const { page, context } = await openApp({ expectedConsole: /ERR_FAILED|Failed to load resource/ });
    await context.route(/slide\.worker.*\.js$/, (route) => route.abort());
    await page.reload();
    await waitForApp(page);
    await dropFiles(page, [SAMPLE_FILE]);
    await page
      .getByRole("alert")
      .getByRole("heading", { name: failures.crashed(SAMPLE).what })
      .waitFor();
  });
});
