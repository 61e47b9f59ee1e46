import { BUILT_IN_ENCODER } from "#models";
import { Job, type JobSettings, type SlideState } from "#pipeline";
import { openSlide } from "#slide";
import { openOpfsFolder } from "#storage";
import { MEAN_CARD, MeanEncoder } from "../mean-encoder.ts";
import { drawTissueTiff } from "../tissue-tiff.ts";

export interface HarnessOptions {
  /** Name of the job folder in the private file system. */
  readonly folder: string;
  /** "means": computed in the page, a batch each `batchMs`. "webgpu": the built-in encoder on a software adapter. */
  readonly encoder: "means" | "webgpu";
  readonly batchMs?: number;
  readonly slides?: number;
}

const patches = { target: { mag: 20 }, overlap: 0, minTissueProportion: 0.3 } as const;
const base = {
  tasks: ["segmentation", "coords", "features"],
  segmentation: { segmenter: "otsu", holesAreTissue: true, targetMagnification: 1.25 },
} as const;

function settingsOf({ encoder }: HarnessOptions): JobSettings {
  if (encoder === "means") {
    return { ...base, patches: { ...patches, patchSize: 64 }, encoder: { kind: "built-in", card: MEAN_CARD } };
  }
  return {
    ...base,
    patches: { ...patches, patchSize: 256 },
    encoder: BUILT_IN_ENCODER,
    device: "webgpu",
    allowSoftwareAdapter: true,
    batchLimit: 1,
  };
}

let job: Job;
let running: ReturnType<Job["run"]>;
let folder: Awaited<ReturnType<typeof openOpfsFolder>>;

const harness = {
  async start(options: HarnessOptions): Promise<void> {
    folder = await openOpfsFolder(options.folder);
    const tiff = drawTissueTiff();
    const encoder = new MeanEncoder();
    encoder.batchMs = options.batchMs ?? 0;
    const slides = Array.from({ length: options.slides ?? 1 }, (_, i) => `slide-${i}.tiff`).map((name) => ({
      name,
      path: `slides/${name}`,
      open: () => openSlide(new File([tiff], name)),
    }));
    job = new Job(
      folder,
      slides,
      settingsOf(options),
      options.encoder === "means" ? { openEncoder: encoder.open } : {},
    );
    running = job.run();
  },
  slides: (): readonly SlideState[] => job.slides.map((slide) => ({ ...slide, error: undefined })),
  async outcome() {
    const { status, error, done, failed, progress } = await running;
    const errors = [error, ...job.slides.map((slide) => slide.error)].map((one) => one && String(one));
    return { status, done, failed, patches: progress.patches, errors: errors.filter((one) => one !== undefined) };
  },
  /** Digests of all results by path, and every lock that is left. */
  async results(): Promise<{ digests: Record<string, string>; locks: string[] }> {
    const digests: Record<string, string> = {};
    const locks: string[] = [];
    const visit = async (path: string): Promise<void> => {
      for (const { name, kind } of await folder.list(path)) {
        const below = path ? `${path}/${name}` : name;
        if (kind === "folder") await visit(below);
        else if (name.endsWith(".lock")) locks.push(below);
        else if (/\.(h5|geojson)$/.test(name)) {
          // The folder's own name stands in attributes: one of the same length takes its place. All else is compared to the byte.
          const bytes = new Uint8Array(await (await folder.read(below))!.arrayBuffer());
          const text = new TextDecoder("latin1").decode(bytes).replaceAll(folder.name, "-".repeat(folder.name.length));
          const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
          digests[below] = Array.from(new Uint8Array(hash), (byte) => byte.toString(16).padStart(2, "0")).join("");
        }
      }
    };
    await visit("");
    return { digests, locks };
  },
};

export type JobHarness = typeof harness;

declare global {
  var jobHarness: JobHarness;
}

globalThis.jobHarness = harness;
