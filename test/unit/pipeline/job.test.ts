import { beforeAll, describe, expect, it, vi } from "vitest";
import { CapabilityError } from "#base";
import { WorkerCrashedError } from "#bridge";
import { ModelLoadError } from "#models";
import { CorruptSlideError } from "#slide";
import { createMemoryFolder, type Folder, FolderPermissionError, Hdf5FormatError, StorageFullError } from "#storage";
import {
  hasResultsOf,
  Job,
  type JobProgress,
  type JobSettings,
  type JobSlide,
  OtherSlideError,
  readJobFolder,
} from "../../../src/pipeline/index.ts";
import { bytesOf, filesOf, locksOf } from "../../support/folder-files.ts";
import { createOriginLocks, MemoryRowLogs, nodeEngines } from "../../support/job-engines.ts";
import { gpuLost, MEAN_CARD, MeanEncoder } from "../../support/mean-encoder.ts";
import { openHdf5InNode } from "../../support/node-hdf5.ts";
import { TissueSlide } from "../../support/tissue-slide.ts";

const settings = {
  tasks: ["segmentation", "coords", "features"],
  segmentation: { segmenter: "otsu", holesAreTissue: true, targetMagnification: 1.25 },
  patches: { target: { mag: 5 }, patchSize: 64, overlap: 0, minTissueProportion: 0 },
  encoder: { kind: "built-in", card: MEAN_CARD },
} as const satisfies JobSettings;

function slideOf(
  name: string,
  slide: () => TissueSlide = () => new TissueSlide(name),
  more: Partial<JobSlide> = {},
): JobSlide {
  return { name, path: `slides/${name}`, open: async () => slide(), ...more };
}

async function textOf(folder: Folder, path: string): Promise<string> {
  return (await folder.read(path))!.text();
}

/** All that a folder does, to put something else in place of a part of it. */
function delegate(folder: Folder): Folder {
  const { name, kind } = folder;
  return {
    name,
    kind,
    read: (path) => folder.read(path),
    find: (path) => folder.find(path),
    list: (path) => folder.list(path),
    write: (path, data) => folder.write(path, data),
    createNew: (path, data) => folder.createNew(path, data),
    remove: (path) => folder.remove(path),
  };
}

const FEATURES = "5x_64px_0px_overlap/features_means";

// Many runs of the whole pipeline; seconds on a busy machine.
vi.setConfig({ testTimeout: 60_000 });

describe("a job over a folder", () => {
  it("does all stages of each slide, into TRIDENT's files", async () => {
    const folder = createMemoryFolder("job");
    const job = new Job(folder, [slideOf("a.svs"), slideOf("b.tiff")], settings, nodeEngines());
    const outcome = await job.run();
    expect(outcome.error).toBeUndefined();
    expect(outcome).toMatchObject({ status: "completed", done: ["slides/a.svs", "slides/b.tiff"], failed: [] });
    const files = await filesOf(folder);
    expect(files.filter((path) => path.includes("/a.") || path.includes("/a_patches"))).toEqual([
      "5x_64px_0px_overlap/features_means/a.h5",
      "5x_64px_0px_overlap/patches/a_patches.h5",
      "5x_64px_0px_overlap/visualization/a.jpg",
      "contours/a.jpg",
      "contours_geojson/a.geojson",
      "coverslip/slides/a.json",
      "thumbnails/a.jpg",
    ]);
    expect(files.filter((path) => path.endsWith(".lock"))).toEqual([]);
    expect(await textOf(folder, "_logs_segmentation.txt")).toBe(
      "a.svs: Tissue segmented.\nb.tiff: Tissue segmented.\n",
    );
    expect(await textOf(folder, "5x_64px_0px_overlap/_logs_feats_means.txt")).toContain(
      "a.svs: Patch features extracted.",
    );
    const [, state] = files.filter((path) => path.startsWith("wsi_states/"));
    expect(JSON.parse(await textOf(folder, state!)).summary).toEqual({
      segmentation: "completed",
      coords: "completed",
      patch_features: { means: "completed" },
    });
    expect(job.progress).toMatchObject({ done: 2, total: 2, fraction: 1, secondsLeft: 0 });
    expect(job.slides[0]).toMatchObject({ status: "done", contours: 1 });
    expect(job.slides[0]!.patches).toBeGreaterThan(10);
  });

  it("passes over what is done, and changes no result", async () => {
    const folder = createMemoryFolder("job");
    const engines = nodeEngines();
    await new Job(folder, [slideOf("a.svs")], settings, engines).run();
    const before = await bytesOf(folder, `${FEATURES}/a.h5`);
    const neverOpened = slideOf("a.svs", () => {
      throw new Error("opened");
    });
    const watched = delegate(folder);
    const read = vi.spyOn(watched, "read");
    const job = new Job(watched, [neverOpened], settings, engines);
    expect(await job.run()).toMatchObject({ status: "completed", done: ["slides/a.svs"] });
    // Gigabytes, for a large slide: where they lie behind a server they stay there.
    expect(read.mock.calls.map(([path]) => path)).not.toContain(`${FEATURES}/a.h5`);
    expect(job.slides[0]!.steps.features).toMatchObject({ status: "skipped", reason: "already_extracted" });
    expect(await bytesOf(folder, `${FEATURES}/a.h5`)).toEqual(before);
  });

  it("runs one slide again, and leaves the others as they stand", async () => {
    const folder = createMemoryFolder("job");
    const opened: string[] = [];
    const cancel = new AbortController();
    const slide = (name: string) =>
      slideOf(name, () => {
        opened.push(name);
        if (opened.length === 1) cancel.abort();
        return new TissueSlide(name);
      });
    const job = new Job(folder, ["a.svs", "b.svs", "c.svs"].map(slide), settings, nodeEngines());
    expect((await job.run({ signal: cancel.signal })).cancelled).toHaveLength(3);
    opened.length = 0;
    job.retry("slides/b.svs");
    expect(await job.run({ onlyWaiting: true })).toMatchObject({
      status: "completed",
      done: ["slides/b.svs"],
      cancelled: ["slides/a.svs", "slides/c.svs"],
    });
    expect(new Set(opened)).toEqual(new Set(["b.svs"]));
    expect(await job.run()).toMatchObject({ status: "completed", cancelled: [] });
  });

  it.each([
    ["while others are at work", (job: Job) => job.slides[1]!.status === "working"],
    ["while the run is ending", (job: Job) => job.progress.done === 2],
  ])("tries a slide again %s, without another run's being asked for", async (_, isMoment) => {
    const folder = createMemoryFolder("job");
    let tries = 0;
    const slide = slideOf("a.svs", () => {
      if (tries++ === 0) throw new CorruptSlideError("a.svs", "not there yet");
      return new TissueSlide("a.svs");
    });
    const watched = delegate(folder);
    const job = new Job(watched, [slide, slideOf("b.svs")], settings, nodeEngines());
    const statuses: string[] = [];
    // Every stage writes things down, and so does the end of the run.
    watched.write = async (path, data) => {
      await folder.write(path, data);
      if (job.slides[0]!.status !== "failed" || !isMoment(job)) return;
      job.retry("slides/a.svs");
      statuses.push(job.slides[0]!.status);
    };
    expect(await job.run()).toMatchObject({
      status: "completed",
      done: ["slides/a.svs", "slides/b.svs"],
      failed: [],
      cancelled: [],
    });
    expect(statuses).toEqual(["waiting"]);
    expect(job.isRunning).toBe(false);
  });

  it("goes on with the other slides when one cannot be read", async () => {
    const folder = createMemoryFolder("job");
    const broken = slideOf("broken.svs", () => {
      throw new CorruptSlideError("broken.svs", "cut short");
    });
    const job = new Job(folder, [broken, slideOf("good.svs")], settings, nodeEngines());
    const outcome = await job.run();
    expect(outcome).toMatchObject({ status: "completed", failed: ["slides/broken.svs"], done: ["slides/good.svs"] });
    expect(job.slides[0]).toMatchObject({ status: "failed", error: expect.any(CorruptSlideError) });
    expect(await textOf(folder, "_logs_segmentation.txt")).toContain(
      "broken.svs: ERROR: broken.svs cannot be read: cut short",
    );
    expect(await textOf(folder, "5x_64px_0px_overlap/_logs_coords.txt")).toContain(
      "broken.svs: Tissue GeoJSON not found; run segmentation first.",
    );
    expect(await locksOf(folder)).toEqual([]);
    expect(await textOf(folder, "summary.md")).toContain(
      "- Errors (1):\n  - broken: broken.svs cannot be read: cut short",
    );
  });

  it("stops at the first slide that fails where errors are not to be skipped", async () => {
    const broken = slideOf("broken.svs", () => {
      throw new CorruptSlideError("broken.svs", "cut short");
    });
    const folder = createMemoryFolder("job");
    const job = new Job(folder, [broken, slideOf("good.svs")], { ...settings, skipErrors: false }, nodeEngines());
    const outcome = await job.run();
    expect(outcome).toMatchObject({ status: "error", failed: ["slides/broken.svs"], cancelled: ["slides/good.svs"] });
    expect(outcome.error).toBeInstanceOf(CorruptSlideError);
  });

  it("refuses patches larger than can be embedded, unless only their coords are wanted", () => {
    const withSide = (patchSize: number, tasks: JobSettings["tasks"]) => () =>
      new Job(
        createMemoryFolder("job"),
        [slideOf("a.svs")],
        { ...settings, tasks, patches: { ...settings.patches, patchSize } },
        nodeEngines(),
      );
    expect(withSide(2 ** 14, ["features"])).not.toThrow();
    expect(withSide(2 ** 14 + 1, ["features"])).toThrow(/patches.patchSize is 16385; expected at most 16384 px/);
    expect(withSide(2 ** 14 + 1, ["coords"])).not.toThrow();
  });

  it("warns of a slide without tissue, and writes its empty contours", async () => {
    const folder = createMemoryFolder("job");
    const job = new Job(
      folder,
      [slideOf("white.tiff", () => new TissueSlide("white.tiff", { tissue: false }))],
      settings,
      nodeEngines(),
    );
    expect(await job.run()).toMatchObject({ status: "completed", warned: ["slides/white.tiff"], done: [] });
    expect(job.slides[0]!.steps.segmentation).toMatchObject({
      status: "completed",
      reason: "empty_geodataframe",
      notices: [{ kind: "no_tissue" }],
    });
    expect(job.slides[0]!.steps.coords).toMatchObject({ status: "skipped", reason: "empty_geodataframe" });
    expect(JSON.parse(await textOf(folder, "contours_geojson/white.geojson")).features).toEqual([]);
  });

  it("asks for a pixel size that the slide does not give, and goes on once it is given", async () => {
    const folder = createMemoryFolder("job");
    const slides = [slideOf("a.svs", () => new TissueSlide("a.svs", { mpp: null })), slideOf("b.svs")];
    const job = new Job(folder, slides, settings, nodeEngines());
    expect(await job.run()).toMatchObject({ needMpp: ["slides/a.svs"], done: ["slides/b.svs"], failed: [] });
    job.giveMpp("slides/a.svs", 0.5);
    expect(await job.run()).toMatchObject({ needMpp: [], done: ["slides/a.svs", "slides/b.svs"] });
  });

  it("asks for a pixel size as well where the slide gives one that cannot be", async () => {
    const slides = [slideOf("a.svs", () => new TissueSlide("a.svs", { mpp: 12 }))];
    const job = new Job(createMemoryFolder("job"), slides, settings, nodeEngines());
    expect(await job.run()).toMatchObject({ status: "completed", needMpp: ["slides/a.svs"], failed: [] });
    expect(job.slides[0]!.error).toMatchObject({ name: "PixelSizeError", mpp: 12 });
  });

  it("asks for it again where the one that was given is a slip of the decimal point", async () => {
    const slides = [slideOf("a.svs", () => new TissueSlide("a.svs", { mpp: null }))];
    const job = new Job(createMemoryFolder("job"), slides, settings, nodeEngines());
    await job.run();
    job.giveMpp("slides/a.svs", 0.001);
    expect(await job.run()).toMatchObject({ status: "completed", needMpp: ["slides/a.svs"], failed: [] });
    expect(job.slides[0]!.error).toMatchObject({ name: "PixelSizeError", mpp: 0.001 });
  });

  it("finds the tissue of a slide without small levels, however small its pixels are", async () => {
    const flat = (mpp: number) => slideOf(`${mpp}.tiff`, () => new TissueSlide(`${mpp}.tiff`, { mpp, levels: [1] }));
    const slides = [flat(0.2), flat(0.01)];
    const job = new Job(createMemoryFolder("job"), slides, { ...settings, tasks: ["segmentation"] }, nodeEngines());
    expect(await job.run()).toMatchObject({ done: ["slides/0.2.tiff"], needMpp: ["slides/0.01.tiff"] });
    expect(job.slides[0]).toMatchObject({ status: "done", contours: 1 });
    expect(job.slides[1]!.error).toMatchObject({ name: "PixelSizeError", mpp: 0.01 });
  });

  it("goes on within the run with a slide whose pixel size is given meanwhile", async () => {
    const slides = [
      slideOf("a.svs", () => new TissueSlide("a.svs", { mpp: null })),
      slideOf("b.svs"),
      slideOf("c.svs"),
    ];
    const job = new Job(createMemoryFolder("job"), slides, settings, nodeEngines());
    const off = job.subscribe(() => {
      if (job.slides[0]!.status !== "needs_mpp") return;
      off();
      expect(job.slides[0]!.error).toMatchObject({ name: "MissingMppError", slideName: "a.svs" });
      job.giveMpp("slides/a.svs", 0.5);
    });
    expect(await job.run()).toMatchObject({ needMpp: [], done: ["slides/a.svs", "slides/b.svs", "slides/c.svs"] });
  });

  it("asks for a pixel size once: the folder keeps the answer, also one given within the run", async () => {
    const folder = createMemoryFolder("job");
    const unscaled = (name: string) => slideOf(name, () => new TissueSlide(name, { mpp: null }));
    const slides = [unscaled("a.svs"), unscaled("b.svs")];
    const first = new Job(folder, slides, { ...settings, tasks: ["segmentation"] }, nodeEngines());
    const off = first.subscribe(() => {
      if (first.slides[0]!.status !== "needs_mpp") return;
      off();
      first.giveMpp("slides/a.svs", 0.5);
    });
    expect(await first.run()).toMatchObject({ done: ["slides/a.svs"], needMpp: ["slides/b.svs"] });
    const second = new Job(folder, slides, settings, nodeEngines());
    expect(await second.run()).toMatchObject({ done: ["slides/a.svs"], needMpp: ["slides/b.svs"] });
    expect(second.slides[0]!.steps.segmentation).toMatchObject({ reason: "already_segmented", notices: [] });
  });

  it("keeps the answer over runs on other slides", async () => {
    const folder = createMemoryFolder("job");
    const unscaled = (more?: Partial<JobSlide>) =>
      slideOf("a.svs", () => new TissueSlide("a.svs", { mpp: null }), more);
    const run = (slide: JobSlide) =>
      new Job(folder, [slide], { ...settings, tasks: ["segmentation"] }, nodeEngines()).run();
    await run(unscaled({ mpp: 0.5 }));
    await run(slideOf("b.svs"));
    await folder.remove("contours_geojson/a.geojson");
    expect(await run(unscaled())).toMatchObject({ done: ["slides/a.svs"], needMpp: [] });
  });

  it("makes everything of a slide again where its pixel size was corrected", async () => {
    const folder = createMemoryFolder("job");
    await new Job(folder, [slideOf("a.svs")], settings, nodeEngines()).run();
    const job = new Job(folder, [slideOf("a.svs", undefined, { mpp: 0.25 })], settings, nodeEngines());
    expect(await job.run()).toMatchObject({ done: ["slides/a.svs"] });
    expect(job.slides[0]!.steps.segmentation.notices).toEqual([{ kind: "made_again", changed: ["givenMpp"] }]);
    expect(job.slides[0]!.steps.coords.notices[0]).toMatchObject({ kind: "made_again" });
  });

  it("refuses a slide whose outputs another slide of the job would write", async () => {
    const other = { ...slideOf("a.svs"), path: "slides/below/a.svs" };
    const job = new Job(createMemoryFolder("job"), [slideOf("a.svs"), other], settings, nodeEngines());
    expect(await job.run()).toMatchObject({ done: ["slides/a.svs"], failed: ["slides/below/a.svs"] });
  });

  it("refuses the second of two slides that nothing but their order tells apart", async () => {
    const slides = [slideOf("a.svs"), slideOf("a.svs")];
    const outcome = await new Job(createMemoryFolder("job"), slides, settings, nodeEngines()).run();
    expect(outcome).toMatchObject({ done: ["slides/a.svs"], failed: ["slides/a.svs (2)"] });
  });

  it("leaves alone what was made of another slide of the same name, and shows it to nobody as this one's", async () => {
    const folder = createMemoryFolder("job");
    const sized = (sizeBytes: number, quickhash?: string) => {
      const open = () => new TissueSlide("a.svs", { sizeBytes, ...(quickhash ? { quickhash } : {}) });
      return slideOf("a.svs", open, { sizeBytes });
    };
    const run = (slide: JobSlide) => {
      const job = new Job(folder, [slide], settings, nodeEngines());
      return job.run().then((outcome) => ({ outcome, error: job.slides[0]!.error }));
    };
    await run(sized(1000, "abc"));
    const before = await bytesOf(folder, `${FEATURES}/a.h5`);
    const { outcome, error } = await run(sized(2000, "def"));
    expect(outcome.failed).toEqual(["slides/a.svs"]);
    expect(error).toBeInstanceOf(OtherSlideError);
    expect(await bytesOf(folder, `${FEATURES}/a.h5`)).toEqual(before);
    expect(await hasResultsOf(folder, await sized(2000, "def").open())).toBe(false);
    expect(await hasResultsOf(folder, await sized(1000, "abc").open())).toBe(true);
    // Of one size by chance: noticed once there is something to do.
    await folder.remove(`${FEATURES}/a.h5`);
    expect((await run(sized(1000, "def"))).error).toBeInstanceOf(OtherSlideError);
    // The same slide, with a companion more.
    expect((await run(sized(1200, "abc"))).outcome.done).toEqual(["slides/a.svs"]);
    // Of formats without a hash the size tells.
    expect((await run(sized(1100))).error).toBeInstanceOf(OtherSlideError);
    expect((await run(sized(1200))).outcome.done).toEqual(["slides/a.svs"]);
  });

  it("lists the states once for all slides, and goes on with those that TRIDENT has of them", async () => {
    const folder = createMemoryFolder("job");
    const theirs = "wsi_states/b__c__0123456789ab.json";
    await folder.write(theirs, JSON.stringify({ slide: { name: "b__c", abs_path: "/data/slides/b__c.svs" } }));
    const list = vi.spyOn(folder, "list");
    const slides = ["a.svs", "b.svs", "b__c.svs"].map((name) => slideOf(name));
    expect(await new Job(folder, slides, settings, nodeEngines()).run()).toMatchObject({ status: "completed" });
    // And once for the summary.
    expect(list.mock.calls.filter(([path]) => path === "wsi_states")).toHaveLength(2);
    expect((await folder.list("wsi_states")).map(({ name }) => name.replace(/[^_]+$/, ""))).toEqual([
      "a__",
      "b__",
      "b__c__",
    ]);
    expect(JSON.parse(await textOf(folder, theirs)).summary).toMatchObject({ coords: "completed" });
  });

  it("ends with a full disk, keeps what is done, and goes on when there is room", async () => {
    const folder = createMemoryFolder("job");
    const logs = new MemoryRowLogs();
    let kept = 0;
    logs.beforeAppend = (rows) => {
      kept = rows;
      if (rows >= 8) throw new StorageFullError("rows");
    };
    const outcome = await new Job(folder, [slideOf("a.svs"), slideOf("b.svs")], settings, nodeEngines(logs)).run();
    expect(outcome).toMatchObject({ status: "error", failed: ["slides/a.svs"], cancelled: ["slides/b.svs"] });
    expect(outcome.error).toBeInstanceOf(StorageFullError);
    logs.beforeAppend = () => {};
    const job = new Job(folder, [slideOf("a.svs"), slideOf("b.svs")], settings, nodeEngines(logs));
    expect(await job.run()).toMatchObject({ status: "completed", done: ["slides/a.svs", "slides/b.svs"] });
    expect(job.slides[0]!.steps.features.notices).toContainEqual({ kind: "resumed", rows: kept });
  });
});

describe("a run that was cut off", () => {
  /** A folder where the first two stages are done. */
  async function withCoords(): Promise<Folder> {
    const folder = createMemoryFolder("job");
    await new Job(folder, [slideOf("a.svs")], { ...settings, tasks: ["segmentation", "coords"] }, nodeEngines()).run();
    return folder;
  }

  async function copyOf(folder: Folder): Promise<Folder> {
    const copy = createMemoryFolder("job");
    for (const path of await filesOf(folder)) await copy.write(path, (await folder.read(path))!);
    return copy;
  }

  let whole: Promise<Uint8Array>;
  beforeAll(() => {
    whole = uninterrupted();
  });

  async function uninterrupted(): Promise<Uint8Array> {
    const folder = await withCoords();
    await new Job(folder, [slideOf("a.svs")], settings, nodeEngines()).run();
    return bytesOf(folder, `${FEATURES}/a.h5`);
  }

  it("goes on after any batch, and gives the same bytes", async () => {
    const begun = await withCoords();
    for (const cut of [0, 1, 2, 5, 17]) {
      const folder = await copyOf(begun);
      const logs = new MemoryRowLogs();
      const encoder = new MeanEncoder();
      const cancel = new AbortController();
      encoder.beforeBatch = (batch) => {
        if (batch === cut) cancel.abort(new Error("closed"));
      };
      const outcome = await new Job(folder, [slideOf("a.svs")], settings, nodeEngines(logs, encoder)).run(cancel);
      expect(outcome).toMatchObject({ status: "cancelled", error: undefined, cancelled: ["slides/a.svs"] });
      const run = JSON.parse(await textOf(folder, `runs/${outcome.runId}.json`));
      expect(run).toMatchObject({ status: "error", error: "cancelled" });
      expect(await locksOf(folder)).toEqual([]);
      const job = new Job(folder, [slideOf("a.svs")], settings, nodeEngines(logs));
      expect(await job.run()).toMatchObject({ status: "completed", done: ["slides/a.svs"] });
      expect(await bytesOf(folder, `${FEATURES}/a.h5`)).toEqual(await whole);
      expect(logs.logs.size).toBe(0);
    }
  });

  it("needs no encoder where it ended after the last row", async () => {
    const folder = createMemoryFolder("job");
    const logs = new MemoryRowLogs();
    const disturbed: Folder = {
      ...delegate(folder),
      write: async (path, data) => {
        if (path === `${FEATURES}/a.h5`) throw new StorageFullError(path);
        return folder.write(path, data);
      },
    };
    const outcome = await new Job(disturbed, [slideOf("a.svs")], settings, nodeEngines(logs)).run();
    expect(outcome.error).toBeInstanceOf(StorageFullError);
    const encoder = new MeanEncoder();
    const job = new Job(folder, [slideOf("a.svs")], settings, nodeEngines(logs, encoder));
    expect(await job.run()).toMatchObject({ done: ["slides/a.svs"] });
    expect(encoder.opened).toEqual([]);
    expect(await bytesOf(folder, `${FEATURES}/a.h5`)).toEqual(await whole);
    expect(logs.logs.size).toBe(0);
  });

  it("keeps its batch size where it ended between the record and the file", async () => {
    const folder = createMemoryFolder("job");
    const logs = new MemoryRowLogs();
    await new Job(folder, [slideOf("a.svs")], settings, nodeEngines(logs)).run();
    // The record says that the file is there, and some rows are.
    await folder.remove(`${FEATURES}/a.h5`);
    const again = new MeanEncoder();
    const cancel = new AbortController();
    again.beforeBatch = (batch) => {
      if (batch === 3) cancel.abort(new Error("closed"));
    };
    await new Job(folder, [slideOf("a.svs")], settings, nodeEngines(logs, again)).run(cancel);
    const other = new MeanEncoder();
    other.batchSize = 3;
    const job = new Job(folder, [slideOf("a.svs")], settings, nodeEngines(logs, other));
    expect(await job.run()).toMatchObject({ done: ["slides/a.svs"] });
    expect(other.opened[0]).toMatchObject({ batchSize: 4 });
    expect(await bytesOf(folder, `${FEATURES}/a.h5`)).toEqual(await whole);
  });

  it("leaves no rows behind where a tab died after the file was in its place", async () => {
    const folder = createMemoryFolder("job");
    const logs = new MemoryRowLogs();
    await new Job(folder, [slideOf("a.svs")], settings, nodeEngines(logs)).run();
    const { id } = JSON.parse(await textOf(folder, "coverslip/job.json"));
    await (await logs.open(`${id}/${FEATURES}/a`, { rowBytes: 12, belongsTo: "x" })).close();
    expect(logs.logs.size).toBe(1);
    await new Job(folder, [slideOf("a.svs")], settings, nodeEngines(logs)).run();
    expect(logs.logs.size).toBe(0);
  });

  it("says that rows of another model are of no more use", async () => {
    const folder = createMemoryFolder("job");
    const logs = new MemoryRowLogs();
    const encoder = new MeanEncoder();
    const cancel = new AbortController();
    encoder.beforeBatch = (batch) => {
      if (batch === 3) cancel.abort(new Error("closed"));
    };
    await new Job(folder, [slideOf("a.svs")], settings, nodeEngines(logs, encoder)).run(cancel);
    const card = { ...MEAN_CARD, summary: "Another one." };
    const job = new Job(
      folder,
      [slideOf("a.svs")],
      { ...settings, encoder: { kind: "built-in", card } },
      nodeEngines(logs),
    );
    expect(await job.run()).toMatchObject({ done: ["slides/a.svs"] });
    const [notice] = job.slides[0]!.steps.features.notices;
    expect(notice).toMatchObject({ kind: "began_anew", why: "model" });
  });

  it("waits for a GPU that comes back, and takes a loss while it opens for one more", async () => {
    const folder = createMemoryFolder("job");
    const encoder = new MeanEncoder();
    encoder.beforeBatch = (batch) => {
      if (batch === 2 && encoder.opened.length === 1) throw gpuLost();
    };
    const engines = nodeEngines(new MemoryRowLogs(), encoder);
    const refusals = [
      new CapabilityError("WebGPU", "no adapter"),
      gpuLost(),
      new CapabilityError("WebGPU", "no adapter"),
    ];
    const openEncoder: typeof engines.openEncoder = async (model, options) => {
      const refusal = encoder.opened.length > 0 && refusals.shift();
      if (refusal) throw refusal;
      return encoder.open(model, options);
    };
    const job = new Job(folder, [slideOf("a.svs")], settings, { ...engines, openEncoder });
    expect(await job.run()).toMatchObject({ done: ["slides/a.svs"] });
    expect(job.slides[0]!.steps.features.notices).toEqual([{ kind: "gpu_lost", times: 2 }]);
    expect(encoder.opened).toHaveLength(2);
    expect(await bytesOf(folder, `${FEATURES}/a.h5`)).toEqual(await whole);
  });

  it("goes on by itself when the GPU is lost, on the same device with the same batches", async () => {
    const folder = createMemoryFolder("job");
    const encoder = new MeanEncoder();
    let losses = 0;
    encoder.beforeBatch = (batch) => {
      if (batch % 2 === 1 && losses++ < 3) throw gpuLost();
    };
    const job = new Job(folder, [slideOf("a.svs")], settings, nodeEngines(new MemoryRowLogs(), encoder));
    expect(await job.run()).toMatchObject({ status: "completed", done: ["slides/a.svs"] });
    expect(encoder.opened.length).toBeGreaterThan(1);
    expect(encoder.opened[1]).toMatchObject({ device: "wasm", batchSize: 4 });
    expect(job.slides[0]!.steps.features.notices.map(({ kind }) => kind)).toContain("gpu_lost");
    expect(await bytesOf(folder, `${FEATURES}/a.h5`)).toEqual(await whole);
  });

  it("gives a slide up when the GPU is lost again and again", async () => {
    const encoder = new MeanEncoder();
    encoder.beforeBatch = () => {
      throw gpuLost();
    };
    const job = new Job(
      createMemoryFolder("job"),
      [slideOf("a.svs")],
      settings,
      nodeEngines(new MemoryRowLogs(), encoder),
    );
    expect(await job.run()).toMatchObject({ status: "completed", failed: ["slides/a.svs"] });
    expect(job.slides[0]!.error!.name).toBe("EncoderUnsteadyError");
  });

  it("begins a slide's features anew where its device is not to be had any more, and says so", async () => {
    const folder = createMemoryFolder("job");
    const logs = new MemoryRowLogs();
    const first = new MeanEncoder();
    first.device = "webgpu";
    const cancel = new AbortController();
    first.beforeBatch = (batch) => {
      if (batch === 3) cancel.abort(new Error("closed"));
    };
    await new Job(folder, [slideOf("a.svs")], settings, nodeEngines(logs, first)).run(cancel);
    const second = new MeanEncoder();
    const job = new Job(folder, [slideOf("a.svs")], settings, nodeEngines(logs, second));
    expect(await job.run()).toMatchObject({ status: "completed" });
    const notice = job.slides[0]!.steps.features.notices.find(({ kind }) => kind === "began_anew");
    expect(notice).toMatchObject({ why: "device" });
    expect(await bytesOf(folder, `${FEATURES}/a.h5`)).toEqual(await whole);
  });
});

describe("results of other settings", () => {
  const finer = { ...settings, patches: { ...settings.patches, minTissueProportion: 0.9 } };

  it("are made again, with all that depends on them", async () => {
    const folder = createMemoryFolder("job");
    await new Job(folder, [slideOf("a.svs")], settings, nodeEngines()).run();
    const before = await bytesOf(folder, `${FEATURES}/a.h5`);
    const job = new Job(folder, [slideOf("a.svs")], finer, nodeEngines());
    expect(await job.run()).toMatchObject({ done: ["slides/a.svs"] });
    expect(job.slides[0]!.steps.segmentation).toMatchObject({ reason: "already_segmented" });
    expect(job.slides[0]!.steps.coords.notices).toEqual([{ kind: "made_again", changed: ["minTissueProportion"] }]);
    expect(job.slides[0]!.steps.features.notices).toEqual([{ kind: "made_again", changed: ["coords"] }]);
    expect((await bytesOf(folder, `${FEATURES}/a.h5`)).length).toBeLessThan(before.length);
  });

  it("are kept with a warning where that is asked for", async () => {
    const folder = createMemoryFolder("job");
    await new Job(folder, [slideOf("a.svs")], settings, nodeEngines()).run();
    const job = new Job(folder, [slideOf("a.svs")], { ...finer, whenSettingsDiffer: "keep" }, nodeEngines());
    expect(await job.run()).toMatchObject({ warned: ["slides/a.svs"] });
    expect(job.slides[0]!.steps.coords.notices).toEqual([{ kind: "other_settings", changed: ["minTissueProportion"] }]);
  });

  it("leave contours alone that were edited by hand, and cut new patches from them", async () => {
    const folder = createMemoryFolder("job");
    await new Job(folder, [slideOf("a.svs")], settings, nodeEngines()).run();
    const ring = [
      [2000, 2000],
      [4000, 2000],
      [4000, 4000],
      [2000, 4000],
      [2000, 2000],
    ];
    const edited = JSON.stringify({
      type: "FeatureCollection",
      features: [{ type: "Feature", properties: {}, geometry: { type: "Polygon", coordinates: [ring] } }],
    });
    await folder.write("contours_geojson/a.geojson", edited);
    const job = new Job(
      folder,
      [slideOf("a.svs")],
      { ...settings, segmentation: { ...settings.segmentation, holesAreTissue: false } },
      nodeEngines(),
    );
    expect(await job.run()).toMatchObject({ warned: ["slides/a.svs"] });
    expect(job.slides[0]!.steps.segmentation.notices).toEqual([{ kind: "edited_contours" }]);
    expect(job.slides[0]!.steps.coords.notices).toEqual([{ kind: "made_again", changed: ["contours"] }]);
    expect(await textOf(folder, "contours_geojson/a.geojson")).toBe(edited);
  });
});

describe("several tabs on one folder", () => {
  /** By slide and task, how each time ended that it was begun, as TRIDENT's state files say. */
  async function attemptsOf(folder: Folder): Promise<Record<string, string[]>> {
    const found: Record<string, string[]> = {};
    for (const path of await filesOf(folder, "wsi_states")) {
      const { slide, tasks } = JSON.parse(await textOf(folder, path));
      for (const [task, { attempts }] of Object.entries<{ attempts: { result: string }[] }>(tasks)) {
        found[`${slide.name} ${task}`] = attempts.map(({ result }) => result);
      }
    }
    return found;
  }

  /** How many patches of a slide have features. */
  async function rowsOf(folder: Folder, name: string): Promise<number> {
    const file = (await folder.read(`${FEATURES}/${name.replace(".svs", ".h5")}`))!;
    return (await openHdf5InNode(file)).datasets.get("features")!.shape[0]!;
  }

  it("share the slides, each stage done once", async () => {
    const folder = createMemoryFolder("job");
    const names = ["a.svs", "b.svs", "c.svs", "d.svs", "e.svs"];
    const opened: string[] = [];
    const originLocks = createOriginLocks();
    const logs = new MemoryRowLogs();
    const jobOf = () =>
      new Job(
        folder,
        names.map((name) =>
          slideOf(name, () => {
            opened.push(name);
            return new TissueSlide(name);
          }),
        ),
        settings,
        { ...nodeEngines(logs), originLocks },
      );
    const outcomes = await Promise.all([jobOf(), jobOf()].map((job) => job.run()));
    for (const outcome of outcomes)
      expect(outcome).toMatchObject({ status: "completed", done: names.map((name) => `slides/${name}`) });
    expect((await filesOf(folder)).filter((path) => path.endsWith(".h5")).length).toBe(10);
    expect(await locksOf(folder)).toEqual([]);
    const log = await textOf(folder, "_logs_segmentation.txt");
    expect(log.trim().split("\n").length).toBe(5);
    const attempts = await attemptsOf(folder);
    expect(Object.keys(attempts)).toHaveLength(3 * names.length);
    for (const [task, results] of Object.entries(attempts)) expect(results, task).toEqual(["completed"]);
    // Every slide opened once, or twice where its stages were shared between the two.
    expect(opened.length).toBeLessThanOrEqual(10);
    const embedded = outcomes.map(({ progress }) => progress.patches);
    expect(Math.min(...embedded)).toBeGreaterThan(0);
    const rows = await Promise.all(names.map((name) => rowsOf(folder, name)));
    expect(embedded[0]! + embedded[1]!).toBe(rows.reduce((sum, count) => sum + count, 0));
  });

  it("leave a slide to another program that holds its lock", async () => {
    const folder = createMemoryFolder("job");
    const lock = { pid: 7, hostname: "lab", created_at: Date.now() / 1000 - 3600 };
    await folder.write("contours/a.jpg.lock", JSON.stringify(lock));
    const job = new Job(folder, [slideOf("a.svs"), slideOf("b.svs")], settings, nodeEngines());
    expect(await job.run()).toMatchObject({ status: "completed", locked: ["slides/a.svs"], done: ["slides/b.svs"] });
    expect(JSON.parse(await textOf(folder, "contours/a.jpg.lock"))).toEqual(lock);
  });

  it("say that they wait for another that is at work on a slide, as long as it is", async () => {
    const folder = createMemoryFolder("job");
    const lock = { pid: 0, hostname: "browser:other", created_at: Date.now() / 1000, session: "other" };
    const path = "5x_64px_0px_overlap/patches/a_patches.h5.lock";
    await folder.write(path, JSON.stringify(lock));
    const job = new Job(folder, [slideOf("a.svs")], settings, nodeEngines());
    const told: JobProgress["current"][] = [];
    job.subscribe(() => told.push(job.progress.current));
    const run = job.run();
    await expect.poll(() => told.at(-1)?.isElsewhere).toBe(true);
    const { length } = told;
    // Looked at once more.
    await expect.poll(() => told.length, { timeout: 10_000 }).toBeGreaterThan(length + 3);
    for (const current of told.slice(length)) {
      expect(current).toMatchObject({ path: "slides/a.svs", step: "coords", isElsewhere: true });
    }
    await folder.remove(path);
    expect(await run).toMatchObject({ done: ["slides/a.svs"] });
  });

  it("take over what a killed tab of the same browser left locked", async () => {
    const folder = createMemoryFolder("job");
    const left = { pid: 0, hostname: "browser:test", created_at: Date.now() / 1000, session: "gone" };
    await folder.write("contours/a.jpg.lock", JSON.stringify(left));
    const job = new Job(folder, [slideOf("a.svs")], settings, { ...nodeEngines(), originLocks: createOriginLocks() });
    expect(await job.run()).toMatchObject({ done: ["slides/a.svs"] });
  });
});

describe("a folder that is damaged or lost", () => {
  it("ends the run when its permission goes, without hiding why, and is gone on with when it is back", async () => {
    const folder = createMemoryFolder("job");
    let isGranted = true;
    const granted = <Result>(path: string, work: () => Promise<Result>) => {
      if (path.startsWith("5x_64px_0px_overlap/patches/b") && !path.endsWith(".lock")) isGranted = false;
      if (!isGranted) throw new FolderPermissionError(`job/${path}`);
      return work();
    };
    const disturbed: Folder = {
      ...delegate(folder),
      read: async (path) => (isGranted ? folder.read(path) : granted(path, () => folder.read(path))),
      find: async (path) => (isGranted ? folder.find(path) : granted(path, () => folder.find(path))),
      list: async (path) => granted(path, () => folder.list(path)),
      write: async (path, data) => granted(path, () => folder.write(path, data)),
      createNew: async (path, data) => granted(path, () => folder.createNew(path, data)),
      remove: async (path) => granted(path, () => folder.remove(path)),
    };
    const slides = [slideOf("a.svs"), slideOf("b.svs"), slideOf("c.svs")];
    const engines = { ...nodeEngines(), originLocks: createOriginLocks() };
    const job = new Job(disturbed, slides, settings, engines);
    expect(await job.run()).toMatchObject({
      status: "error",
      error: { name: "FolderPermissionError", path: "job/5x_64px_0px_overlap/patches/b_patches.h5" },
      done: ["slides/a.svs"],
      failed: ["slides/b.svs"],
      cancelled: ["slides/c.svs"],
    });
    const again = new Job(folder, slides, settings, engines);
    expect(await again.run()).toMatchObject({
      status: "completed",
      done: slides.map(({ path }) => path),
    });
    expect(await locksOf(folder)).toEqual([]);
  });

  it.each([
    ["contours", "contours_geojson/a.geojson", '{"type": "FeatureColl', "segmentation"],
    ["coords", "5x_64px_0px_overlap/patches/a_patches.h5", "no HDF5", "features"],
  ] as const)("names the file where %s cannot be read, and goes on with the others", async (_, path, text, task) => {
    const folder = createMemoryFolder("job");
    await new Job(folder, [slideOf("a.svs")], { ...settings, tasks: ["segmentation", "coords"] }, nodeEngines()).run();
    await folder.write(path, text);
    const slides = [slideOf("a.svs"), slideOf("b.svs")];
    const engines = nodeEngines();
    const openHdf5: typeof engines.openHdf5 = async (file) => {
      if (file.size < 100) throw new Hdf5FormatError(file.name, "file signature not found");
      return engines.openHdf5(file);
    };
    const job = new Job(folder, slides, settings, { ...engines, openHdf5 });
    expect(await job.run()).toMatchObject({ status: "completed", failed: ["slides/a.svs"], done: ["slides/b.svs"] });
    expect(job.slides[0]!.error).toMatchObject({ name: "JobFileError", path });
    expect(job.slides[0]!.error!.cause).toBeDefined();
    expect(job.slides[0]!.steps[task].status).toBe("error");
    // As the error says: removed, it is made again.
    await folder.remove(path);
    expect(await new Job(folder, slides, settings, nodeEngines()).run()).toMatchObject({ failed: [] });
  });

  it("is none the worse for states, records and a job file that cannot be read", async () => {
    const folder = createMemoryFolder("job");
    await new Job(folder, [slideOf("a.svs")], settings, nodeEngines()).run();
    const before = await bytesOf(folder, `${FEATURES}/a.h5`);
    for (const path of await filesOf(folder)) if (path.endsWith(".json")) await folder.write(path, '{"half": ');
    const job = new Job(folder, [slideOf("a.svs")], settings, nodeEngines());
    expect(await job.run()).toMatchObject({ status: "completed", done: ["slides/a.svs"] });
    expect(await bytesOf(folder, `${FEATURES}/a.h5`)).toEqual(before);
    expect((await readJobFolder(folder)).settings).toEqual(settings);
  });

  it("says nothing of settings that no job could run with", async () => {
    const folder = createMemoryFolder("job");
    const job = { version: 1, id: "0123456789abcdef", settings: { tasks: ["coords"] }, slides: [{ name: 7 }, null] };
    await folder.write("coverslip/job.json", JSON.stringify(job));
    expect(await readJobFolder(folder)).toEqual({ settings: undefined, slides: [], coordsFolders: [] });
  });
});

describe("an encoder that cannot be used", () => {
  it("fails every slide's features with the same error, tried once, and leaves the rest done", async () => {
    const folder = createMemoryFolder("job");
    const slides = [slideOf("a.svs"), slideOf("b.svs")];
    let tries = 0;
    const job = new Job(folder, slides, settings, {
      ...nodeEngines(),
      openEncoder: async () => {
        tries++;
        throw new ModelLoadError("tiny.onnx", "not-onnx", "no graph");
      },
    });
    expect(await job.run()).toMatchObject({ status: "completed", failed: ["slides/a.svs", "slides/b.svs"] });
    expect(tries).toBe(1);
    for (const slide of job.slides) {
      expect(slide.error).toMatchObject({ name: "ModelLoadError", reason: "not-onnx" });
      expect(slide.steps.coords.status).toBe("completed");
    }
  });

  it("is opened anew for the next slide when its worker died", async () => {
    const encoder = new MeanEncoder();
    encoder.beforeBatch = (batch) => {
      if (batch === 1 && encoder.opened.length === 1) throw new WorkerCrashedError("a batch", "out of memory");
    };
    const slides = [slideOf("a.svs"), slideOf("b.svs")];
    const job = new Job(createMemoryFolder("job"), slides, settings, nodeEngines(new MemoryRowLogs(), encoder));
    expect(await job.run()).toMatchObject({ failed: ["slides/a.svs"], done: ["slides/b.svs"] });
    expect(encoder.opened).toHaveLength(2);
  });
});
