import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import type { Page } from "playwright";
import { describe } from "vitest";
import { dropFiles } from "../support/drop.ts";
import { openHdf5InNode } from "../support/node-hdf5.ts";
import { readZip } from "../support/read-zip.ts";
import { plainInput, testCard } from "../support/test-card.ts";
import { TINY_DIMENSION, TINY_PX, tinyModel } from "../support/tiny-models.ts";
import {
  analysisWords,
  findTissue,
  listStored,
  NO_GPU,
  openSample,
  openTab,
  patchCount,
  RUN_MS,
  runToEnd,
  SAMPLE,
  type SmallSlide,
  storeSlides,
  waitForEnd,
  withOriginFolders,
  writeSlides,
} from "./analysis-page.ts";
import { type AppOptions, expect, temporaryFolder, test, waitForSlide, withoutPickers, words } from "./app.ts";

const { tissue, patches, features, run, job, results, pixelSize, card } = analysisWords;
const OPTIONS: AppOptions = { expectedConsole: NO_GPU };
const COORDS = "20x_256px_0px_overlap";
const BUILT_IN = "scattering-he-v1";

const button = (page: Page, name: string) => page.getByRole("button", { name, exact: true });
const rows = (page: Page) => page.getByRole("table", { name: job.title }).getByRole("row");

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
      const { page, url } = await openApp(OPTIONS);
      await openSample(page, url);
      await findTissue(page);
      const all = await patchCount(page).textContent();
      await page.getByRole("slider", { name: patches.least }).fill("0.9");
      await expect.poll(() => patchCount(page).textContent()).not.toBe(all);

      await button(page, features.run).click();
      await page.getByText(/patches\/s/).waitFor();
      expect(await page.title()).toMatch(/^\d+ % · /);
      page.on("dialog", (dialog) => void dialog.accept());
      await page.reload();
      await waitForSlide(page, SAMPLE);
      await button(page, run.goOn).first().click();
      await waitForEnd(page, 1);

      await button(page, features.showResults).first().click();
      await button(page, results.middle).click();
      await expect.poll(() => page.getByRole("button", { name: /^Patch \d+ by likeness/ }).count()).toBe(12);
      await page.getByRole("img", { name: /^Colours from/ }).waitFor();
      const before = new URL(page.url()).hash;
      await page.getByRole("button", { name: /^Patch 12 by likeness/ }).click();
      await expect.poll(() => new URL(page.url()).hash).not.toBe(before);
    },
    RUN_MS * 2,
  );
});

describe("a small slide", () => {
  /** The app with slides of this machine dropped on it. */
  async function dropped(page: Page, folder: string, names: readonly SmallSlide[]): Promise<void> {
    await dropFiles(page, writeSlides(folder, names));
    await waitForSlide(page, names[0]!);
    await openTab(page, "analyse");
  }

  test("is cancelled, gone on with, and saved as a zip in TRIDENT's layout", async ({ openApp, onTestFinished }) => {
    // A browser without a dialogue for folders says what becomes of the results.
    const { page } = await openApp({ ...OPTIONS, before: withoutPickers });
    await dropped(page, temporaryFolder(onTestFinished), ["a-large.tiff"]);
    await page.getByText(features.noPicker).waitFor();
    expect(await button(page, features.chooseFolder).count()).toBe(0);
    await page.getByRole("spinbutton", { name: patches.size }).fill("64");
    await button(page, features.run).click();
    await page
      .getByText(/features (?!0 of)[\d,]+ of/)
      .first()
      .waitFor();
    await button(page, run.cancel).first().click();
    await page
      .getByText(run.ended(0, 0, true))
      .first()
      .waitFor();
    await button(page, run.goOn).first().click();
    await waitForEnd(page, 1);
    await page.getByRole("tab", { name: words.layout.railTabs.job, exact: true }).click();
    const count = Number((await rows(page).nth(1).getByRole("cell").nth(2).textContent())!.replaceAll(",", ""));
    expect(count).toBeGreaterThan(200);

    const download = page.waitForEvent("download");
    await button(page, features.download).first().click();
    const files = readZip(readFileSync(await (await download).path()));
    const coords = "20x_64px_0px_overlap";
    const names = [...files.keys()].map((name) => name.replace(/^[^/]*\/(?=contours|thumb|20x|_config|wsi)/, ""));
    for (const wanted of [
      "contours_geojson/a-large.geojson",
      "contours/a-large.jpg",
      "thumbnails/a-large.jpg",
      `${coords}/patches/a-large_patches.h5`,
      `${coords}/visualization/a-large.jpg`,
      `${coords}/features_${BUILT_IN}/a-large.h5`,
      `${coords}/_config_coords.json`,
      "_config_segmentation.json",
    ]) {
      expect(names).toContain(wanted);
    }
    expect(names.some((name) => /^wsi_states\/a-large.*\.json$/.test(name))).toBe(true);
    expect(names.filter((name) => /lock|partial|tmp/i.test(name))).toEqual([]);
    const [, h5] = [...files].find(([name]) => name.endsWith(`features_${BUILT_IN}/a-large.h5`))!;
    const { datasets } = await openHdf5InNode(new File([h5], "a-large.h5"));
    expect(datasets.get("features")!.shape).toEqual([count, 138]);
    expect(datasets.get("coords")!.shape).toEqual([count, 2]);
  });

  test("without a pixel size is asked for it once; a blank one is a warning", async ({ openApp, onTestFinished }) => {
    const { page } = await openApp(OPTIONS);
    const folder = temporaryFolder(onTestFinished);
    await dropped(page, folder, ["d-no-scale.tiff"]);
    expect(await button(page, tissue.find).isDisabled()).toBe(true);
    await page.getByLabel(pixelSize.field, { exact: true }).first().fill("0.5");
    await page.getByText(/^The scan would then be 512 µm × 512 µm\.$/).waitFor();
    await button(page, pixelSize.use).click();
    await findTissue(page);
    await runToEnd(page);
    expect(await page.getByText(pixelSize.title).count()).toBe(0);

    await dropped(page, folder, ["c-blank.tiff"]);
    await button(page, tissue.find).click();
    await page.getByText(tissue.none).first().waitFor();
    expect(await page.getByText(tissue.noneWhy).first().isVisible()).toBe(true);
    await button(page, features.runThis).click();
    await page
      .getByText(job.notice({ kind: "no_tissue" }))
      .first()
      .waitFor();
  });

  test("goes through the whole chain by the keyboard alone", async ({ openApp, onTestFinished }) => {
    const { page } = await openApp(OPTIONS);
    await dropFiles(page, writeSlides(temporaryFolder(onTestFinished), ["b-small.tiff"]));
    await waitForSlide(page, "b-small.tiff");
    const command = async (name: string) => {
      await page.keyboard.press("Control+k");
      await page.getByPlaceholder(words.commands.placeholder).waitFor();
      await page.keyboard.type(name);
      await page.keyboard.press("Enter");
    };
    await command(words.commands.names.analyseTab);
    await button(page, tissue.find).waitFor();
    await command(words.commands.names.findTissue);
    await patchCount(page).waitFor();
    await tabTo(page, features.run);
    await page.keyboard.press("Enter");
    await waitForEnd(page, 1);
    await command(words.commands.names.resultsTab);
    await button(page, results.middle).waitFor();
    await tabTo(page, results.middle);
    await page.keyboard.press("Enter");
    await page.getByRole("img", { name: /^Colours from/ }).waitFor();
    const hash = new URL(page.url()).hash;
    await tabTo(page, /^Patch 3 by likeness/);
    await page.keyboard.press("Enter");
    await expect.poll(() => new URL(page.url()).hash).not.toBe(hash);
  });

  /** Presses Tab until the button of that name has the focus. */
  async function tabTo(page: Page, name: string | RegExp): Promise<void> {
    const wanted = page.getByRole("button", { name, exact: true });
    for (let presses = 0; presses < 80; presses++) {
      await page.keyboard.press("Tab");
      if (await wanted.evaluate((element) => element === document.activeElement)) return;
    }
    throw new Error(`Tab does not lead to ${name}`);
  }
});

describe("a folder", () => {
  const ALL = ["a-large.tiff", "b-small.tiff", "c-blank.tiff", "d-no-scale.tiff", "e-broken.svs"] as const;

  async function openFolder(page: Page, names: readonly SmallSlide[]): Promise<void> {
    await storeSlides(page, names);
    await button(page, words.first.openFolder).click();
    await waitForSlide(page, names[0]!);
    await openTab(page, "analyse");
  }

  test("at once, into a folder that was picked: one bad slide stops nothing, and says why", async ({ openApp }) => {
    const { page, url } = await openApp({ ...OPTIONS, before: withOriginFolders });
    await openFolder(page, ALL);
    await button(page, features.chooseFolder).click();
    await page.getByText(features.inFolder("job")).waitFor();
    await button(page, features.runAll(5)).click();
    await waitForEnd(page, 3, 2, 1);
    const table = page.getByRole("table", { name: job.title });
    expect(await rows(page).count()).toBe(6);
    await table.getByText(job.notice({ kind: "no_tissue" })).waitFor();
    await table.getByText(analysisWords.failures.missingMpp("d-no-scale.tiff").what, { exact: false }).waitFor();
    await table.getByText(words.failures.notWhatItsNameSays(".svs")("e-broken.svs").what, { exact: false }).waitFor();

    // The pixel size is given, then that slide alone is done again.
    await table.getByRole("button", { name: "d-no-scale.tiff", exact: true }).click();
    await waitForSlide(page, "d-no-scale.tiff");
    await page.getByLabel(pixelSize.field, { exact: true }).first().fill("0.5");
    await button(page, pixelSize.use).click();
    await button(page, job.retry("d-no-scale.tiff")).click();
    await waitForEnd(page, 4, 1, 1);
    expect(await rows(page).nth(4).getAttribute("data-status")).toBe("done");

    const stored = await listStored(page, "job");
    for (const stem of ["a-large", "b-small", "d-no-scale"]) {
      expect(stored[`contours_geojson/${stem}.geojson`]).toBeGreaterThan(100);
      expect(stored[`${COORDS}/patches/${stem}_patches.h5`]).toBeGreaterThan(1000);
      expect(stored[`${COORDS}/features_${BUILT_IN}/${stem}.h5`]).toBeGreaterThan(1000);
    }
    expect(stored[`${COORDS}/features_${BUILT_IN}/e-broken.h5`]).toBeUndefined();

    // At a later visit the slides come back by themselves; the folder is opened again, and what it holds is there.
    await page.goto(url);
    await page.getByRole("list", { name: words.slides.title }).getByText("a-large.tiff").click();
    await waitForSlide(page, "a-large.tiff");
    await openTab(page, "analyse");
    await button(page, tissue.find).waitFor();
    await page.keyboard.press("Control+k");
    await page.keyboard.type(words.commands.names.openJob);
    await page.keyboard.press("Enter");
    await page.getByText(/pieces?, [\d.]+ mm²/).waitFor();
    await openTab(page, "results");
    await page.getByText(results.press).waitFor();
  });

  test("left in the middle by a reload is offered again, and goes on with what was picked", async ({ openApp }) => {
    const { page } = await openApp({ ...OPTIONS, before: withOriginFolders });
    await openFolder(page, ["a-large.tiff", "b-small.tiff"]);
    await page.getByRole("spinbutton", { name: patches.size }).fill("64");
    await button(page, features.chooseFolder).click();
    await page.getByText(features.inFolder("job")).waitFor();
    await button(page, features.runAll(2)).click();
    await page
      .getByText(/features (?!0 of)[\d,]+ of/)
      .first()
      .waitFor();
    page.on("dialog", (dialog) => void dialog.accept());
    await page.reload();
    await page.getByText(run.unfinished("a-large.tiff", 1)).first().waitFor();
    await button(page, run.goOn).first().click();
    await waitForEnd(page, 2);
    expect((await rows(page).nth(1).textContent())!).toMatch(/Went on after [\d,]+ patch/);
    const stored = await listStored(page, "job");
    expect(stored[`20x_64px_0px_overlap/features_${BUILT_IN}/a-large.h5`]).toBeGreaterThan(1000);
    // Done, it is not offered a third time: the app has looked for it before it registers its service worker.
    await page.addInitScript(() => {
      const { serviceWorker } = navigator;
      const register = serviceWorker.register.bind(serviceWorker);
      serviceWorker.register = (...given) => {
        performance.mark("test:registers");
        return register(...given);
      };
    });
    await page.reload();
    await waitForSlide(page, "a-large.tiff");
    await page.waitForFunction(() => performance.getEntriesByName("test:registers").length > 0);
    expect(await page.getByText(run.unfinishedNote).count()).toBe(0);
  });
});

describe("an ONNX encoder of one's own", () => {
  test("is refused with a sentence, asked about, taken with its card, run and removed", async ({
    openApp,
    onTestFinished,
  }) => {
    const folder = temporaryFolder(onTestFinished);
    const file = (name: string, content: Uint8Array | string) => {
      const path = join(folder, name);
      writeFileSync(path, content);
      return path;
    };
    const { page } = await openApp({ ...OPTIONS, before: withOriginFolders });
    await dropFiles(page, writeSlides(folder, ["b-small.tiff"]));
    await waitForSlide(page, "b-small.tiff");

    await dropFiles(page, [file("notes.onnx", "no model")]);
    await page.getByRole("alert").getByText(analysisWords.failures.modelLoad["not-onnx"]("notes.onnx").what).waitFor();
    await button(page, words.failures.dismiss).click();

    await dropFiles(page, [file("tiny.onnx", tinyModel())]);
    await page.getByText(card.title("tiny.onnx")).waitFor();
    await button(page, card.add).click();
    const encoder = page.getByRole("combobox", { name: features.encoder });
    await expect.poll(() => encoder.locator("option:checked").textContent()).toBe("tiny");

    const half = [0.5, 0.5, 0.5] as const;
    const tokens = testCard({
      id: "tiny-tokens",
      name: "Tiny tokens",
      dimension: TINY_DIMENSION,
      input: { ...plainInput(TINY_PX), mean: half, std: half },
      pooling: "mean-tokens",
      patchSizePx: 256,
    });
    await dropFiles(page, [file("tokens.onnx", tinyModel("tokens")), file("tokens.json", JSON.stringify(tokens))]);
    await expect.poll(() => encoder.locator("option:checked").textContent()).toBe("Tiny tokens");
    await button(page, features.chooseFolder).click();
    await runToEnd(page);
    const stored = await listStored(page, "job");
    expect(Object.keys(stored)).toContain(`${COORDS}/features_tiny-tokens/b-small.h5`);

    // Both are still there at the next visit, and can be removed.
    await page.reload();
    await waitForSlide(page, "b-small.tiff");
    await button(page, features.remove("Tiny tokens")).click();
    await encoder.selectOption({ label: "tiny" });
    await button(page, features.remove("tiny")).click();
    await expect.poll(() => encoder.locator("option").count()).toBe(1);
  });

  test("whose output is no number fails that slide with a sentence, before anything is kept of it", async ({
    openApp,
    onTestFinished,
  }) => {
    const folder = temporaryFolder(onTestFinished);
    const { page } = await openApp(OPTIONS);
    await dropFiles(page, writeSlides(folder, ["b-small.tiff"]));
    await waitForSlide(page, "b-small.tiff");
    const path = join(folder, "nan.onnx");
    writeFileSync(path, tinyModel("nan"));
    await dropFiles(page, [path]);
    await page.getByText(card.title("nan.onnx")).waitFor();
    await page.getByRole("textbox", { name: card.mean }).fill("0 0 0");
    await page.getByRole("textbox", { name: card.std }).fill("0.5 0.5 0.5");
    await button(page, card.add).click();
    const encoder = page.getByRole("combobox", { name: features.encoder });
    await expect.poll(() => encoder.locator("option:checked").textContent()).toBe("nan");
    await button(page, features.run).click();
    await page.getByText(analysisWords.failures.modelNotFinite("nan").what, { exact: false }).first().waitFor();
  });
});
