import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type EncoderCard, openModelShelf, type StoredModel } from "#models";
import { Job, type JobSettings, type JobSlide, readFeatures, readPatchCoords } from "#pipeline";
import { openSlide, SlidePool } from "#slide";
import { type Folder, openOpfsFolder } from "#storage";
import { MEAN_CARD, MeanEncoder } from "../../support/mean-encoder.ts";
import { grantStorage } from "../../support/quota.ts";
import { TINY_CARD, tinyModel } from "../../support/tiny-models.ts";
import { drawTissueTiff } from "../../support/tissue-tiff.ts";

const settings: JobSettings = {
  tasks: ["segmentation", "coords", "features"],
  segmentation: { segmenter: "otsu", holesAreTissue: true, targetMagnification: 1.25 },
  patches: { target: { mag: 20 }, patchSize: 64, overlap: 0, minTissueProportion: 0 },
  encoder: { kind: "built-in", card: MEAN_CARD },
  device: "wasm",
};
const COORDS = "20x_64px_0px_overlap";

let pool: SlidePool;
const tiff = drawTissueTiff();
const used: string[] = [];

beforeAll(() => {
  pool = new SlidePool({ workers: 1 });
});

afterAll(async () => {
  pool.terminate();
  const root = await navigator.storage.getDirectory();
  for (const name of used) await root.removeEntry(name, { recursive: true });
});

async function newFolder(): Promise<Folder> {
  const name = `bad-${crypto.randomUUID()}`;
  used.push(name);
  return openOpfsFolder(name);
}

function slideOf(name: string, bytes: BlobPart = tiff): JobSlide {
  return { name, path: `slides/${name}`, open: () => openSlide(new File([bytes], name), { pool }) };
}

const withMeans = (encoder = new MeanEncoder()) => ({ openEncoder: encoder.open });

describe("slides that ask for something, among good ones", () => {
  it("each end as they must, and the good ones are done", async () => {
    const folder = await newFolder();
    const slides = [
      slideOf("cut.tiff", tiff.slice(0, tiff.length / 2)),
      slideOf("no-slide.tiff", "this is no image"),
      slideOf("no-scale.tiff", drawTissueTiff({ hasScale: false })),
      slideOf("white.tiff", drawTissueTiff({ radius: 0 })),
      slideOf("good.tiff"),
    ];
    const job = new Job(folder, slides, settings, withMeans());
    const stop = job.subscribe(() => {
      const { status, path } = job.slides[2]!;
      if (status !== "needs_mpp") return;
      stop();
      // Asked once, answered while the others go on.
      job.giveMpp(path, 0.5);
    });
    const outcome = await job.run();
    expect(outcome).toMatchObject({
      status: "completed",
      failed: ["slides/cut.tiff", "slides/no-slide.tiff"],
      warned: ["slides/white.tiff"],
      needMpp: [],
      done: ["slides/no-scale.tiff", "slides/good.tiff"],
    });
    const [cut, none, , white] = job.slides;
    // Its ends are there, its tiles are not.
    expect(cut!.error!.message).toContain("cut.tiff");
    expect(none!.error).toMatchObject({ name: "UnsupportedFormatError", fileName: "no-slide.tiff" });
    expect(white!.steps.segmentation.notices).toEqual([{ kind: "no_tissue" }]);
    expect((await readPatchCoords(folder, COORDS, "no-scale"))!.coords).toEqual(
      (await readPatchCoords(folder, COORDS, "good"))!.coords,
    );
  });
});

describe("a model that cannot be used", () => {
  const stored: StoredModel[] = [];

  afterEach(async () => {
    const shelf = await openModelShelf();
    for (const { sha256 } of stored.splice(0)) await shelf.remove(sha256);
  });

  async function shelve(bytes: Uint8Array<ArrayBuffer>, card: EncoderCard): Promise<StoredModel> {
    const model = await (await openModelShelf()).add(new File([bytes], "tiny.onnx"), card);
    stored.push(model);
    return model;
  }

  it("as its file is no ONNX: all slides have coords, and say why they have no features", async () => {
    const model = await shelve(tinyModel(), TINY_CARD);
    const shelf = await openOpfsFolder("models");
    await shelf.write(`${model.sha256}/network.onnx`, new Uint8Array(model.file.bytes).fill(0x3c));
    const job = new Job(await newFolder(), [slideOf("a.tiff"), slideOf("b.tiff")], { ...settings, encoder: model });
    expect(await job.run()).toMatchObject({ status: "completed", failed: ["slides/a.tiff", "slides/b.tiff"] });
    for (const { error, steps } of job.slides) {
      expect(error).toMatchObject({ name: "ModelLoadError", reason: "not-onnx", modelName: "Tiny" });
      expect(steps).toMatchObject({ coords: { status: "completed" }, features: { status: "error" } });
    }
  });

  it("as it takes other patches than its card says", async () => {
    const card = { ...TINY_CARD, input: { ...TINY_CARD.input, sizePx: 32, resizePx: 32 } };
    const encoder = await shelve(tinyModel(), card);
    const job = new Job(await newFolder(), [slideOf("a.tiff")], { ...settings, encoder });
    expect(await job.run()).toMatchObject({ status: "completed", failed: ["slides/a.tiff"] });
    expect(job.slides[0]!.error).toMatchObject({ name: "ModelInputError", modelName: "Tiny" });
  });

  it("as it gives NaN for some patches of one slide: the other slides are done", async () => {
    const encoder = await shelve(tinyModel("nan"), TINY_CARD);
    // Whiter glass, which is where that model fails.
    const slides = [slideOf("white.tiff", drawTissueTiff({ glass: 250 })), slideOf("good.tiff")];
    const folder = await newFolder();
    const job = new Job(folder, slides, { ...settings, encoder });
    expect(await job.run()).toMatchObject({ failed: ["slides/white.tiff"], done: ["slides/good.tiff"] });
    expect(job.slides[0]!.error).toMatchObject({ name: "ModelOutputError", reason: "not-finite", modelName: "Tiny" });
    expect(await readFeatures(folder, COORDS, "tiny", "white")).toBeUndefined();
    const { features } = (await readFeatures(folder, COORDS, "tiny", "good"))!;
    expect(features.every(Number.isFinite)).toBe(true);
  });
});

describe("a job folder that is full or damaged", () => {
  afterEach(() => grantStorage(undefined));

  it("ends the run with what is missing, and is gone on with when there is space, to the same bytes", async () => {
    const slides = [slideOf("a.tiff"), slideOf("b.tiff")];
    const whole = await newFolder();
    await new Job(whole, slides, settings, withMeans()).run();

    const folder = await newFolder();
    const encoder = new MeanEncoder();
    encoder.beforeBatch = (batch) => batch === 20 && grantStorage(0);
    const outcome = await new Job(folder, slides, settings, withMeans(encoder)).run();
    expect(outcome).toMatchObject({ status: "error", failed: ["slides/a.tiff"], cancelled: ["slides/b.tiff"] });
    expect(outcome.error).toMatchObject({ name: "StorageFullError" });
    await grantStorage(undefined);
    const job = new Job(folder, slides, settings, withMeans());
    expect(await job.run()).toMatchObject({ status: "completed", done: ["slides/a.tiff", "slides/b.tiff"] });
    expect(job.slides[0]!.steps.features.notices[0]).toMatchObject({ kind: "resumed" });
    for (const stem of ["a", "b"]) {
      const expected = await readFeatures(whole, COORDS, MEAN_CARD.id, stem);
      expect((await readFeatures(folder, COORDS, MEAN_CARD.id, stem))!.features).toEqual(expected!.features);
    }
  });

  it("says which HDF5 file is cut short, and makes it again once it is removed", async () => {
    const folder = await newFolder();
    const tasks: JobSettings["tasks"] = ["segmentation", "coords"];
    await new Job(folder, [slideOf("a.tiff")], { ...settings, tasks }, withMeans()).run();
    const path = `${COORDS}/patches/a_patches.h5`;
    const file = (await folder.read(path))!;
    await folder.write(path, file.slice(0, file.size / 2));
    const job = new Job(folder, [slideOf("a.tiff"), slideOf("b.tiff")], settings, withMeans());
    expect(await job.run()).toMatchObject({ failed: ["slides/a.tiff"], done: ["slides/b.tiff"] });
    expect(job.slides[0]!.error).toMatchObject({ name: "JobFileError", path, cause: { name: "Hdf5FormatError" } });
    await expect(readPatchCoords(folder, COORDS, "a")).rejects.toMatchObject({ name: "JobFileError", path });
    await folder.remove(path);
    job.retry("slides/a.tiff");
    expect(await job.run()).toMatchObject({ done: ["slides/a.tiff", "slides/b.tiff"] });
  });
});
