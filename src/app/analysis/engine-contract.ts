import type { BuiltInModel, DeviceChoice, EncoderCard, ModelDevice, StoredModel } from "#models";
import type {
  CoordsFolder,
  FoundTissue,
  JobFolder,
  JobOutcome,
  JobProgress,
  JobSettings,
  JobSlide,
  PatchFeatures,
  PatchPreview,
  PatchSettings,
  SegmentationSettings,
  SlideState,
  Tissue,
} from "#pipeline";
import type { Slide } from "#slide";
import type { Folder } from "#storage";
import type { AboutFile } from "../failures/explain.ts";
import type { Failure } from "../failures/failure.ts";

/** A job as the app runs it. */
export interface RunnableJob {
  readonly settings: JobSettings;
  readonly slides: readonly SlideState[];
  readonly progress: JobProgress;
  readonly isRunning: boolean;
  subscribe(listener: () => void): () => void;
  run(options?: { signal?: AbortSignal; onlyWaiting?: boolean }): Promise<JobOutcome>;
  giveMpp(path: string, mpp: number): void;
  retry(path: string): void;
}

/** Draws up the patches of a slide as they would be cut. */
export interface Previewer {
  /**
   * Answers within a frame, or with something about it where the exact answer takes longer; of several calls in a row only
   * the last is answered, the others reject.
   */
  show(settings: PatchSettings, onRough: (about: PatchPreview) => void): Promise<PatchPreview>;
  close(): void;
}

/** Compares a patch with all others. */
export interface Comparer {
  /** Cosine to every row, -1 to 1. */
  scoresOf(index: number): Promise<Float32Array>;
  close(): void;
}

/** The models kept on this device. */
export interface Shelf {
  list(): Promise<readonly StoredModel[]>;
  add(
    file: File,
    card: EncoderCard,
    options?: { external?: File[]; onProgress?: (doneBytes: number, totalBytes: number) => void; signal?: AbortSignal },
  ): Promise<StoredModel>;
  remove(sha256: string): Promise<void>;
}

/**
 * The doors of the library that the analysis goes through; `engine.ts` is the real thing, loaded when it is first
 * needed. An interface, so that tests of the app can stand in for it.
 */
export interface Engine {
  findTissue(
    slide: Slide,
    options?: {
      segmentation?: Partial<SegmentationSettings>;
      mpp?: number;
      signal?: AbortSignal;
      onProgress?: (done: number, total: number) => void;
    },
  ): Promise<FoundTissue>;
  openPatchPreview(slide: Slide, polygons: Tissue["polygons"] | undefined, options?: { mpp?: number }): Previewer;
  createJob(folder: Folder, slides: readonly JobSlide[], settings: JobSettings): RunnableJob;
  readJobFolder(folder: Folder): Promise<JobFolder>;
  /** Only the part of it that tells which features there are. */
  readCoordsFolders(folder: Folder): Promise<readonly CoordsFolder[]>;
  /** The stem that names a slide's results. */
  stemOf(fileName: string): string;
  /** Whether results under the slide's name are its own. */
  hasResultsOf(folder: Folder, slide: Slide): Promise<boolean>;
  readTissue(folder: Folder, stem: string): Promise<Tissue["polygons"] | undefined>;
  /** The folder that patches of these settings lie in. */
  coordsFolderName(patches: PatchSettings): string;
  /** The file that `readFeatures` would read. */
  findFeatures(
    folder: Folder,
    coordsFolder: string,
    encoder: string,
    stem: string,
  ): Promise<{ readonly file: Pick<File, "size" | "lastModified"> } | undefined>;
  readFeatures(folder: Folder, coordsFolder: string, encoder: string, stem: string): Promise<PatchFeatures | undefined>;
  /** @param features - handed over: gone for the caller. */
  openSimilarity(features: Float32Array<ArrayBuffer>, dimension: number): Comparer;
  nearest(scores: Float32Array, count: number, options?: { except?: number }): Int32Array;

  readonly builtIn: BuiltInModel;
  openModelShelf(): Promise<Shelf>;
  /** What a file says of itself, as a card with the rest filled in by custom. */
  suggestCard(file: File, external: readonly File[]): Promise<EncoderCard>;
  readCard(text: string): EncoderCard;
  /** Where a model would run, and why. */
  chooseDevice(card: Pick<EncoderCard, "precision">, options: { device?: "auto" | ModelDevice }): Promise<DeviceChoice>;

  openOpfsFolder(path: string): Promise<Folder>;
  openDirectoryFolder(handle: FileSystemDirectoryHandle): Promise<Folder>;
  zipFolder(folder: Folder): Promise<Blob>;

  /** An error of any of these as sentences. */
  explain(error: unknown, about: AboutFile): Failure;
}
