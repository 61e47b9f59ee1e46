import { BUILT_IN_ENCODER, openEncoder, type PatchEncoder } from "#models";
import {
  coordsFolderName,
  DEFAULT_SETTINGS,
  findTissue,
  Job,
  openPatchPreview,
  readFeatures,
  type StageSeconds,
} from "#pipeline";
import { openSlide, type Slide, SlidePool } from "#slide";
import { openHdf5, openOpfsFolder } from "#storage";

/** Where a run's results lie in the private file system; the run before's are removed. */
const FOLDER = "chain-bench";

/** Looks at a grid, after two that are not counted. */
const PREVIEWS = 20;
/** µm per pixel. */
const UM_AT_20X = 0.5;

/** What a run of the chain took. */
export interface ChainTimes {
  readonly wallSeconds: number;
  readonly seconds: StageSeconds;
  readonly patches: number;
}

/** What looks at a grid took, in ms. */
export interface PreviewTimes {
  /** Of the tissue's outlines. */
  readonly vertices: number;
  /** The most patches. */
  readonly count: number;
  /** One share of tissue after another, and one overlap after another, which is another grid. */
  readonly shares: number[];
  readonly overlaps: number[];
  /** One patch size after another, none of them asked for before: until there is something to see, and the exact grid. */
  readonly sizes: number[];
  readonly exactSizes: number[];
}

/** The page's side of the chain's bench: a job as the app runs it, on wasm, with decoding workers and the model kept warm. */
class ChainBench {
  readonly #pool = new SlidePool();
  #encoder: PatchEncoder | undefined;

  /** Loads workers and model. Returns what the model took, in seconds, and how it runs. */
  async prepare(): Promise<{ loadSeconds: number; batchSize: number; threads: number; workers: number }> {
    await this.#pool.warmUp();
    const began = performance.now();
    this.#encoder = await openEncoder(BUILT_IN_ENCODER, { device: "wasm" });
    const { batchSize, choice } = this.#encoder;
    const { workers } = this.#pool.state();
    return { loadSeconds: (performance.now() - began) / 1000, batchSize, threads: choice.threads, workers };
  }

  /** Tissue, coords and features of one of the files in the file input. */
  async run(index: number, mpp: number): Promise<ChainTimes> {
    const file = this.#file(index);
    const place = await openOpfsFolder("");
    await place.remove(FOLDER);
    const folder = await openOpfsFolder(FOLDER);
    const slide = { name: file.name, path: file.name, mpp, open: () => this.#open(file) };
    const settings = { ...DEFAULT_SETTINGS, encoder: BUILT_IN_ENCODER, device: "wasm", visualize: false } as const;
    // The encoder outlives the job, as Python's session does; opening it is a row of its own.
    const encoder: PatchEncoder = { ...this.#encoder!, close: async () => {} };
    const began = performance.now();
    const job = new Job(folder, [slide], settings, { openEncoder: async () => encoder });
    const { status, failed, error, progress } = await job.run();
    const wallSeconds = (performance.now() - began) / 1000;
    if (status !== "completed" || failed.length > 0) {
      throw error ?? job.slides[0]?.error ?? new Error(`the job ended as ${status}`);
    }
    return { wallSeconds, seconds: progress.seconds, patches: progress.patches };
  }

  /** What the last run wrote. */
  async features(index: number): Promise<{ coords: number[]; features: number[] }> {
    const folder = await openOpfsFolder(FOLDER);
    const { patches } = DEFAULT_SETTINGS;
    const stem = this.#file(index).name.replace(/\.[^.]*$/, "");
    const found = await readFeatures(folder, coordsFolderName(patches), BUILT_IN_ENCODER.card.id, stem);
    if (!found) throw new Error("the job wrote no features");
    return { coords: [...found.coords], features: [...found.features] };
  }

  /** Tissue alone, in seconds. */
  async tissue(index: number, mpp: number): Promise<number> {
    const began = performance.now();
    await using slide = await this.#open(this.#file(index));
    await findTissue(slide, { mpp });
    return (performance.now() - began) / 1000;
  }

  /** All features and coords of an HDF5 file, in seconds. */
  async readFeatures(index: number): Promise<number> {
    const began = performance.now();
    await using hdf5 = await openHdf5(this.#file(index));
    for (const name of ["features", "coords"]) await hdf5.datasets.get(name)!.read();
    return (performance.now() - began) / 1000;
  }

  /**
   * The grid that follows a slider, of so many patches an edge.
   *
   * @param outlined - the slide whose tissue is taken, at this one's size.
   */
  async preview(index: number, outlined: number, mpp: number, patchesPerEdge: number): Promise<PreviewTimes> {
    await using slide = await this.#open(this.#file(index));
    await using other = await this.#open(this.#file(outlined));
    const found = await findTissue(other, { mpp });
    const [scaleX, scaleY] = [slide.width / other.width, slide.height / other.height];
    const atSize = (ring: Float64Array) => ring.map((value, at) => value * (at % 2 === 0 ? scaleX : scaleY));
    const polygons = found.polygons.map(({ shell, holes }) => ({ shell: atSize(shell), holes: holes.map(atSize) }));
    const vertices = polygons
      .flatMap(({ shell, holes }) => [shell, ...holes])
      .reduce((sum, ring) => sum + ring.length / 2, 0);
    const previewer = openPatchPreview(slide, polygons, { mpp });
    const patchSize = Math.round((slide.width * mpp) / UM_AT_20X / patchesPerEdge);
    let count = 0;
    const look = async (
      settingsAt: (step: number) => { minTissueProportion: number; overlap?: number; patchSize?: number },
    ) => {
      const times: number[] = [];
      const firsts: number[] = [];
      for (let step = -2; step < PREVIEWS; step++) {
        const settings = settingsAt((step + PREVIEWS) % PREVIEWS);
        const began = performance.now();
        let first: number | undefined;
        const shown = await previewer.show({ ...DEFAULT_SETTINGS.patches, patchSize, ...settings }, () => {
          first = performance.now() - began;
        });
        if (step >= 0) {
          times.push(performance.now() - began);
          firsts.push(first ?? times.at(-1)!);
        }
        count = Math.max(count, shown.count);
      }
      return { firsts, times };
    };
    const shares = await look((step) => ({ minTissueProportion: step / (2 * PREVIEWS) }));
    const overlaps = await look((step) => ({ minTissueProportion: 1 / 4, overlap: step % 2 }));
    const patches = count;
    const sizes = await look((step) => ({ minTissueProportion: 1 / 4, patchSize: patchSize - PREVIEWS / 2 + step }));
    previewer.close();
    return {
      vertices,
      count: patches,
      shares: shares.times,
      overlaps: overlaps.times,
      sizes: sizes.firsts,
      exactSizes: sizes.times,
    };
  }

  #open(file: File): Promise<Slide> {
    return openSlide(file, { pool: this.#pool });
  }

  #file(index: number): File {
    return document.querySelector<HTMLInputElement>("#files")!.files![index]!;
  }
}

declare global {
  var chainBench: ChainBench;
}
globalThis.chainBench = new ChainBench();
