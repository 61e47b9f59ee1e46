import { join } from "node:path";
import { describe } from "vitest";
import { dropFiles } from "../support/drop.ts";
import { type SmallSlide, writeSlides } from "./analysis-page.ts";
import {
  coloursShown,
  expect,
  hasSlides,
  SLIDES,
  temporaryFolder,
  test,
  waitForApp,
  waitForSlide,
  withoutPickers,
  words,
} from "./app.ts";

const SAMPLE = "coverslip-sample.tiff";
const SVS = join(SLIDES, "svs/CMU-1-Small-Region.svs");
const MRXS = join(SLIDES, "mrxs/Mirax2-Fluorescence-2.mrxs");

describe("the sample slide", () => {
  test("opens from its button, by ranges, and shows tissue", async ({ openApp }) => {
    const { page, requests } = await openApp();
    await page.getByRole("button", { name: words.first.trySample }).click();
    await waitForSlide(page, SAMPLE);
    expect(await coloursShown(page)).toBeGreaterThan(20);
    expect(requests.some((request) => request.endsWith(SAMPLE))).toBe(true);
    await expect.poll(() => page.title()).toBe(words.title(SAMPLE));
  });

  test("opens from /?sample, at the view that the address tells", async ({ openApp }) => {
    const { page, url } = await openApp();
    await page.goto(`${url}?sample#x=6000&y=6000&d=2`);
    await waitForSlide(page, SAMPLE);
    expect(await page.getByRole("textbox", { name: words.pane.magnification }).inputValue()).toBe("20×");
    expect(new URL(page.url()).hash).toBe("#x=6000&y=6000&d=2");
  });

  test("is read on a host that sends no isolation headers", async ({ openApp }) => {
    const { page, url } = await openApp({ isolated: false });
    await page.goto(`${url}?sample`);
    await waitForSlide(page, SAMPLE);
    expect(await coloursShown(page)).toBeGreaterThan(20);
  });
});

describe.runIf(hasSlides)("a real slide", () => {
  test("opens through a file input, where the browser has no picker", async ({ openApp }) => {
    const { page } = await openApp({ before: withoutPickers });
    const choosing = page.waitForEvent("filechooser");
    await page.getByRole("button", { name: words.first.openSlide }).click();
    await (await choosing).setFiles(SVS);
    await waitForSlide(page, "CMU-1-Small-Region.svs");
    expect(await coloursShown(page)).toBeGreaterThan(20);
  });

  test("opens by a drop", async ({ openApp }) => {
    const { page } = await openApp();
    await dropFiles(page, [SVS]);
    await waitForSlide(page, "CMU-1-Small-Region.svs");
    expect(await coloursShown(page)).toBeGreaterThan(20);
  });

  test("opens by pasting its file", async ({ openApp }) => {
    const { page } = await openApp();
    await page.evaluate(() => {
      const input = Object.assign(document.createElement("input"), { type: "file", id: "paste-source", hidden: true });
      document.body.append(input);
    });
    await page.setInputFiles("#paste-source", SVS);
    await page.evaluate(() => {
      const clipboardData = new DataTransfer();
      clipboardData.items.add(document.querySelector<HTMLInputElement>("#paste-source")!.files![0]!);
      document.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true }));
    });
    await waitForSlide(page, "CMU-1-Small-Region.svs");
  });

  test("that is a folder opens by dropping the folder's parts together", async ({ openApp }) => {
    const { page } = await openApp();
    await dropFiles(page, [MRXS, MRXS.replace(".mrxs", "")]);
    await waitForSlide(page, "Mirax2-Fluorescence-2.mrxs");
  });

  test("alone of its folder asks for the folder by name, and goes on when it comes", async ({ openApp }) => {
    const { page } = await openApp({ before: withoutPickers });
    await dropFiles(page, [MRXS]);
    const asking = page.getByRole("alert");
    await asking
      .getByRole("heading", { name: "Mirax2-Fluorescence-2.mrxs needs the folder Mirax2-Fluorescence-2" })
      .waitFor();
    const choosing = page.waitForEvent("filechooser");
    await asking.getByRole("button", { name: words.failures.actions["open-folder"] }).click();
    await (await choosing).setFiles(join(SLIDES, "mrxs"));
    await waitForSlide(page, "Mirax2-Fluorescence-2.mrxs");
  });

  test("and its neighbours fill the rail when their folder is opened; what cannot be read says why", async ({
    openApp,
  }) => {
    const { page } = await openApp();
    await dropFiles(page, [join(SLIDES, "svs"), join(SLIDES, "malformed/svs")]);
    const rail = page.getByRole("list", { name: words.slides.title });
    for (const name of ["CMU-1-Small-Region.svs", "small.svs", "tcga-cr-7395-01a-01-ts1.svs", "broken.svs"]) {
      await rail.getByText(name).waitFor();
    }
    await rail.getByText(words.slides.states.failed).first().waitFor();
    await rail.getByText("CMU-1-Small-Region.svs").click();
    await waitForSlide(page, "CMU-1-Small-Region.svs");
  });
});

test("each tab comes back to its own slides when it is reloaded, a new one to those of the tab that was closed last", async ({
  openApp,
  onTestFinished,
}) => {
  const { page, context, url } = await openApp();
  const folder = temporaryFolder(onTestFinished);
  const open = async (tab: typeof page, name: SmallSlide) => {
    await dropFiles(tab, writeSlides(folder, [name]));
    await waitForSlide(tab, name);
  };
  /** Shown at once, or offered where the browser wants to be asked. */
  const comesBack = (tab: typeof page, name: SmallSlide) =>
    tab
      .getByRole("button", { name: words.first.resumeOne(name) })
      .or(tab.getByRole("application", { name: words.pane.slide(name) }))
      .waitFor();
  const newTab = async () => {
    const tab = await context.newPage();
    await tab.goto(url);
    await waitForApp(tab);
    return tab;
  };
  await open(page, "a-large.tiff");
  const second = await newTab();
  await open(second, "b-small.tiff");
  await page.reload();
  await comesBack(page, "a-large.tiff");
  await second.reload();
  await comesBack(second, "b-small.tiff");
  await second.close();
  await comesBack(await newTab(), "b-small.tiff");
});

describe("?url=", () => {
  test("opens a slide of the same origin", async ({ openApp }) => {
    const { page, url } = await openApp();
    await page.goto(`${url}?url=sample/${SAMPLE}`);
    await waitForSlide(page, SAMPLE);
  });

  test("refuses another origin with a sentence, and asks it nothing", async ({ openApp }) => {
    const { page, url } = await openApp();
    const other = "https://slides.example/a.svs";
    await page.goto(`${url}?url=${encodeURIComponent(other)}`);
    await page
      .getByRole("alert")
      .getByText(words.failures.otherSite(other, new URL(url).origin).what)
      .waitFor();
  });
});
