import { beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { page, userEvent } from "vitest/browser";
import { ModelInputError, ModelLoadError } from "#models";
import { PixelSizeError } from "#pipeline";
import { UnsupportedFormatError } from "#slide";
import { FolderPermissionError } from "#storage";
import { analysisWords } from "../../../src/app/analysis-words.ts";
import { findCommands, listCommands } from "../../../src/app/commands/commands.ts";
import { SETTINGS_KEY } from "../../../src/app/stores/settings.ts";
import { words } from "../../../src/app/words.ts";
import { axeFinds } from "../../support/axe-finds.ts";
import { fakeFeatures, slideState } from "../../support/fake-engine.ts";
import { fakeFolder } from "../../support/fake-handles.ts";
import { namedSlide } from "../../support/fake-library.ts";
import { type MountedApp, mountApp } from "../../support/mounted-app.tsx";

const { tissue, patches, features, run, job, results, pixelSize, card } = analysisWords;
const button = (name: string) => page.getByRole("button", { name, exact: true });
const tab = (name: string) => page.getByRole("tab", { name, exact: true });
const shown = (name: string) => page.getByRole("application", { name: words.pane.slide(name) });

/** The app with slides open and the Analyse tab in front. */
async function opened(names: readonly string[] = ["a.svs"], more = {}): Promise<MountedApp> {
  const app = await mountApp(Object.fromEntries(names.map((name) => [name, () => namedSlide(name, more)])));
  await app.open(...names);
  await expect.element(shown(names[0]!)).toBeVisible();
  await tab(words.layout.tabs.analyse).click();
  await expect.element(button(tissue.find)).toBeVisible();
  return app;
}

const analysisOf = (app: MountedApp) => app.parts.analysis.store.getState().analysis!;

beforeEach(() => page.viewport(1440, 900));

describe("tissue and patches", () => {
  test("are found and drawn up; grid and count follow every change; axe finds nothing in any state", async () => {
    const app = await opened();
    expect(await axeFinds()).toEqual([]);
    let go = () => {};
    app.engine.holdTissue = () => new Promise((resolve) => (go = resolve));
    await button(tissue.find).click();
    await expect.element(page.getByText(tissue.working, { exact: true }).first()).toBeVisible();
    expect(await axeFinds()).toEqual([]);
    go();
    await expect.element(page.getByText(/^1 piece, 1 mm², 8 % of the slide$/)).toBeVisible();
    await expect.element(page.getByText(patches.count(49), { exact: true })).toBeVisible();
    await page.getByRole("slider", { name: patches.least }).fill("0.5");
    await expect.element(page.getByText(patches.count(25), { exact: true })).toBeVisible();
    await page.getByRole("spinbutton", { name: patches.overlap }).fill("128");
    await expect.element(page.getByText(patches.count(113), { exact: true })).toBeVisible();
    expect(await axeFinds()).toEqual([]);
    // What takes longer than a frame is shown about as it will be.
    app.engine.holdPreview = () => new Promise((resolve) => (go = resolve));
    await page.getByRole("spinbutton", { name: patches.overlap }).fill("0");
    await expect.element(page.getByText(patches.about(25), { exact: true })).toBeVisible();
    go();
    await expect.element(page.getByText(patches.count(25), { exact: true })).toBeVisible();
    app.engine.holdPreview = undefined;
    app.parts.settings.getState().set({ theme: "light" });
    expect(await axeFinds()).toEqual([]);
  });

  test("can be cancelled while tissue is looked for", async () => {
    const app = await opened();
    let go = () => {};
    app.engine.holdTissue = () => new Promise((resolve) => (go = resolve));
    await button(tissue.find).click();
    await button(analysisWords.analyse.cancel).click();
    go();
    await expect.element(button(tissue.find)).toBeVisible();
    await expect.element(page.getByText(tissue.nothing)).toBeVisible();
  });

  test("a failure says why in the panel, and can be tried again", async () => {
    const app = await opened();
    app.engine.tissueFails = new Error("boom");
    await button(tissue.find).click();
    await expect.element(page.getByRole("alert")).toHaveTextContent("Something went wrong with a.svs.");
    expect(await axeFinds()).toEqual([]);
    app.engine.tissueFails = undefined;
    await page.getByRole("alert").getByRole("button", { name: words.failures.actions.again }).click();
    await expect.element(page.getByText(/^1 piece/)).toBeVisible();
  });

  test("no tissue is a warning, never a silent success", async () => {
    const app = await opened();
    app.engine.findTissue = async () => ({ polygons: [], areaMm2: 0 }) as never;
    await button(tissue.find).click();
    await expect.element(page.getByText(tissue.none)).toBeVisible();
  });

  test("a slide without a pixel size asks for it once, and doubts what cannot be", async () => {
    const app = await opened(["a.tif"], { mpp: undefined, objectivePower: undefined });
    await expect.element(button(tissue.find)).toBeDisabled();
    await expect.element(button(features.run)).toBeDisabled();
    const field = page.getByRole("textbox", { name: pixelSize.field });
    await field.fill("25");
    await expect.element(page.getByText(pixelSize.notPlausible)).toBeVisible();
    expect(await axeFinds()).toEqual([]);
    await field.fill("0,5");
    await expect.element(page.getByText(pixelSize.wouldBe("10 mm", "5 mm"))).toBeVisible();
    await button(pixelSize.use).click();
    await button(tissue.find).click();
    await expect.element(page.getByText(/^1 piece/)).toBeVisible();
    await button(features.run).click();
    await expect.poll(() => app.engine.jobs[0]?.jobSlides[0]?.mpp).toBe(0.5);
  });
});

describe("a pixel size that the person gave", () => {
  test("reaches the pane, which says whose it is, until it is taken back", async () => {
    const app = await opened(["a.tif"], { mpp: undefined, objectivePower: undefined });
    const { viewer } = app.parts.chrome.getState();
    viewer!.setView({ centerX: 8000, centerY: 4000, downsample: 2 });
    await expect.element(page.getByText(words.pane.noPixelSize)).toBeVisible();
    await page.getByRole("textbox", { name: pixelSize.field }).fill("0.5");
    await button(pixelSize.use).click();
    await expect.element(page.getByText(words.pane.givenPixelSize("0.5 µm")).first()).toBeVisible();
    await expect.element(page.getByText(`${words.pane.centre} 4,000 µm, 2,000 µm · 8,000, 4,000 px`)).toBeVisible();
    await expect.element(page.getByRole("img", { name: words.pane.scaleBarAsGiven("100 µm") })).toBeVisible();
    const magnification = page.getByRole("textbox", { name: words.pane.magnification });
    await expect.element(magnification).toHaveValue("10×");
    await expect
      .element(magnification)
      .toHaveAttribute("title", expect.stringContaining(words.pane.magnificationAsGiven));
    expect(await axeFinds()).toEqual([]);
    await button(pixelSize.change).click();
    await expect.element(page.getByText(words.pane.noPixelSize)).toBeVisible();
    await expect.element(magnification).not.toBeInTheDocument();
    await expect.element(page.getByRole("img", { name: /Scale bar/ })).not.toBeInTheDocument();
    await page.getByRole("textbox", { name: pixelSize.field }).fill("0.25");
    await button(pixelSize.use).click();
    await expect.element(magnification).toHaveValue("20×");
  });

  test("is what keys and commands magnify by", async () => {
    const app = await opened(["a.tif"], { mpp: undefined, objectivePower: undefined });
    const { viewer } = app.parts.chrome.getState();
    const magnify = words.commands.names.magnify("10×");
    const commands = () => findCommands(listCommands(app.parts), magnify);
    expect(commands()).toEqual([]);
    analysisOf(app).giveMpp(app.parts.slides.getState().activeId!, 0.5);
    expect(commands().map(({ name }) => name)).toEqual([magnify]);
    commands()[0]!.run!();
    await expect.poll(() => viewer!.view.downsample).toBe(2);
    (shown("a.tif").element() as HTMLElement).focus();
    await userEvent.keyboard("3");
    await expect.poll(() => viewer!.view.downsample).toBe(4);
  });

  test("stands in the slide's panel and in the list, which say whose it is", async () => {
    const app = await opened(["a.tif"], { mpp: undefined, objectivePower: undefined });
    const { asGiven, fromGivenPixelSize, levelsAsGiven } = words.slidePanel;
    const row = page.getByRole("button", { name: /^a\.tif .*given$/ });
    await tab(words.layout.tabs.slide).click();
    await expect.element(page.getByRole("heading", { name: words.slidePanel.levels })).toBeVisible();
    expect(page.getByText(levelsAsGiven).elements()).toEqual([]);
    expect(row.elements()).toEqual([]);
    analysisOf(app).giveMpp(app.parts.slides.getState().activeId!, 0.5);
    await expect.element(page.getByText(`0.5 µm${asGiven()}`)).toBeVisible();
    await expect.element(page.getByText(`20×${fromGivenPixelSize}`)).toBeVisible();
    await expect.element(page.getByText(levelsAsGiven)).toBeVisible();
    const sizes = page
      .getByRole("row")
      .elements()
      .map((level) => level.lastElementChild!.textContent);
    expect(sizes).toEqual([words.slidePanel.umPerPixel, "0.5", "2", "8", "32"]);
    await expect.element(row).toBeVisible();
    expect(await axeFinds()).toEqual([]);
  });

  async function lookForTissue(app: MountedApp) {
    app.engine.tissueFails = new PixelSizeError(12);
    await button(tissue.find).click();
  }
  async function runJob(app: MountedApp) {
    await button(features.run).click();
    await expect.poll(() => app.engine.jobs).toHaveLength(1);
    const [fake] = app.engine.jobs;
    fake!.tell({ done: 1 }, [slideState("a.svs", { status: "needs_mpp", error: new PixelSizeError(12) })]);
    fake!.end();
  }
  test.each([
    ["by looking for tissue", lookForTissue],
    ["by a job", runJob],
  ])("is asked for as well where the file's own was refused %s", async (_, refuse) => {
    const app = await opened(["a.svs"], { mpp: { x: 12, y: 12, source: "openslide.mpp-x" } });
    const field = page.getByRole("textbox", { name: pixelSize.field });
    expect(field.elements()).toEqual([]);
    await refuse(app);
    await expect.element(page.getByText(pixelSize.refused("12 µm"))).toBeVisible();
    expect(await axeFinds()).toEqual([]);
    await field.fill("0.25");
    await button(pixelSize.use).click();
    await expect.element(page.getByText(pixelSize.given("0.25 µm")).first()).toBeVisible();
    await expect.element(button(tissue.find)).toBeVisible();
    await button(pixelSize.change).click();
    await expect.element(field).toBeVisible();
  });

  test("counts more than the file's own", async () => {
    const app = await opened(["a.svs"], { objectivePower: undefined });
    const { viewer } = app.parts.chrome.getState();
    viewer!.setView({ centerX: 8000, centerY: 4000, downsample: 2 });
    const bar = (label: string) => page.getByRole("img", { name: label, exact: true });
    await expect.element(bar(words.pane.scaleBar("50 µm"))).toBeVisible();
    analysisOf(app).giveMpp(app.parts.slides.getState().activeId!, 0.26);
    await expect.element(bar(words.pane.scaleBarAsGiven("50 µm"))).toBeVisible();
    analysisOf(app).giveMpp(app.parts.slides.getState().activeId!, 0.5);
    await expect.element(bar(words.pane.scaleBarAsGiven("100 µm"))).toBeVisible();
    await expect.element(page.getByRole("textbox", { name: words.pane.magnification })).toHaveValue("10×");
    await tab(words.layout.tabs.slide).click();
    await expect.element(page.getByText(`0.5 µm${words.slidePanel.asGiven("0.25 µm")}`)).toBeVisible();
  });
});

describe("a run", () => {
  test("keeps the focus with those who use the keyboard: Run, Cancel, Go on", async () => {
    const app = await opened();
    (button(features.run).element() as HTMLElement).focus();
    await userEvent.keyboard("{Enter}");
    await expect.element(button(run.cancel)).toHaveFocus();
    await expect.poll(() => app.engine.jobs).toHaveLength(1);
    await userEvent.keyboard("{Enter}");
    await expect.element(button(run.goOn)).toHaveFocus();
    await userEvent.keyboard("{Enter}");
    await expect.element(button(run.cancel)).toHaveFocus();
  });

  test("takes no room of its own where the sheet is low", async () => {
    await page.viewport(844, 390);
    await opened();
    const place = () => getComputedStyle(page.getByRole("region", { name: features.run }).element()).position;
    await expect.poll(place).toBe("static");
    await page.viewport(390, 844);
    await expect.poll(place).toBe("sticky");
  });

  test("shows pace and time in the panel, the foot and the tab's title; leaving asks once; then the result", async () => {
    const app = await opened();
    await button(features.run).click();
    await expect.poll(() => app.engine.jobs).toHaveLength(1);
    const [fake] = app.engine.jobs;
    expect(fake!.settings).toMatchObject({ patches: { target: { mag: 20 }, patchSize: 256, minTissueProportion: 0 } });
    fake!.tell({
      fraction: 0.41,
      current: { name: "a.svs", path: "a.svs", step: "features", done: 41, total: 100, isElsewhere: false },
      patches: 41,
      patchesPerSecond: 85.2,
      slideSecondsLeft: 9,
      secondsLeft: 9,
      slowest: "model",
    });
    await expect
      .element(page.getByText(`${run.speed(85.2)} · ${run.left("9 s")} · ${run.slowest.model}`))
      .toBeVisible();
    await expect.element(page.getByText("a.svs: features 41 of 100")).toBeVisible();
    await expect.poll(() => document.title).toBe("41 % · a.svs · Coverslip");
    await expect.element(page.getByText(analysisWords.foot(1, 1, 41, "9 s"))).toBeVisible();
    expect(await axeFinds()).toEqual([]);
    const leaving = new Event("beforeunload", { cancelable: true });
    window.dispatchEvent(leaving);
    expect(leaving.defaultPrevented).toBe(true);
    expect([...app.kept.jobs.values()].map(({ slides }) => slides.map(({ name }) => name))).toEqual([["a.svs"]]);

    app.engine.held = heldFolder("a");
    app.engine.features = fakeFeatures();
    fake!.tell({ fraction: 1, done: 1 }, [slideState("a.svs", { status: "done", patches: 200, seconds: 12 })]);
    fake!.end();
    await expect.element(page.getByText(run.ended(1, 0, false))).toBeVisible();
    expect(document.title).toBe("a.svs · Coverslip");
    expect(app.kept.jobs.size).toBe(0);
    const after = new Event("beforeunload", { cancelable: true });
    window.dispatchEvent(after);
    expect(after.defaultPrevented).toBe(false);
    await button(features.showResults).click();
    await expect.element(page.getByText(results.press)).toBeVisible();
  });

  test("shows its results from the job table, too, where the panel was hidden", async () => {
    const app = await opened(["a.svs", "b.svs"]);
    await button(features.runAll(2)).click();
    await expect.poll(() => app.engine.jobs).toHaveLength(1);
    app.engine.held = heldFolder("a");
    app.engine.features = fakeFeatures();
    app.parts.settings.getState().set({ panelOpen: false });
    app.engine.jobs[0]!.end();
    await button(features.showResults).click();
    await expect.element(page.getByText(results.press)).toBeVisible();
  });

  test("is cancelled at any moment, and goes on", async () => {
    const app = await opened();
    await button(features.run).click();
    await expect.poll(() => app.engine.jobs).toHaveLength(1);
    await button(run.cancel).click();
    await expect.element(page.getByText(run.ended(0, 0, true))).toBeVisible();
    // At the next visit it is offered.
    expect(app.kept.jobs.size).toBe(1);
    await button(run.goOn).click();
    await expect.poll(() => app.engine.jobs.length).toBe(2);
    app.engine.jobs[1]!.end();
    await expect.element(page.getByText(run.ended(0, 0, false))).toBeVisible();
  });

  test.each([
    [1440, 900],
    [390, 844],
  ])(
    "stays in sight when the last slide is closed, and nothing can be erased under it (%i px)",
    async (width, height) => {
      await page.viewport(width, height);
      const app = await opened();
      localStorage.setItem(SETTINGS_KEY, "{}");
      onTestFinished(() => localStorage.removeItem(SETTINGS_KEY));
      await button(features.run).click();
      await expect.poll(() => app.engine.jobs).toHaveLength(1);
      await app.parts.session.close(app.parts.slides.getState().activeId!);
      await expect.element(button(words.first.trySample)).toBeInTheDocument();
      await expect.element(button(words.stored.erase)).toBeDisabled();
      await expect.element(button(run.cancel)).toBeVisible();
      expect(await axeFinds()).toEqual([]);
      await button(run.cancel).click();
      await expect.element(page.getByText(run.ended(0, 0, true))).toBeVisible();
      await expect.element(button(words.stored.erase)).toBeEnabled();
    },
  );

  test("that stops as a whole says why and what to do", async () => {
    const app = await opened();
    await button(features.run).click();
    await expect.poll(() => app.engine.jobs).toHaveLength(1);
    app.engine.jobs[0]!.end({ status: "error", error: new FolderPermissionError("results") });
    await expect.element(page.getByRole("alert")).toHaveTextContent("This page may not write to results.");
    // Below the button that was pressed, and scrolled to.
    await expect.element(page.getByRole("alert")).toBeInViewport({ ratio: 1 });
    expect(await axeFinds()).toEqual([]);
  });

  test("of a single slide that fails says why where it was started", async () => {
    const app = await opened();
    await button(features.run).click();
    await expect.poll(() => app.engine.jobs).toHaveLength(1);
    const [fake] = app.engine.jobs;
    const error = new ModelLoadError("m.onnx", "memory", "out of memory");
    fake!.tell({ done: 1 }, [slideState("a.svs", { status: "failed", error })]);
    fake!.end();
    await expect.element(page.getByRole("alert")).toHaveTextContent("m.onnx is too large for this browser's memory.");
    await page.getByRole("alert").getByRole("button", { name: words.failures.actions.again }).click();
    await expect.poll(() => fake!.runs).toBe(2);
    fake!.end({ failed: [], warned: ["a.svs"] });
  });

  test("that ends with a warning says so", async () => {
    const app = await opened();
    await button(features.run).click();
    await expect.poll(() => app.engine.jobs).toHaveLength(1);
    app.engine.jobs[0]!.end({ warned: ["a.svs"] });
    await expect.element(page.getByText("1 slide done, 1 with a warning.")).toBeVisible();
  });

  test("left in the middle is offered at the next visit, and asks for what it cannot open by itself", async () => {
    const app = await mountApp({ "a.svs": () => namedSlide("a.svs") });
    await app.kept.saveJob({
      id: "left",
      begunAt: 0,
      folder: undefined,
      settings: {
        tasks: ["segmentation", "coords", "features"],
        segmentation: { segmenter: "otsu", holesAreTissue: false, targetMagnification: 1.25 },
        patches: { target: { mag: 10 }, patchSize: 512, overlap: 0, minTissueProportion: 0.2 },
      },
      slides: [{ name: "a.svs", folder: "", origin: { kind: "none" } }],
    });
    await (await app.parts.analysis.load()).lookForUnfinished();
    await expect.element(page.getByText(run.unfinished("a.svs", 0))).toBeVisible();
    const commands = () => findCommands(listCommands(app.parts), words.commands.names.jobTab);
    expect(commands()).toHaveLength(1);
    expect(await axeFinds()).toEqual([]);
    await button(run.goOn).click();
    await expect.element(page.getByText(run.awaits("a.svs"))).toBeVisible();
    await app.open("a.svs");
    await expect.element(shown("a.svs")).toBeVisible();
    await button(run.goOn).first().click();
    await expect.poll(() => app.engine.jobs).toHaveLength(1);
    expect(app.engine.jobs[0]!.settings.patches).toMatchObject({ patchSize: 512, minTissueProportion: 0.2 });
    expect(analysisOf(app).choices.getState()).toMatchObject({ magnification: 10, holesAreTissue: false });
  });
});

describe("the job table", () => {
  test("has a row a slide with state, count, time and reason; what failed can be retried, alone or all", async () => {
    const app = await opened(["a.svs", "b.svs", "c.svs"]);
    await button(features.runAll(3)).click();
    await expect.poll(() => app.engine.jobs).toHaveLength(1);
    const [fake] = app.engine.jobs;
    const warned = slideState("b.svs", { status: "warning", patches: 0, seconds: 2 });
    const states = [
      slideState("a.svs", { status: "done", patches: 1204, seconds: 61 }),
      {
        ...warned,
        steps: { ...warned.steps, segmentation: { ...warned.steps.segmentation, notices: [{ kind: "no_tissue" }] } },
      },
      slideState("c.svs", { status: "failed", error: new ModelLoadError("m.onnx", "memory", "out of memory") }),
    ] as const;
    fake!.tell({ done: 3, fraction: 1 }, states);
    await tab(words.layout.railTabs.job).click();
    const table = page.getByRole("table", { name: job.title });
    await expect.element(table.getByText("1,204")).toBeVisible();
    await expect.element(table.getByText("61 s")).toBeVisible();
    await expect.element(table.getByText("No tissue was found.")).toBeVisible();
    await expect.element(table.getByText(/m\.onnx is too large for this browser's memory/)).toBeVisible();
    expect(await axeFinds()).toEqual([]);
    fake!.end();
    await page.getByRole("button", { name: job.retry("c.svs") }).click();
    await expect.poll(() => fake!.runs).toBe(2);
    expect(fake!.retried).toEqual(["c.svs"]);
    fake!.tell({}, states);
    fake!.end();
    await button(job.retryFailed).click();
    await expect.poll(() => fake!.runs).toBe(3);
    fake!.end();
  });

  test("has a failed slide wait for another turn while the others are worked on", async () => {
    const app = await opened(["a.svs", "b.svs"]);
    await button(features.runAll(2)).click();
    await expect.poll(() => app.engine.jobs).toHaveLength(1);
    const [fake] = app.engine.jobs;
    const failed = slideState("b.svs", { status: "failed", error: new UnsupportedFormatError("b.svs") });
    fake!.tell({ done: 1 }, [slideState("a.svs", { status: "working", step: "features" }), failed]);
    const row = page.getByRole("row", { name: /^b\.svs/ });
    const retry = page.getByRole("button", { name: job.retry("b.svs") });
    await retry.click();
    await expect.element(row.getByText(job.states.waiting, { exact: true })).toBeVisible();
    await expect.element(retry).not.toBeInTheDocument();
    await expect.element(page.getByText(words.failures.unsupported("b.svs").what)).not.toBeInTheDocument();
    expect(fake).toMatchObject({ runs: 1, retried: ["b.svs"] });
    fake!.end({ failed: [] });
  });

  test("says of an empty file that it is empty, as the viewer does", async () => {
    const app = await opened(["a.svs", "b.svs"]);
    const { entries, change } = app.parts.slides.getState();
    change(entries.find(({ name }) => name === "b.svs")!.id, { sizeBytes: 0 });
    await button(features.runAll(2)).click();
    await expect.poll(() => app.engine.jobs).toHaveLength(1);
    const error = new UnsupportedFormatError("b.svs");
    app.engine.jobs[0]!.tell({ done: 2, fraction: 1 }, [
      slideState("a.svs", { status: "done" }),
      slideState("b.svs", { status: "failed", error }),
    ]);
    await tab(words.layout.railTabs.job).click();
    const { what } = words.failures.empty("b.svs");
    await expect.element(page.getByRole("table", { name: job.title }).getByText(what)).toBeVisible();
  });

  test("of hundreds of slides only those in sight are in the page", async () => {
    const names = Array.from({ length: 300 }, (_, index) => `case-${index}.svs`);
    const app = await opened(names);
    await button(features.runAll(300)).click();
    await tab(words.layout.railTabs.job).click();
    const table = page.getByRole("table", { name: job.title });
    await expect.element(table.getByText("case-3.svs", { exact: true })).toBeVisible();
    expect(table.getByRole("row").elements().length).toBeLessThan(40);
    expect(table.element().getAttribute("aria-rowcount")).toBe("301");
    app.engine.jobs[0]!.end();
  });

  test("a folder that was begun elsewhere is looked into, and its settings are taken over", async () => {
    const app = await opened();
    app.engine.held = heldFolder("a");
    app.engine.features = fakeFeatures();
    app.pickJobFolder(fakeFolder("trident", {}));
    await button(features.chooseFolder).click();
    await expect.element(page.getByText(features.inFolder("trident"))).toBeVisible();
    await tab(words.layout.railTabs.job).click();
    await expect.element(page.getByText(new RegExp(job.found(1, 1, 1).replaceAll(/[()]/g, ".")))).toBeVisible();
    await tab(words.layout.tabs.results).click();
    await expect.element(page.getByText(results.press)).toBeVisible();
  });
});

describe("the place of results", () => {
  test("may be a folder that is empty; as a job folder to be opened that is a mistake", async () => {
    const app = await opened();
    app.pickJobFolder(fakeFolder("new", {}));
    await button(features.chooseFolder).click();
    await expect.element(page.getByText(features.inFolder("new"))).toBeVisible();
    expect(page.getByRole("alert").elements()).toHaveLength(0);
    await analysisOf(app).openJobFolder();
    await expect.element(page.getByRole("alert")).toHaveTextContent(analysisWords.failures.noJob("").what.trim());
  });

  test("that holds contours of a slide shows them with the slide, unless tissue was looked for since", async () => {
    const app = await mountApp({ "a.svs": () => namedSlide("a.svs"), "b.svs": () => namedSlide("b.svs") });
    const shell = Float64Array.of(0, 0, 1000, 0, 1000, 1000, 0, 1000, 0, 0);
    app.engine.readTissue = async (_folder, stem) => (stem === "b" ? [{ shell, holes: [] }] : undefined);
    await app.open("a.svs", "b.svs");
    await expect.element(shown("a.svs")).toBeVisible();
    await tab(words.layout.tabs.analyse).click();
    await expect.element(button(tissue.find)).toBeVisible();
    await app.parts.session.next();
    await expect.element(page.getByText(/^1 piece, 0\.06 mm²/)).toBeVisible();
    await button(tissue.again).click();
    await expect.element(page.getByText(/^1 piece, 1 mm²/)).toBeVisible();
    await app.parts.session.previous();
    await expect.element(button(tissue.find)).toBeVisible();
    await app.parts.session.next();
    await expect.element(page.getByText(/^1 piece, 1 mm²/)).toBeVisible();
  });
});

describe("results", () => {
  async function withFeatures() {
    const app = await opened();
    app.engine.held = heldFolder("a");
    app.engine.features = fakeFeatures();
    await tab(words.layout.tabs.results).click();
    await expect.element(page.getByText(results.nothing)).toBeVisible();
    expect(await axeFinds()).toEqual([]);
    await analysisOf(app).loadResults();
    await expect.element(page.getByText(results.press)).toBeVisible();
    return app;
  }

  test("of another slide of the same name are not shown as this one's", async () => {
    const app = await withFeatures();
    app.engine.hasResultsOf = async () => false;
    await analysisOf(app).loadResults();
    await expect.element(page.getByText(results.nothing)).toBeVisible();
  });

  test("the patch in the middle, or one that was pressed, lights up the others; the most alike lead to their place", async () => {
    const app = await withFeatures();
    const { viewer } = app.parts.chrome.getState();
    viewer!.setView({ centerX: 1000 + 5.5 * 512, centerY: 1000 + 3.5 * 512, downsample: 8 });
    await button(results.middle).click();
    await expect.poll(() => analysisOf(app).results.getState().chosen?.index).toBe(3 * 20 + 5);
    await expect.element(page.getByRole("img", { name: /^Colours from/ })).toBeVisible();
    expect(page.getByRole("button", { name: /^Patch \d+ by likeness/ }).elements()).toHaveLength(12);
    expect(await axeFinds()).toEqual([]);
    await page.getByRole("button", { name: /^Patch 1 by likeness/ }).click();
    await expect.poll(() => viewer!.view.centerX % 512).toBeCloseTo((1000 + 256) % 512, 1);
    viewer!.press({ x: viewer!.size.width / 2, y: viewer!.size.height / 2 });
    await expect.poll(() => analysisOf(app).results.getState().chosen?.index).not.toBe(65);
    await button(results.clear).click();
    await expect.element(page.getByText(results.press)).toBeVisible();
  });

  test("similarity covers the slide, and H held takes everything off it", async () => {
    const app = await withFeatures();
    const { viewer } = app.parts.chrome.getState();
    viewer!.setView({ centerX: 4000, centerY: 3000, downsample: 8 });
    // The picture asks for the tiles it lacks; with none awaited it is the slide's own.
    await expect.poll(() => viewer!.capture() && viewer!.stats().tilesPending).toBe(0);
    const bare = colourAtMiddle(viewer!.capture());
    await button(results.middle).click();
    await expect.poll(() => colourAtMiddle(viewer!.capture())).not.toBe(bare);
    (document.activeElement as HTMLElement).blur();
    await userEvent.keyboard("{h>}");
    await expect.poll(() => colourAtMiddle(viewer!.capture())).toBe(bare);
    await userEvent.keyboard("{/h}");
    await expect.poll(() => colourAtMiddle(viewer!.capture())).not.toBe(bare);
  });

  test("belong to the slide that is shown, and to no other", async () => {
    const app = await opened(["a.svs", "b.svs"]);
    app.engine.held = heldFolder("a");
    app.engine.features = fakeFeatures();
    await tab(words.layout.tabs.results).click();
    await analysisOf(app).loadResults();
    await expect.element(page.getByText(results.press)).toBeVisible();
    await app.parts.session.next();
    await expect.element(shown("b.svs")).toBeVisible();
    await analysisOf(app).loadResults();
    expect(analysisOf(app).results.getState().features.kind).toBe("nothing");
    await expect.element(page.getByText(results.nothing)).toBeVisible();
    await app.parts.session.previous();
    await expect.element(page.getByText(results.press)).toBeVisible();
  });
});

describe("models", () => {
  const onnx = (name: string) => new File(["x"], name);

  test("a dropped model without a card is asked about, kept, chosen, and can be removed", async () => {
    const app = await opened();
    const dataTransfer = new DataTransfer();
    dataTransfer.items.add(onnx("vit.onnx"));
    document.body.dispatchEvent(new DragEvent("drop", { dataTransfer, bubbles: true, cancelable: true }));
    await expect.element(page.getByText(card.title("vit.onnx"))).toBeVisible();
    expect(app.parts.slides.getState().entries).toHaveLength(1);
    expect(await axeFinds()).toEqual([]);
    const mean = page.getByRole("textbox", { name: card.mean });
    await mean.fill("0.5, 0.5");
    await expect.element(page.getByText(card.threeNumbers)).toBeVisible();
    await mean.fill("0.5 0.5 0.5");
    await button(card.add).click();
    await expect.poll(() => app.engine.stored[0]?.card.input.mean).toEqual([0.5, 0.5, 0.5]);
    const chosen = page.getByRole("combobox", { name: features.encoder });
    await expect.element(chosen).toHaveValue("sha-of-vit.onnx");
    await page.getByRole("button", { name: features.remove("vit") }).click();
    await expect.element(chosen).toHaveValue("");
    expect(app.engine.stored).toEqual([]);
  });

  test("a card beside it is taken; one that is wrong is asked about by field; what is no model says so", async () => {
    const app = await opened();
    const good = new File([JSON.stringify({ ...app.engine.builtIn.card, id: "v", name: "With card" })], "card.json");
    await analysisOf(app).addModel([onnx("v.onnx"), good]);
    await expect.element(page.getByRole("option", { name: "With card" })).toBeInTheDocument();
    app.engine.readCard = () => {
      throw Object.assign(new Error("bad"), { field: "pooling" });
    };
    await analysisOf(app).addModel([onnx("w.onnx"), good]);
    await expect.element(page.getByRole("alert")).toHaveTextContent(card.cardWrong("pooling"));
    app.engine.suggestCard = async () => {
      throw new ModelInputError("w.onnx", "tokens int64 [1, 77]", "float32 [n, 3, 224, 224]");
    };
    await analysisOf(app).addModel([onnx("w.onnx")]);
    await expect.element(page.getByRole("alert")).toHaveTextContent("w.onnx takes another input than patches.");
    expect(await axeFinds()).toEqual([]);
  });

  test("the panel says where it would run, and why", async () => {
    await opened();
    await expect
      .element(page.getByText(/^CPU \(WebAssembly\), 4 threads: this browser has no WebGPU\.$/))
      .toBeVisible();
    await page.getByRole("radio", { name: features.devices.wasm }).click({ force: true });
    await expect.element(page.getByText(/^CPU \(WebAssembly\), 4 threads: as you chose\.$/)).toBeVisible();
  });
});

test("on a phone the sheet waits for the slide's first pixels, or for the reason why there are none", async () => {
  await page.viewport(390, 844);
  const app = await mountApp({ "a.svs": "never" });
  await app.open("a.svs");
  await expect.element(page.getByText(words.pane.opening("a.svs"))).toBeVisible();
  expect(page.getByRole("tab").elements()).toEqual([]);
  await app.open("b.svs");
  await expect.element(page.getByRole("alert")).toBeVisible();
  await expect.element(tab(words.layout.tabs.slide)).toBeVisible();
});

test("on a phone the sheet holds the same panels", async () => {
  await page.viewport(390, 844);
  const app = await mountApp({ "a.svs": () => namedSlide("a.svs") });
  await app.open("a.svs");
  await expect.element(shown("a.svs")).toBeVisible();
  await tab(words.layout.tabs.analyse).click();
  await expect.element(button(tissue.find)).toBeVisible();
  expect(await axeFinds()).toEqual([]);
  await tab(words.layout.tabs.results).click();
  await expect.element(page.getByText(results.nothing)).toBeVisible();
  expect(await axeFinds()).toEqual([]);
});

function heldFolder(stem: string): MountedApp["engine"]["held"] {
  return {
    settings: undefined,
    slides: [{ stem, path: undefined, mpp: undefined, hasContours: true, tasks: {} }],
    coordsFolders: [{ name: "20x_256px_0px_overlap", slides: [stem], encoders: [{ id: "stripes", slides: [stem] }] }],
  };
}

function colourAtMiddle(picture: HTMLCanvasElement): string {
  // Off the frame of the chosen patch.
  const { data } = picture.getContext("2d")!.getImageData(picture.width / 2 + 20, picture.height / 2 + 16, 1, 1);
  return [...data].join(" ");
}
