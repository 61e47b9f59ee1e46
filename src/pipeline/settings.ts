import type { EncoderModel, ModelDevice } from "#models";
import type { Slide } from "#slide";

/** A stage of a job, in the order they run. */
export type JobTask = "segmentation" | "coords" | "features";

/** How large a pixel is, of a patch above all: a magnification in TRIDENT's bins, where 10x is 1 µm, or true µm per pixel. */
export type PatchScale = { readonly mag: number } | { readonly mpp: number };

/** How tissue is found. */
export interface SegmentationSettings {
  readonly segmenter: "otsu";
  /** true: holes in the tissue belong to it (TRIDENT's default); false: up to 20 holes a contour stay open. */
  readonly holesAreTissue: boolean;
  /** Where tissue is looked for. TRIDENT: 1.25. */
  readonly targetMagnification: number;
}

/** Which patches are cut. */
export interface PatchSettings {
  readonly target: PatchScale;
  /** Side in pixels at the target's scale. */
  readonly patchSize: number;
  /** Pixels at the target's scale, below `patchSize`. */
  readonly overlap: number;
  /** Share of a patch that must be tissue, 0 to 1; 0 keeps all that touch it. */
  readonly minTissueProportion: number;
  /** Name of the folder for coords and features in place of `20x_256px_0px_overlap`; TRIDENT's `--coords_dir`. */
  readonly folder?: string;
}

/** Everything a job is told. Plain data: it is kept in the job folder and can be run again from there. */
export interface JobSettings {
  readonly tasks: readonly JobTask[];
  readonly segmentation: SegmentationSettings;
  readonly patches: PatchSettings;
  /** Required where the tasks hold "features". */
  readonly encoder?: EncoderModel;
  /** Default "auto". */
  readonly device?: "auto" | ModelDevice;
  /** Takes a WebGPU adapter that is a program, too: for tests. */
  readonly allowSoftwareAdapter?: boolean;
  /** Properties asked for the pixel size after the usual ones; TRIDENT's `--custom_mpp_keys`. */
  readonly mppKeys?: readonly string[];
  /** The largest batch of patches given to the encoder. */
  readonly batchLimit?: number;
  /** Go on with the other slides when one fails. Default true. */
  readonly skipErrors?: boolean;
  /**
   * What becomes of results that this app made with other settings (recorded beside them). "redo", the default: they are
   * made again. "keep": they are used, with the warning `other_settings`. Results of others, and contours edited by hand, are
   * always kept.
   */
  readonly whenSettingsDiffer?: "redo" | "keep";
  /** Draw contours and patch grids on thumbnails (`contours/` is always drawn: it marks segmentation as done). Default true. */
  readonly visualize?: boolean;
  /** A lock of another program is passed over when this old. TRIDENT: 24. */
  readonly staleLockHours?: number;
  /** Written into `runs/`, `summary.md` and the configs. */
  readonly run?: {
    /** Default "coverslip". */
    readonly tool?: string;
    /** The options as the person gave them, by TRIDENT's names; default: made from these settings. */
    readonly args?: Readonly<Record<string, unknown>>;
    /** Further settings for the `_config_*.json` files, as `wsi_ext` and `wsi_rel_paths`. */
    readonly config?: Readonly<Record<string, unknown>>;
  };
}

/** A slide of a job. */
export interface JobSlide {
  /** File name with extension: "CMU-1.svs". Its stem names the outputs. */
  readonly name: string;
  /** "/"-separated, beginning with the name of the folder that was opened: "slides/a/CMU-1.svs". Tells slides apart. */
  readonly path: string;
  /** Of all its files, where it is known: then another slide of the same name is noticed before it is opened. */
  readonly sizeBytes?: number;
  /** Opens it anew; the job closes it. */
  open(): Promise<Slide>;
  /** µm per level-0 pixel, where a person or a CSV said so; wins over the file's. */
  readonly mpp?: number;
}

/** TRIDENT's own defaults, with 256 px patches and the tissue finder that needs no weights. */
export const DEFAULT_SETTINGS = {
  tasks: ["segmentation", "coords", "features"],
  segmentation: { segmenter: "otsu", holesAreTissue: true, targetMagnification: 1.25 },
  patches: { target: { mag: 20 }, patchSize: 256, overlap: 0, minTissueProportion: 0 },
} as const satisfies JobSettings;
