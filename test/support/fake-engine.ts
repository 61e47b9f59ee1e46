import type { DeviceChoice, EncoderCard, StoredModel } from "#models";
import {
  coordsFolderName,
  type JobFolder,
  type JobOutcome,
  type JobSettings,
  type JobSlide,
  type PatchFeatures,
  type SlideState,
  type StepState,
} from "#pipeline";
import { createMemoryFolder } from "#storage";
import type { Engine, RunnableJob } from "../../src/app/analysis/engine-contract.ts";
import { explainAnalysis } from "../../src/app/analysis/explain-analysis.ts";
import { testCard } from "./test-card.ts";

export const FAKE_CARD = testCard({ id: "stripes", name: "Stripes", dimension: 3, patchSizePx: 256 });

const EMPTY_STEP: StepState = { status: "not_started", reason: null, notices: [], done: 0, total: 0, seconds: 0 };

/** A slide of a job, as little done as possible. */
export function slideState(name: string, more: Partial<SlideState> = {}): SlideState {
  return {
    name,
    path: name,
    status: "waiting",
    step: undefined,
    steps: { segmentation: EMPTY_STEP, coords: EMPTY_STEP, features: EMPTY_STEP },
    contours: undefined,
    patches: undefined,
    error: undefined,
    seconds: 0,
    ...more,
  };
}

const NO_SECONDS = {
  opening: 0,
  segmentation: 0,
  coords: 0,
  features: 0,
  waitingForPatches: 0,
  waitingForModel: 0,
  reading: 0,
  preprocessing: 0,
  model: 0,
  writing: 0,
};

export const NO_PROGRESS: RunnableJob["progress"] = {
  done: 0,
  total: 0,
  fraction: 0,
  current: undefined,
  patches: 0,
  patchesPerSecond: undefined,
  slideSecondsLeft: undefined,
  secondsLeft: undefined,
  slowest: undefined,
  seconds: NO_SECONDS,
  encoder: undefined,
};

/** A job that does what the test says, when it says so. */
export class FakeJob implements RunnableJob {
  slides: readonly SlideState[];
  progress = NO_PROGRESS;
  isRunning = false;
  runs = 0;
  /** Whether the last run was of waiting slides alone. */
  onlyWaiting: boolean | undefined;
  readonly retried: string[] = [];
  readonly settings: JobSettings;
  readonly jobSlides: readonly JobSlide[];
  #listener: (() => void) | undefined;
  #end: ((outcome: JobOutcome) => void) | undefined;

  constructor(slides: readonly JobSlide[], settings: JobSettings) {
    this.jobSlides = slides;
    this.settings = settings;
    this.slides = slides.map(({ name, path }) => slideState(name, { path }));
    this.progress = { ...NO_PROGRESS, total: slides.length };
  }

  subscribe(listener: () => void): () => void {
    this.#listener = listener;
    return () => {
      this.#listener = undefined;
    };
  }

  run({ signal, onlyWaiting }: { signal?: AbortSignal; onlyWaiting?: boolean } = {}): Promise<JobOutcome> {
    this.runs++;
    this.onlyWaiting = onlyWaiting;
    this.isRunning = true;
    return new Promise((resolve) => {
      this.#end = resolve;
      signal?.addEventListener("abort", () => this.end({ status: "cancelled" }));
    });
  }

  tell(progress: Partial<RunnableJob["progress"]>, slides?: readonly SlideState[]): void {
    this.progress = { ...this.progress, ...progress };
    if (slides) this.slides = slides;
    this.#listener?.();
  }

  end(outcome: Partial<JobOutcome> = {}): void {
    this.isRunning = false;
    this.#end?.({
      status: "completed",
      error: undefined,
      runId: "0123456789ab",
      done: this.slides.filter(({ status }) => status === "done").map(({ path }) => path),
      warned: [],
      failed: this.slides.filter(({ status }) => status === "failed").map(({ path }) => path),
      needMpp: [],
      locked: [],
      cancelled: [],
      progress: this.progress,
      ...outcome,
    });
  }

  giveMpp(path: string): void {
    if (!this.jobSlides.some((slide) => slide.path === path)) throw new RangeError(`no slide ${path} in this job`);
  }

  retry(path: string): void {
    this.retried.push(path);
    const waiting = slideState(path.split("/").at(-1)!, { path });
    this.tell(
      {},
      this.slides.map((slide) => (slide.path === path ? waiting : slide)),
    );
  }
}

export interface FakeEngine extends Engine {
  readonly jobs: FakeJob[];
  readonly stored: StoredModel[];
  /** What `readJobFolder` and `readCoordsFolders` say. */
  held: JobFolder;
  /** What `readFeatures` gives. */
  features: PatchFeatures | undefined;
  /** What tells the file of features from an earlier one. */
  file: { readonly size: number; readonly lastModified: number };
  device: DeviceChoice;
  /** `findTissue` then fails with it. */
  tissueFails: Error | undefined;
  /** Makes `findTissue` wait until it is called. */
  holdTissue: (() => Promise<void>) | undefined;
  /** Makes a preview tell about what it will be, and wait until it is called. */
  holdPreview: (() => Promise<void>) | undefined;
}

const SIDE = 512;

/** The analysis without wasm, workers and models: tissue is one square, patches a plain grid. */
export function fakeEngine(): FakeEngine {
  const folder = createMemoryFolder();
  const engine: FakeEngine = {
    jobs: [],
    stored: [],
    held: { settings: undefined, slides: [], coordsFolders: [] },
    features: undefined,
    file: { size: 1, lastModified: 1 },
    device: { device: "wasm", reason: "no-webgpu", adapter: "", threads: 4 },
    tissueFails: undefined,
    holdTissue: undefined,
    holdPreview: undefined,
    builtIn: { kind: "built-in", card: FAKE_CARD },

    async findTissue(_slide, { signal } = {}) {
      await engine.holdTissue?.();
      signal?.throwIfAborted();
      if (engine.tissueFails) throw engine.tissueFails;
      const shell = Float64Array.of(2000, 2000, 6000, 2000, 6000, 6000, 2000, 6000, 2000, 2000);
      return { polygons: [{ shell, holes: [] }], areaMm2: 1, repaired: 0 } as unknown as Awaited<
        ReturnType<Engine["findTissue"]>
      >;
    },
    openPatchPreview: () => ({
      async show(settings, onRough) {
        const step = SIDE - settings.overlap * 2;
        const columns = Math.floor(4000 / step);
        const keep = Math.ceil(columns * columns * (1 - settings.minTissueProportion));
        const coords = Int32Array.from({ length: keep * 2 }, (_, at) => {
          const index = at >> 1;
          return 2000 + step * (at % 2 ? Math.floor(index / columns) : index % columns);
        });
        const preview = { coords, sideLevel0: SIDE, count: keep, columns, rows: columns, isExact: true };
        if (engine.holdPreview) onRough({ ...preview, isExact: false });
        await engine.holdPreview?.();
        return preview;
      },
      close: () => {},
    }),
    createJob(_folder, slides, settings) {
      const job = new FakeJob(slides, settings);
      engine.jobs.push(job);
      return job;
    },
    readJobFolder: async () => engine.held,
    readCoordsFolders: async () => engine.held.coordsFolders,
    hasResultsOf: async () => true,
    readTissue: async () => undefined,
    coordsFolderName,
    findFeatures: async () => engine.features && { file: engine.file },
    readFeatures: async () => engine.features,
    stemOf: (fileName) => fileName.replace(/\.[^.]*$/, ""),
    openSimilarity: (features, dimension) => ({
      scoresOf: async (index) =>
        Float32Array.from({ length: features.length / dimension }, (_, row) => 1 - Math.abs(row - index) / 100),
      close: () => {},
    }),
    nearest: (scores, count, { except } = {}) =>
      Int32Array.from(
        [...scores.keys()]
          .filter((row) => row !== except)
          .sort((a, b) => scores[b]! - scores[a]!)
          .slice(0, count),
      ),

    openModelShelf: async () => ({
      list: async () => engine.stored,
      async add(file, card) {
        const stored: StoredModel = {
          kind: "stored",
          card,
          sha256: `sha-of-${file.name}`,
          file: { name: file.name, bytes: file.size, sha256: `sha-of-${file.name}` },
          external: [],
          addedAt: "2026-11-21T12:00:00Z",
        };
        engine.stored.push(stored);
        return stored;
      },
      async remove(sha256) {
        engine.stored.splice(
          engine.stored.findIndex((model) => model.sha256 === sha256),
          1,
        );
      },
    }),
    suggestCard: async (file) => ({ ...FAKE_CARD, id: "given", name: file.name.replace(/\.onnx$/, "") }),
    readCard: (text) => JSON.parse(text) as EncoderCard,
    chooseDevice: async (_card, { device = "auto" }) => ({
      ...engine.device,
      reason: device === "auto" ? engine.device.reason : "asked-for",
    }),

    openOpfsFolder: async () => folder,
    openDirectoryFolder: async () => folder,
    zipFolder: async () => new Blob(["zip"]),
    explain: explainAnalysis,
  };
  return engine;
}

/** Features of a grid of patches on a slide of 20,000 x 10,000 pixels. */
export function fakeFeatures(columns = 20, rows = 10): PatchFeatures {
  const count = columns * rows;
  return {
    coords: Int32Array.from({ length: count * 2 }, (_, at) => {
      const index = at >> 1;
      return 1000 + SIDE * (at % 2 ? Math.floor(index / columns) : index % columns);
    }),
    sideLevel0: SIDE,
    attributes: {},
    features: new Float32Array(count * 3),
    dimension: 3,
    encoder: "stripes",
  } as unknown as PatchFeatures;
}
