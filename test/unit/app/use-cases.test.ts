import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from "vitest";
import { WorkerCrashedError } from "#bridge";
import type { JobSettings, PatchFeatures } from "#pipeline";
import type { Slide } from "#slide";
import { StorageFullError } from "#storage";
import { createAnalysis } from "../../../src/app/analysis/analysis.ts";
import { createAnalysisDoor } from "../../../src/app/analysis/door.ts";
import { loadFailedAgain, NotLoadedError, onDemand } from "../../../src/app/on-demand.ts";
import { comeBack } from "../../../src/app/opening/come-back.ts";
import type { LastJob } from "../../../src/app/opening/kept.ts";
import { createSession } from "../../../src/app/opening/session.ts";
import { DEFAULT_CHOICES, patchSettings, segmentationSettings } from "../../../src/app/stores/choices.ts";
import { createChromeStore } from "../../../src/app/stores/chrome.ts";
import { hasRest } from "../../../src/app/stores/job.ts";
import { speedKey } from "../../../src/app/stores/models.ts";
import { NO_RESULTS } from "../../../src/app/stores/results.ts";
import { createSettingsStore } from "../../../src/app/stores/settings.ts";
import { createSlidesStore } from "../../../src/app/stores/slides.ts";
import { tissueOf } from "../../../src/app/stores/tissue.ts";
import { type FakeJob, fakeEngine, fakeFeatures, NO_PROGRESS, slideState } from "../../support/fake-engine.ts";
import { fakeFile, fakeFolder } from "../../support/fake-handles.ts";
import { fakeLibrary, namedSlide } from "../../support/fake-library.ts";
import { memoryKept } from "../../support/memory-kept.ts";
import { memoryStorage } from "../../support/memory-storage.ts";

const until = (check: () => void) => vi.waitFor(check, { timeout: 2000, interval: 1 });
/** Long enough for what is not to happen. */
const aWhile = () => new Promise((resolve) => setTimeout(resolve, 20));

beforeAll(() => {
  vi.stubGlobal("addEventListener", () => {});
  vi.stubGlobal("removeEventListener", () => {});
  vi.stubGlobal("navigator", {});
});

afterAll(() => void vi.unstubAllGlobals());

const JOB_SETTINGS: JobSettings = {
  tasks: ["segmentation", "coords", "features"],
  segmentation: segmentationSettings(DEFAULT_CHOICES),
  patches: patchSettings(DEFAULT_CHOICES),
  device: "wasm",
};

const leftJob = (more: Partial<LastJob> = {}): LastJob => ({
  id: "left",
  begunAt: 0,
  folder: undefined,
  settings: JOB_SETTINGS,
  slides: [{ name: "a.svs", folder: "", origin: { kind: "none" } }],
  ...more,
});

/** The use-cases over a store of slides that the test moves by hand. */
function start(names: readonly string[] = ["a.svs"], kept = memoryKept()) {
  const library = fakeLibrary({});
  const slides = createSlidesStore();
  const chrome = createChromeStore();
  const settings = createSettingsStore(memoryStorage());
  const session = createSession({
    library,
    slides,
    kept,
    pickers: { pickFiles: async () => undefined, pickFolder: async () => undefined },
    page: () => new URL("https://a.example/"),
  });
  const engine = fakeEngine();
  engine.held = {
    settings: undefined,
    slides: [],
    coordsFolders: [{ name: "20x", slides: ["a"], encoders: [{ id: "stripes", slides: ["a"] }] }],
  };
  const jobFolder = fakeFolder("trident", {});
  const analysis = createAnalysis({
    library,
    slides,
    chrome,
    settings,
    kept,
    session,
    folderPicker: { isPossible: true, pick: async () => jobFolder },
    storage: memoryStorage(),
    engine: async () => engine,
  });
  onTestFinished(() => analysis.stop());
  slides.getState().add(
    names.map((name) => ({
      id: name,
      name,
      folder: "",
      sizeBytes: 1,
      input: new File(["x"], name),
      origin: { kind: "none" },
      state: { kind: "ready" },
    })),
  );
  const open = (name: string, more: Partial<Slide> = {}) => slides.getState().setActive(name, namedSlide(name, more));
  const show = (name: string, more: Partial<Slide> = {}) => {
    open(name, more);
    slides.getState().setPainted();
  };
  return { analysis, engine, kept, slides, jobFolder, open, show };
}

describe("what the place of results holds of a slide", () => {
  test("is read once the slide's first pixels are on screen, and no more of the folder than it takes", async () => {
    const { analysis, engine, slides, open } = start();
    const readTissue = vi.spyOn(engine, "readTissue");
    const readCoordsFolders = vi.spyOn(engine, "readCoordsFolders");
    const readJobFolder = vi.spyOn(engine, "readJobFolder");
    engine.features = fakeFeatures();
    open("a.svs");
    await aWhile();
    expect(readTissue).not.toHaveBeenCalled();
    expect(readCoordsFolders).not.toHaveBeenCalled();
    slides.getState().setPainted();
    await until(() => expect(analysis.results.getState().features.kind).toBe("done"));
    expect(readTissue).toHaveBeenCalledOnce();
    expect(readCoordsFolders).toHaveBeenCalledOnce();
    expect(readJobFolder).not.toHaveBeenCalled();
  });

  test("never lands on another slide, however late it comes", async () => {
    const { analysis, engine, slides, show } = start();
    let give = (_: PatchFeatures) => {};
    engine.readFeatures = () => new Promise((resolve) => (give = resolve));
    show("a.svs");
    await until(() => expect(analysis.results.getState().features.kind).toBe("working"));
    slides.getState().setActive(undefined);
    give(fakeFeatures());
    await aWhile();
    expect(analysis.results.getState()).toEqual(NO_RESULTS);
  });

  test("is said to have failed where its search dies, and read again on the next try", async () => {
    const { analysis, engine, show } = start();
    engine.features = fakeFeatures();
    const { openSimilarity } = engine;
    engine.openSimilarity = () => ({
      scoresOf: () => Promise.reject(new WorkerCrashedError("search for like patches", "out of memory")),
      close: () => {},
    });
    show("a.svs");
    await until(() => expect(analysis.results.getState().features.kind).toBe("done"));
    await analysis.choose(0);
    expect(analysis.results.getState()).toMatchObject({
      features: { kind: "failed", failure: { details: { name: "WorkerCrashedError" } } },
      chosen: undefined,
    });
    engine.openSimilarity = openSimilarity;
    await analysis.loadResults();
    await analysis.choose(0);
    expect(analysis.results.getState().chosen?.index).toBe(0);
  });

  test("has a share of the slide even where nobody knows how large a pixel is", async () => {
    const { analysis, engine, show } = start();
    const shell = Float64Array.of(0, 0, 4000, 0, 4000, 4000, 0, 4000, 0, 0);
    engine.readTissue = async () => [{ shell, holes: [] }];
    show("a.svs", { mpp: undefined });
    await until(() => expect(tissueOf(analysis.tissue.getState(), "a.svs").tissue.kind).toBe("done"));
    expect(tissueOf(analysis.tissue.getState(), "a.svs").tissue).toMatchObject({
      value: { share: 0.08, areaMm2: undefined },
    });
  });
});

describe("of several sets of features the one shown", () => {
  const set = (name: string, encoder = "stripes") => ({
    name,
    slides: ["a", "b"],
    encoders: [{ id: encoder, slides: ["a", "b"] }],
  });
  const at10 = set("10x_256px_0px_overlap");
  const at20 = set("20x_256px_0px_overlap");
  const at40 = set("40x_256px_0px_overlap");

  async function looking() {
    const parts = start(["a.svs", "b.svs"]);
    const { analysis, engine, show } = parts;
    engine.features = fakeFeatures();
    engine.held = { ...engine.held, coordsFolders: [at20] };
    show("a.svs");
    await until(() => expect(analysis.results.getState().features.kind).toBe("done"));
    await analysis.opened();
    const run = async (...ids: readonly string[]) => {
      void analysis.start(ids);
      await until(() => expect(analysis.job.getState().phase).toBe("working"));
      return engine.jobs.at(-1)!;
    };
    const name = () => analysis.results.getState().name?.coordsFolder;
    return { ...parts, run, name };
  }

  test("is at first the one of the present choices", async () => {
    const { analysis, engine, show } = start();
    engine.held = { ...engine.held, coordsFolders: [at10, set(at20.name, "other"), at20, at40] };
    show("a.svs");
    await until(() => expect(analysis.results.getState().name).toBeDefined());
    expect(analysis.results.getState().name).toEqual({ coordsFolder: at20.name, encoder: "stripes" });
  });

  test("is what was just made, whatever was shown before", async () => {
    const { analysis, engine, run, name } = await looking();
    await analysis.choose(3);
    analysis.choices.getState().set({ magnification: 10 });
    const job = await run("a.svs");
    engine.held = { ...engine.held, coordsFolders: [at10, at20] };
    job.end();
    await until(() => expect(name()).toBe(at10.name));
    expect(analysis.results.getState().chosen).toBeUndefined();
  });

  test("stays, with the patch that is looked at, when a job over other slides ends", async () => {
    const { analysis, engine, run, name } = await looking();
    await analysis.choose(3);
    const { features } = analysis.results.getState();
    const readFeatures = vi.spyOn(engine, "readFeatures");
    analysis.choices.getState().set({ magnification: 10 });
    const job = await run("b.svs");
    engine.held = { ...engine.held, coordsFolders: [at10, at20] };
    job.end();
    await until(() => expect(analysis.results.getState().names).toHaveLength(2));
    expect(name()).toBe(at20.name);
    expect(analysis.results.getState().features).toBe(features);
    expect(analysis.results.getState().chosen?.index).toBe(3);
    expect(readFeatures).not.toHaveBeenCalled();
    await analysis.choose(4);
    expect(analysis.results.getState().chosen?.index).toBe(4);
  });

  test("is read again where its file was made again", async () => {
    const { analysis, engine, run } = await looking();
    await analysis.choose(3);
    const job = await run("a.svs");
    engine.file = { size: 1, lastModified: 2 };
    engine.features = fakeFeatures(4, 4);
    job.end();
    await until(() =>
      expect(analysis.results.getState().features).toMatchObject({ value: { coords: { length: 32 } } }),
    );
    expect(analysis.results.getState().chosen).toBeUndefined();
  });
});

describe("a job", () => {
  const onWasm = { encoder: { device: "wasm", reason: "no-webgpu", adapter: "", batchSize: 8 } } as const;

  async function running(ids: readonly string[] = ["a.svs"]) {
    const parts = start(["a.svs", "b.svs"]);
    parts.show("a.svs");
    await parts.analysis.opened();
    void parts.analysis.start(ids);
    await until(() => expect(parts.engine.jobs).toHaveLength(1));
    return { ...parts, job: parts.engine.jobs[0]! };
  }

  test("is not asked about a slide that is none of its when that gets its pixel size", async () => {
    const { analysis, job } = await running();
    analysis.giveMpp("b.svs", 0.5);
    expect(tissueOf(analysis.tissue.getState(), "b.svs").mpp).toBe(0.5);
    job.end();
  });

  test("notes its speed under the encoder it runs, whichever is chosen meanwhile", async () => {
    const { analysis, engine, job } = await running();
    await analysis.addModel([new File(["x"], "v.onnx")]);
    const { adding } = analysis.models.getState();
    await analysis.storeModel(adding.kind === "asking" ? adding.card : engine.builtIn.card);
    expect(analysis.choices.getState().encoder).toBe("sha-of-v.onnx");
    job.tell({ ...onWasm, patches: 850, seconds: { ...NO_PROGRESS.seconds, waitingForModel: 10 } });
    job.end();
    await until(() =>
      expect(analysis.models.getState().speeds).toEqual({
        [speedKey(engine.builtIn, "wasm")]: { patchesPerSecond: 85, patches: 850 },
      }),
    );
  });

  test("of a few patches leaves the speed as a long one measured it, and tells none where none is known", async () => {
    const { analysis, engine, job } = await running();
    const speed = () => analysis.models.getState().speeds[speedKey(engine.builtIn, "wasm")]?.patchesPerSecond;
    const run = async (fake: FakeJob, patches: number, seconds: number) => {
      // The last moment is no measure.
      const spent = { ...NO_PROGRESS.seconds, waitingForModel: seconds / 2, waitingForPatches: seconds / 2 };
      fake.tell({ ...onWasm, patches, patchesPerSecond: 3, seconds: spent });
      fake.end();
      await until(() => expect(analysis.job.getState().phase).toBe("ended"));
    };
    const next = async () => {
      void analysis.start(["a.svs"]);
      await until(() => expect(analysis.job.getState().phase).toBe("working"));
      return engine.jobs.at(-1)!;
    };
    await run(job, 12, 3);
    expect(speed()).toBeUndefined();
    await run(await next(), 900, 10);
    expect(speed()).toBe(90);
    await run(await next(), 12, 3);
    await run(await next(), 100, 20);
    expect(speed()).toBe(90);
    await run(await next(), 400, 10);
    expect(speed()).toBe(40);
  });

  test("is not run again by another try at a folder that holds none; the folder is looked into again", async () => {
    const { analysis, engine, job } = await running();
    job.end();
    await until(() => expect(analysis.job.getState().phase).toBe("ended"));
    engine.held = { settings: undefined, slides: [], coordsFolders: [] };
    await analysis.openJobFolder();
    expect(analysis.job.getState().failure?.details.name).toBe("NoJob");
    engine.held = {
      settings: undefined,
      slides: [{ stem: "a", path: undefined, mpp: undefined, hasContours: true, tasks: {} }],
      coordsFolders: [],
    };
    await analysis.tryAgain();
    expect(job.runs).toBe(1);
    expect(analysis.job.getState()).toMatchObject({ failure: undefined, held: { slides: 1, contours: 1 } });
  });

  test("that was cancelled tries one slide again alone, and what is left of it is still to be gone on with", async () => {
    const { analysis, kept, job } = await running(["a.svs", "b.svs"]);
    analysis.cancel();
    await until(() => expect(analysis.job.getState().phase).toBe("ended"));
    expect(job.onlyWaiting).toBe(false);
    void analysis.retry("b.svs");
    await until(() => expect(job.runs).toBe(2));
    expect([job.retried, job.onlyWaiting]).toEqual([["b.svs"], true]);
    job.end({ done: ["b.svs"], cancelled: ["a.svs"] });
    await until(() => expect(analysis.job.getState().phase).toBe("ended"));
    expect(hasRest(analysis.job.getState().outcome!)).toBe(true);
    expect([...kept.jobs.values()][0]?.slides).toHaveLength(2);
  });

  test("does a slide again within its run, and after that in another, whenever that is asked for", async () => {
    const { analysis, kept, job } = await running(["a.svs", "b.svs"]);
    const failed = slideState("b.svs", { status: "failed", error: new Error("boom") });
    const ended = [slideState("a.svs", { status: "done" }), failed];
    job.tell({ done: 1 }, [slideState("a.svs", { status: "working" }), failed]);
    await analysis.retry("b.svs");
    expect(job).toMatchObject({ runs: 1, retried: ["b.svs"] });

    let forgotten = () => {};
    const forgetJob = vi.spyOn(kept, "forgetJob").mockReturnValueOnce(new Promise((resolve) => (forgotten = resolve)));
    job.tell({ done: 2 }, ended);
    job.end();
    await until(() => expect(forgetJob).toHaveBeenCalled());
    void analysis.retry("b.svs");
    await aWhile();
    expect(job.runs).toBe(1);
    forgotten();
    await until(() => expect(job.runs).toBe(2));
    expect(analysis.job.getState()).toMatchObject({ phase: "working", failure: undefined });
    job.tell({ done: 2 }, ended);
    job.end();
    await until(() => expect(analysis.job.getState().phase).toBe("ended"));
  });

  test("runs once for several slides that are tried again in a row", async () => {
    const { analysis, kept, job } = await running(["a.svs", "b.svs"]);
    const failed = ["a.svs", "b.svs"].map((name) => slideState(name, { status: "failed", error: new Error("boom") }));
    job.tell({ done: 2 }, failed);
    job.end();
    await until(() => expect(analysis.job.getState().phase).toBe("ended"));
    void analysis.retry("a.svs");
    void analysis.retry("b.svs");
    await until(() => expect(job.runs).toBe(2));
    await aWhile();
    expect(job).toMatchObject({ runs: 2, retried: ["a.svs", "b.svs"] });
    expect(kept.held.size).toBe(1);
    job.tell(
      { done: 2 },
      ["a.svs", "b.svs"].map((name) => slideState(name, { status: "done" })),
    );
    job.end();
    await until(() => expect(kept.held.size).toBe(0));
    await aWhile();
    expect(job.runs).toBe(2);
  });

  test("whose folder may not be written to is begun by another try, once it may", async () => {
    const { analysis, engine, jobFolder } = start();
    let answer = "denied";
    Object.assign(jobFolder, { requestPermission: async () => answer });
    await analysis.pickFolder();
    await analysis.start(["a.svs"]);
    expect(analysis.job.getState()).toMatchObject({
      phase: "ended",
      failure: { details: { name: "NotAllowedError" } },
    });
    answer = "granted";
    void analysis.tryAgain();
    await until(() => expect(engine.jobs[0]?.jobSlides).toHaveLength(1));
    engine.jobs[0]!.end();
  });

  test.each([
    ["a folder", (analysis: ReturnType<typeof start>["analysis"]) => analysis.pickFolder()],
    ["the browser's storage", (analysis: ReturnType<typeof start>["analysis"]) => analysis.useBrowserStorage()],
  ])("is not retried, nor told of, once results go into %s instead", async (_, choose) => {
    const { analysis, engine, job } = await running();
    job.tell({ done: 1 }, [slideState("a.svs", { status: "failed", error: new Error("boom") })]);
    job.end();
    await until(() => expect(analysis.job.getState().phase).toBe("ended"));
    engine.held = { settings: undefined, slides: [], coordsFolders: [] };
    await choose(analysis);
    expect(analysis.job.getState()).toMatchObject({
      phase: "nothing",
      slides: [],
      progress: undefined,
      outcome: undefined,
      failure: undefined,
    });
    await analysis.retry("a.svs");
    await analysis.retryFailed();
    expect(job.runs).toBe(1);
  });

  test("keeps its place while it runs, whatever a dialogue that was open brings", async () => {
    const { analysis, job } = await running();
    await analysis.pickFolder();
    expect(analysis.job.getState()).toMatchObject({ phase: "working", place: { kind: "browser" } });
    job.end();
  });

  test("that was left goes on with slides of a folder that were closed before", async () => {
    const { analysis, engine, kept } = start([]);
    const origin = { kind: "handle", handle: fakeFile("a.svs", "x"), path: "a.svs" } as const;
    await kept.saveJob(leftJob({ slides: [{ name: "a.svs", folder: "f", origin }] }));
    await analysis.lookForUnfinished();
    void analysis.goOn();
    await until(() => expect(engine.jobs[0]?.jobSlides.map(({ path }) => path)).toEqual(["f/a.svs"]));
  });

  test("that was left brings back the pixel sizes that were given, for all that goes by them", async () => {
    const { analysis, engine, kept } = start(["a.svs", "b.svs"]);
    const slide = (name: string) => ({ name, folder: "", origin: { kind: "none" }, mpp: 0.5 }) as const;
    await kept.saveJob(leftJob({ slides: [slide("a.svs"), slide("b.svs")] }));
    await analysis.lookForUnfinished();
    analysis.giveMpp("b.svs", 0.25);
    void analysis.goOn();
    await until(() => expect(engine.jobs[0]?.jobSlides.map(({ mpp }) => mpp)).toEqual([0.5, 0.25]));
    expect(tissueOf(analysis.tissue.getState(), "a.svs").mpp).toBe(0.5);
    expect([...kept.jobs.values()].map(({ slides }) => slides.map(({ mpp }) => mpp))).toEqual([[0.5, 0.25]]);
  });

  test("is not offered by another tab while it runs, and stays kept whatever that tab runs", async () => {
    const { analysis, kept, job } = await running();
    const other = start(["b.svs"], kept);
    await other.analysis.lookForUnfinished();
    expect(other.analysis.job.getState().unfinished).toBeUndefined();
    void other.analysis.start(["b.svs"]);
    await until(() => expect(other.engine.jobs).toHaveLength(1));
    expect(kept.jobs.size).toBe(2);
    other.engine.jobs[0]!.end();
    await until(() => expect(other.analysis.job.getState().phase).toBe("ended"));
    expect([...kept.jobs.values()].map(({ slides }) => slides.map(({ name }) => name))).toEqual([["a.svs"]]);
    analysis.cancel();
    await until(() => expect(analysis.job.getState().phase).toBe("ended"));
    expect(job.runs).toBe(1);
    expect(await kept.unfinishedJobs()).toHaveLength(1);
  });

  test("that two tabs offer is gone on with in one; the other neither runs nor forgets it", async () => {
    const first = start();
    await first.kept.saveJob(leftJob());
    const second = start(["a.svs"], first.kept);
    const third = start(["a.svs"], first.kept);
    for (const { analysis } of [first, second, third]) await analysis.lookForUnfinished();
    void first.analysis.goOn();
    await until(() => expect(first.engine.jobs).toHaveLength(1));
    await second.analysis.goOn();
    await third.analysis.forgetUnfinished();
    for (const { analysis, engine } of [second, third]) {
      expect(analysis.job.getState().unfinished).toBeUndefined();
      expect(engine.jobs).toEqual([]);
    }
    expect([...first.kept.jobs.keys()]).toEqual(["left"]);
    first.engine.jobs[0]!.end();
    await until(() => expect(first.kept.jobs.size).toBe(0));
    await until(() => expect(first.kept.held.size).toBe(0));
  });

  test("says no more of a folder without a job once results go into the browser again", async () => {
    const { analysis, engine } = start();
    engine.held = { settings: undefined, slides: [], coordsFolders: [] };
    await analysis.openJobFolder();
    expect(analysis.job.getState().failure).toBeDefined();
    analysis.useBrowserStorage();
    expect(analysis.job.getState().failure).toBeUndefined();
  });
});

describe("a download of results", () => {
  test("says so where there are none, and gives no empty archive", async () => {
    const { analysis, engine, slides } = start();
    const zipFolder = vi.spyOn(engine, "zipFolder");
    await analysis.downloadZip();
    expect(zipFolder).not.toHaveBeenCalled();
    expect(slides.getState().notices).toMatchObject([{ failure: { details: { name: "NothingToPack" } } }]);
    expect(analysis.job.getState().packing).toBe(false);
  });

  test("that fails says why", async () => {
    const { analysis, engine, slides } = start();
    await (await engine.openOpfsFolder("")).write("a.h5", "1");
    engine.zipFolder = () => Promise.reject(new StorageFullError("coverslip.zip"));
    await analysis.downloadZip();
    expect(slides.getState().notices).toMatchObject([{ failure: { details: { name: "StorageFullError" } } }]);
    expect(analysis.job.getState().packing).toBe(false);
  });
});

test("the device is looked at once, however often panels are shown, and again for another model or device", async () => {
  const { analysis, engine } = start();
  const chooseDevice = vi.spyOn(engine, "chooseDevice");
  await analysis.opened();
  await analysis.opened();
  expect(chooseDevice).toHaveBeenCalledOnce();
  analysis.choices.getState().set({ device: "wasm" });
  await until(() => expect(chooseDevice).toHaveBeenCalledTimes(2));
  await analysis.addModel([new File(["x"], "v.onnx")]);
  await analysis.storeModel(engine.builtIn.card);
  expect(chooseDevice).toHaveBeenCalledTimes(3);
});

describe("code that is loaded when it is first needed", () => {
  test("is loaded once; where that failed, again at the next need, and for components when they ask for it", async () => {
    let works = false;
    let loads = 0;
    const code = onDemand(async () => {
      loads++;
      if (!works) throw new TypeError("Failed to fetch dynamically imported module");
      return "here";
    });
    await expect(code.load()).rejects.toThrow(NotLoadedError);
    expect(code.loading()).toBe(code.loading());
    await expect(code.loading()).rejects.toThrow("Failed to fetch");
    expect(loads).toBe(1);
    works = true;
    loadFailedAgain();
    expect(await code.loading()).toBe("here");
    expect(await code.load()).toBe("here");
    loadFailedAgain();
    expect(loads).toBe(2);
  });

  test("does not keep the app from being stored for offline use when it cannot be loaded", async () => {
    const slides = createSlidesStore();
    const kept = memoryKept();
    await kept.saveJob({ id: "left", begunAt: 0, folder: undefined, settings: {} as never, slides: [] });
    let tries = 0;
    const analysis = createAnalysisDoor(async () => {
      tries++;
      throw new TypeError("Failed to fetch dynamically imported module");
    });
    const start = vi.fn();
    const session = { lastSession: () => Promise.reject(new Error("no")), resume: async () => {} };
    await comeBack({ asked: { kind: "nothing" }, slides, session, kept, analysis, offline: { start } });
    expect(tries).toBe(1);
    expect(start).toHaveBeenCalledOnce();
    await expect(analysis.load()).rejects.toThrow(NotLoadedError);
    expect(tries).toBe(2);
  });
});
