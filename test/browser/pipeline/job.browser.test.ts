import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { BUILT_IN_ENCODER } from "#models";
import {
  findTissue,
  Job,
  type JobSettings,
  type JobSlide,
  openPatchPreview,
  openSimilarity,
  readFeatures,
  readJobFolder,
  readPatchCoords,
  readTissue,
} from "#pipeline";
import { openSlide, SlidePool } from "#slide";
import { type Folder, listRowLogs, openOpfsFolder } from "#storage";
import { digestsOf } from "../../support/folder-files.ts";
import { MEAN_CARD, MeanEncoder } from "../../support/mean-encoder.ts";
import { drawTissueTiff } from "../../support/tissue-tiff.ts";

const settings: JobSettings = {
  tasks: ["segmentation", "coords", "features"],
  segmentation: { segmenter: "otsu", holesAreTissue: true, targetMagnification: 1.25 },
  patches: { target: { mag: 20 }, patchSize: 256, overlap: 0, minTissueProportion: 0.5 },
  encoder: BUILT_IN_ENCODER,
  device: "wasm",
  batchLimit: 2,
};
const COORDS = "20x_256px_0px_overlap";
const { id: encoderId, dimension } = BUILT_IN_ENCODER.card;

/** Loads at once, and knows no GPU: for what is not about the model. */
const quick: JobSettings = {
  ...settings,
  patches: { ...settings.patches, patchSize: 64 },
  encoder: { kind: "built-in", card: MEAN_CARD },
};
const QUICK_COORDS = "20x_64px_0px_overlap";
const QUICK_FEATURES = `${QUICK_COORDS}/features_means/disc.h5`;
/** Contours, pictures, coords, features: what a run makes, but for states and logs, which tell its times. */
const RESULTS = /\.(h5|jpg|geojson)$/;
const quickEngines = () => ({ openEncoder: new MeanEncoder().open });

let pool: SlidePool;
const tiff = drawTissueTiff();
const folders: string[] = [];

beforeAll(() => {
  pool = new SlidePool({ workers: 2 });
});

afterAll(async () => {
  pool.terminate();
  const root = await navigator.storage.getDirectory();
  for (const name of folders) await root.removeEntry(name, { recursive: true });
});

async function newFolder(): Promise<Folder> {
  const name = `job-${crypto.randomUUID()}`;
  folders.push(name);
  return openOpfsFolder(name);
}

function disc(bytes = tiff): JobSlide {
  return {
    name: "disc.tiff",
    path: "slides/disc.tiff",
    open: () => openSlide(new File([bytes], "disc.tiff"), { pool }),
  };
}

describe("the whole chain, in real workers", () => {
  it("makes contours, coords, features and pictures that can be read", async () => {
    const folder = await newFolder();
    // Other tests of this browser leave some.
    const rowLogs = await listRowLogs();
    const job = new Job(folder, [disc()], settings);
    const seen = new Set<string>();
    job.subscribe(() => seen.add(`${job.progress.current?.step}`));
    const outcome = await job.run();
    expect(outcome.error).toBeUndefined();
    expect(job.slides[0]!.error).toBeUndefined();
    expect(outcome).toMatchObject({ status: "completed", done: ["slides/disc.tiff"] });
    expect([...seen]).toEqual(expect.arrayContaining(["segmentation", "coords", "features"]));

    const [contour, ...others] = (await readTissue(folder, "disc"))!;
    expect(others).toEqual([]);
    // A circle through the middle of 16-px mask pixels.
    const xs = contour!.shell.filter((_, i) => i % 2 === 0);
    expect(Math.min(...xs)).toBeGreaterThan(2048 / 2 - 700 - 32);
    expect(Math.max(...xs)).toBeLessThan(2048 / 2 + 700 + 32);

    const coords = (await readPatchCoords(folder, COORDS, "disc"))!;
    expect(coords.sideLevel0).toBe(256);
    expect(coords.attributes.target_magnification).toEqual({ type: "int64", value: 20 });
    const features = (await readFeatures(folder, COORDS, encoderId, "disc"))!;
    expect(features).toMatchObject({ dimension, encoder: encoderId });
    expect(features.coords).toEqual(coords.coords);
    expect(features.features.length).toBe((coords.coords.length / 2) * dimension);
    expect(features.features.every(Number.isFinite)).toBe(true);
    expect(job.slides[0]).toMatchObject({ contours: 1, patches: coords.coords.length / 2 });

    for (const path of ["thumbnails/disc.jpg", "contours/disc.jpg", `${COORDS}/visualization/disc.jpg`]) {
      const picture = await createImageBitmap((await folder.read(path))!);
      expect(Math.max(picture.width, picture.height)).toBeGreaterThan(990);
    }
    expect(await readJobFolder(folder)).toMatchObject({
      settings: { tasks: settings.tasks },
      slides: [{ stem: "disc", path: "slides/disc.tiff", hasContours: true, tasks: { segmentation: "completed" } }],
      coordsFolders: [{ name: COORDS, slides: ["disc"], encoders: [{ id: encoderId, slides: ["disc"] }] }],
    });
    const { seconds, slowest, encoder } = outcome.progress;
    expect(encoder ?? job.progress.encoder).toBeUndefined();
    expect(slowest).toBeDefined();
    expect(seconds.features).toBeGreaterThan(0);
    expect(await listRowLogs()).toEqual(rowLogs);
  });

  it("goes on where it was cancelled, to the same bytes", async () => {
    const whole = await newFolder();
    await new Job(whole, [disc()], quick, quickEngines()).run();
    const expected = await digestsOf(whole, RESULTS);
    expect(Object.keys(expected)).toContain(QUICK_FEATURES);
    for (const share of [0.1, 0.5, 0.9]) {
      const folder = await newFolder();
      const cancel = new AbortController();
      const job = new Job(folder, [disc()], quick, quickEngines());
      job.subscribe(() => {
        const { done, total } = job.slides[0]!.steps.features;
        if (total > 0 && done / total >= share) cancel.abort(new Error("enough"));
      });
      expect((await job.run(cancel)).status).toBe("cancelled");
      expect(await folder.read(QUICK_FEATURES)).toBeUndefined();
      const again = new Job(folder, [disc()], quick, quickEngines());
      expect(await again.run()).toMatchObject({ status: "completed", done: ["slides/disc.tiff"] });
      expect(again.slides[0]!.steps.features.notices.map(({ kind }) => kind)).toContain("resumed");
      expect(await digestsOf(folder, RESULTS)).toEqual(expected);
    }
  });

  it("two jobs of one origin share a folder and spoil nothing", async () => {
    const folder = await newFolder();
    const names = ["a.tiff", "b.tiff", "c.tiff"];
    const slides = names.map((name) => ({ ...disc(), name, path: `slides/${name}` }));
    const jobs = [new Job(folder, slides, quick, quickEngines()), new Job(folder, slides, quick, quickEngines())];
    const outcomes = await Promise.all(jobs.map((job) => job.run()));
    for (const outcome of outcomes) expect(outcome).toMatchObject({ status: "completed", failed: [], locked: [] });
    const features = await Promise.all(
      names.map((name) => readFeatures(folder, QUICK_COORDS, MEAN_CARD.id, name.slice(0, 1))),
    );
    const { patches } = jobs[0]!.slides[0]!;
    for (const one of features) expect(one!.coords.length).toBe(2 * patches!);
    expect(features[1]!.features).toEqual(features[0]!.features);
    const embedded = outcomes.map(({ progress }) => progress.patches);
    expect(embedded[0]! + embedded[1]!).toBe(3 * patches!);
  });
});

describe("what the app shows before and after", () => {
  it("previews are what a job would cut", async () => {
    await using slide = await disc().open();
    const { polygons, areaMm2 } = await findTissue(slide);
    expect(areaMm2).toBeCloseTo(Math.PI * 0.35 ** 2, 1);
    const preview = openPatchPreview(slide, polygons);
    const shown = await preview.show(settings.patches);
    const folder = await newFolder();
    await new Job(folder, [disc()], { ...settings, tasks: ["segmentation", "coords"] }).run();
    expect(shown.coords).toEqual((await readPatchCoords(folder, COORDS, "disc"))!.coords);
    expect(shown).toMatchObject({ count: shown.coords.length / 2, sideLevel0: 256, columns: 8, rows: 6 });
    // It is worked on before the page does anything else with the change.
    const post = vi.spyOn(Worker.prototype, "postMessage");
    const next = preview.show({ ...settings.patches, minTissueProportion: 1 });
    expect(post).toHaveBeenCalledOnce();
    post.mockRestore();
    expect((await next).count).toBeLessThan(shown.count);
    // Of several in a row the last is computed.
    const many = await Promise.allSettled(
      [0, 0.2, 0.4].map((minTissueProportion) => preview.show({ ...settings.patches, minTissueProportion })),
    );
    expect(many.at(-1)!.status).toBe("fulfilled");
    await expect(preview.show({ ...settings.patches, overlap: 256 })).rejects.toMatchObject({
      field: "patches.overlap",
    });
    // Of another size there is something about it at once, of each that is passed through; the exact answer of the last.
    const rough: number[] = [];
    const sizes = [64, 100, 128];
    const shows = sizes.map(async (patchSize) => {
      const wish = { ...settings.patches, patchSize };
      return preview.show(wish, ({ sideLevel0, isExact }) => !isExact && rough.push(sideLevel0));
    });
    const answers = await Promise.allSettled(shows);
    expect(answers.map(({ status }) => status)).toEqual(["rejected", "rejected", "fulfilled"]);
    expect(rough.at(-1)).toBe(128);
    const fresh = openPatchPreview(slide, polygons);
    const last = await shows.at(-1)!;
    expect(last).toEqual(await fresh.show({ ...settings.patches, patchSize: 128 }));
    expect(last).toMatchObject({ isExact: true, sideLevel0: 128 });
    fresh.close();
    // What is not answered yet when nobody looks any more is given up.
    const given = preview.show({ ...settings.patches, patchSize: 90 }, () => preview.close());
    await expect(given).rejects.toMatchObject({ name: "AbortError" });
  });

  it("similarity of 200,000 patches comes from a worker", async () => {
    const count = 200_000;
    const size = 64;
    const features = Float32Array.from({ length: count * size }, (_, i) => Math.sin(i * 0.618));
    const search = openSimilarity(features, size);
    expect(features.length).toBe(0);
    const scores = await search.scoresOf(0);
    expect(scores.length).toBe(count);
    expect(scores[0]).toBeCloseTo(1, 6);
    expect((await search.scoresOf(count - 1))[count - 1]).toBeCloseTo(1, 6);
    await expect(search.scoresOf(count)).rejects.toBeInstanceOf(RangeError);
    search.close();
  });
});
