import { BUILT_IN_ENCODER, type EncoderCard, type EncoderModel, openModelShelf } from "#models";
import { Job, type JobSettings } from "#pipeline";
import { openSlide } from "#slide";
import { type Folder, listRowLogs, openOpfsFolder } from "#storage";
import { digestsOf, locksOf } from "../folder-files.ts";
import { MEAN_CARD, MeanEncoder } from "../mean-encoder.ts";
import { TINY_CARD, tinyModel } from "../tiny-models.ts";
import { drawTissueTiff } from "../tissue-tiff.ts";
import { type FinishingMoment, stopWhileFinishing } from "./stopping-folder.ts";

export interface HarnessOptions {
  /** Name of the job folder in the private file system. */
  readonly folder: string;
  /**
   * "means": computed in the page, a batch each `batchMs`. "tiny on webgpu": an ONNX file of a few hundred weights, on the software
   * adapter. "built-in": the app's own, on wasm.
   */
  readonly encoder: "means" | "tiny on webgpu" | "built-in";
  readonly batchMs?: number;
  readonly slides?: number;
  /** Where everything stops for good, to be killed there. */
  readonly stopAt?: "first batch" | FinishingMoment;
}

const base = {
  tasks: ["segmentation", "coords", "features"],
  segmentation: { segmenter: "otsu", holesAreTissue: true, targetMagnification: 1.25 },
} as const;

async function settingsOf({ encoder }: HarnessOptions): Promise<JobSettings> {
  const settings = (model: EncoderModel, patchSize: number, more: Partial<JobSettings>): JobSettings => ({
    ...base,
    patches: { target: { mag: 20 }, patchSize, overlap: 0, minTissueProportion: 0.3 },
    encoder: model,
    ...more,
  });
  switch (encoder) {
    case "means":
      return settings({ kind: "built-in", card: MEAN_CARD }, 64, {});
    case "tiny on webgpu":
      return settings(await tinyStored(TINY_CARD), 64, { device: "webgpu", allowSoftwareAdapter: true, batchLimit: 1 });
    case "built-in":
      return settings(BUILT_IN_ENCODER, 256, { device: "wasm", batchLimit: 2 });
  }
}

async function tinyStored(card: EncoderCard): Promise<EncoderModel> {
  return (await openModelShelf()).add(new File([tinyModel()], "tiny.onnx"), card);
}

let job: Job;
let running: ReturnType<Job["run"]>;
let folder: Folder;
let hasStopped = false;

const harness = {
  async start(options: HarnessOptions): Promise<void> {
    const { stopAt } = options;
    const stop = () => {
      hasStopped = true;
    };
    folder = await openOpfsFolder(options.folder);
    if (stopAt && stopAt !== "first batch") folder = stopWhileFinishing(folder, stopAt, stop);
    const tiff = drawTissueTiff();
    const encoder = new MeanEncoder();
    encoder.batchMs = options.batchMs ?? 0;
    if (stopAt === "first batch") {
      encoder.beforeBatch = () => {
        stop();
        return new Promise(() => {});
      };
    }
    const slides = Array.from({ length: options.slides ?? 1 }, (_, i) => `slide-${i}.tiff`).map((name) => ({
      name,
      path: `slides/${name}`,
      open: () => openSlide(new File([tiff], name)),
    }));
    job = new Job(
      folder,
      slides,
      await settingsOf(options),
      options.encoder === "means" ? { openEncoder: encoder.open } : {},
    );
    running = job.run();
  },
  /** As they stand, with their errors in words. */
  slides: () => job.slides.map((slide) => ({ ...slide, error: slide.error && String(slide.error) })),
  /** Where `stopAt` says. */
  hasStopped: () => hasStopped,
  async outcome() {
    const { status, error, done, failed, progress } = await running;
    const errors = [error, ...job.slides.map((slide) => slide.error)].map((one) => one && String(one));
    return { status, done, failed, patches: progress.patches, errors: errors.filter((one) => one !== undefined) };
  },
  /** Digests of all results by path, every lock that is left, and every row log of this browser. */
  async results(): Promise<{ digests: Record<string, string>; locks: string[]; rowLogs: string[] }> {
    const digests = await digestsOf(folder, /\.(h5|geojson)$/);
    const locks = await locksOf(folder);
    return { digests, locks, rowLogs: (await listRowLogs()).map(({ key }) => key) };
  },
};

export type JobHarness = typeof harness;

declare global {
  var jobHarness: JobHarness;
}

globalThis.jobHarness = harness;
