import { afterEach, describe, expect, it, vi } from "vitest";
import { CorruptSlideError } from "#slide";
import { createMemoryFolder, type Folder, StorageFullError } from "#storage";
import { Job, type JobSettings, type JobSlide } from "../../../src/pipeline/index.ts";
import { createOriginLocks, MemoryRowLogs, nodeEngines } from "../../support/job-engines.ts";
import { gpuLost, MEAN_CARD, MeanEncoder } from "../../support/mean-encoder.ts";
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

async function filesOf(folder: Folder, path = ""): Promise<string[]> {
  const paths: string[] = [];
  for (const { name, kind } of await folder.list(path)) {
    const below = path ? `${path}/${name}` : name;
    paths.push(...(kind === "folder" ? await filesOf(folder, below) : [below]));
  }
  return paths;
}

const FEATURES = "5x_64px_0px_overlap/features_means";

async function bytesOf(folder: Folder, path: string): Promise<Uint8Array> {
  return new Uint8Array(await (await folder.read(path))!.arrayBuffer());
}

afterEach(() => {
  vi.useRealTimers();
});

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
    const job = new Job(folder, [neverOpened], settings, engines);
    expect(await job.run()).toMatchObject({ status: "completed", done: ["slides/a.svs"] });
    expect(job.slides[0]!.steps.features).toMatchObject({ status: "skipped", reason: "already_extracted" });
    expect(await bytesOf(folder, `${FEATURES}/a.h5`)).toEqual(before);
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
    expect((await filesOf(folder)).filter((path) => path.endsWith(".lock"))).toEqual([]);
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

  it("refuses a slide whose outputs another slide of the job would write", async () => {
    const other = { ...slideOf("a.svs"), path: "slides/below/a.svs" };
    const job = new Job(createMemoryFolder("job"), [slideOf("a.svs"), other], settings, nodeEngines());
    expect(await job.run()).toMatchObject({ done: ["slides/a.svs"], failed: ["slides/below/a.svs"] });
  });

  it("ends with a full disk, keeps what is done, and goes on when there is room", async () => {
    const folder = createMemoryFolder("job");
    const logs = new MemoryRowLogs();
    logs.beforeAppend = (rows) => {
      if (rows >= 8) throw new StorageFullError("rows");
    };
    const outcome = await new Job(folder, [slideOf("a.svs"), slideOf("b.svs")], settings, nodeEngines(logs)).run();
    expect(outcome).toMatchObject({ status: "error", failed: ["slides/a.svs"], cancelled: ["slides/b.svs"] });
    expect(outcome.error).toBeInstanceOf(StorageFullError);
    logs.beforeAppend = () => {};
    const job = new Job(folder, [slideOf("a.svs"), slideOf("b.svs")], settings, nodeEngines(logs));
    expect(await job.run()).toMatchObject({ status: "completed", done: ["slides/a.svs", "slides/b.svs"] });
    expect(job.slides[0]!.steps.features.notices).toContainEqual({ kind: "resumed", rows: 8 });
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

  async function uninterrupted(): Promise<Uint8Array> {
    const folder = await withCoords();
    await new Job(folder, [slideOf("a.svs")], settings, nodeEngines()).run();
    return bytesOf(folder, `${FEATURES}/a.h5`);
  }

  it("goes on after any batch, and gives the same bytes", async () => {
    const whole = await uninterrupted();
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
      expect((await filesOf(folder)).filter((path) => path.endsWith(".lock"))).toEqual([]);
      const job = new Job(folder, [slideOf("a.svs")], settings, nodeEngines(logs));
      expect(await job.run()).toMatchObject({ status: "completed", done: ["slides/a.svs"] });
      expect(await bytesOf(folder, `${FEATURES}/a.h5`)).toEqual(whole);
      expect(logs.logs.size).toBe(0);
    }
  }, 30_000);

  it("goes on by itself when the GPU is lost, on the same device with the same batches", async () => {
    const whole = await uninterrupted();
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
    expect(await bytesOf(folder, `${FEATURES}/a.h5`)).toEqual(whole);
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
    expect(await bytesOf(folder, `${FEATURES}/a.h5`)).toEqual(await uninterrupted());
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
    const encoders = [jobOf(), jobOf()];
    const outcomes = await Promise.all(encoders.map((job) => job.run()));
    for (const outcome of outcomes)
      expect(outcome).toMatchObject({ status: "completed", done: names.map((name) => `slides/${name}`) });
    expect((await filesOf(folder)).filter((path) => path.endsWith(".h5")).length).toBe(10);
    expect((await filesOf(folder)).filter((path) => path.endsWith(".lock"))).toEqual([]);
    const log = await textOf(folder, "_logs_segmentation.txt");
    expect(log.trim().split("\n").length).toBe(5);
    // Every slide opened once, or twice where its stages were shared between the two.
    expect(opened.length).toBeLessThanOrEqual(10);
    const [first, second] = outcomes;
    expect(first!.progress.patches).toBeGreaterThan(0);
    expect(second!.progress.patches).toBeGreaterThan(0);
  });

  it("leave a slide to another program that holds its lock", async () => {
    const folder = createMemoryFolder("job");
    const lock = { pid: 7, hostname: "lab", created_at: Date.now() / 1000 - 3600 };
    await folder.write("contours/a.jpg.lock", JSON.stringify(lock));
    const job = new Job(folder, [slideOf("a.svs"), slideOf("b.svs")], settings, nodeEngines());
    expect(await job.run()).toMatchObject({ status: "completed", locked: ["slides/a.svs"], done: ["slides/b.svs"] });
    expect(JSON.parse(await textOf(folder, "contours/a.jpg.lock"))).toEqual(lock);
  });

  it("take over what a killed tab of the same browser left locked", async () => {
    const folder = createMemoryFolder("job");
    const left = { pid: 0, hostname: "browser:test", created_at: Date.now() / 1000, session: "gone" };
    await folder.write("contours/a.jpg.lock", JSON.stringify(left));
    const job = new Job(folder, [slideOf("a.svs")], settings, { ...nodeEngines(), originLocks: createOriginLocks() });
    expect(await job.run()).toMatchObject({ done: ["slides/a.svs"] });
  });
});
