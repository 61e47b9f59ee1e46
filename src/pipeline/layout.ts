import type { JobTask, PatchScale, PatchSettings } from "./settings.ts";

/**
 * Every folder, file, dataset and attribute name of a job folder, spelled once.
 * TRIDENT's layout (mahmoodlab/TRIDENT 0.3.0), so that its users' tools and its own command line read and continue it.
 */

export const SUMMARY_FILE = "summary.md";
export const RUNS_FOLDER = "runs";
export const STATES_FOLDER = "wsi_states";
export const THUMBNAILS_FOLDER = "thumbnails";
export const CONTOURS_FOLDER = "contours";
export const GEOJSON_FOLDER = "contours_geojson";
export const PATCHES_FOLDER = "patches";
export const VISUALIZATION_FOLDER = "visualization";
export const LOCK_SUFFIX = ".lock";
/** Ours: TRIDENT removes a ".lock" whose file is there, and Chromium is slow with kinds of files it does not know (storage/). */
export const CHANGE_LOCK_SUFFIX = ".lock.txt";

/** What only this app writes; other tools pass it over. */
export const OWN_FOLDER = "coverslip";
export const JOB_FILE = `${OWN_FOLDER}/job.json`;
export const RECORDS_FOLDER = `${OWN_FOLDER}/slides`;

const PATCHES_SUFFIX = "_patches.h5";
const FEATURES_PREFIX = "features_";
/** What older TRIDENT called its features folders. */
const OLD_FEATURES_PREFIX = "patch_features_";

export const DATASETS = { coords: "coords", features: "features" } as const;

/** Attributes of `coords`, in the order they are written. */
export const COORDS_ATTRIBUTES = {
  patchSize: "patch_size",
  patchSizeLevel0: "patch_size_level0",
  level0Magnification: "level0_magnification",
  targetMagnification: "target_magnification",
  overlap: "overlap",
  name: "name",
  saveToDir: "savetodir",
  level0Width: "level0_width",
  level0Height: "level0_height",
  /** Ours, where the target was given as µm per pixel: the true sizes behind the two magnifications. */
  level0Mpp: "level0_mpp",
  targetMpp: "target_mpp",
} as const;

/** Attributes of `features`. */
export const FEATURES_ATTRIBUTES = { name: "name", saveToDir: "savetodir", encoder: "encoder" } as const;

/** Attributes of `coords` as CLAM writes them. */
export const CLAM_ATTRIBUTES = {
  patchSize: "patch_size",
  patchLevel: "patch_level",
  customDownsample: "custom_downsample",
} as const;

/**
 * The stem that names a slide's outputs: without its extension; `.ome.tif`, `.ome.tiff` and `.ome.zarr` go whole. TRIDENT's rule,
 * which asks for no meaning: of a DICOM file named by its UID, the last number is the extension.
 */
export function stemOf(fileName: string): string {
  return fileName.slice(0, fileName.length - extensionOf(fileName).length);
}

/** With its dot, as written; "" without one. */
export function extensionOf(fileName: string): string {
  return /\.ome\.(?:tiff?|zarr)$/i.exec(fileName)?.[0] ?? /(?<=.)\.[^./]*$/.exec(fileName)?.[0] ?? "";
}

export const thumbnailPath = (stem: string) => `${THUMBNAILS_FOLDER}/${stem}.jpg`;
/** Drawn contours; that this file is there says that segmentation is done. */
export const contoursPath = (stem: string) => `${CONTOURS_FOLDER}/${stem}.jpg`;
export const geojsonPath = (stem: string) => `${GEOJSON_FOLDER}/${stem}.geojson`;
export const coordsPath = (coordsFolder: string, stem: string) =>
  `${coordsFolder}/${PATCHES_FOLDER}/${stem}${PATCHES_SUFFIX}`;
/** CLAM names its coords without the suffix. */
export const clamCoordsPath = (coordsFolder: string, stem: string) => `${coordsFolder}/${PATCHES_FOLDER}/${stem}.h5`;
export const visualizationPath = (coordsFolder: string, stem: string) =>
  `${coordsFolder}/${VISUALIZATION_FOLDER}/${stem}.jpg`;
export const featuresFolder = (coordsFolder: string, encoder: string) => `${coordsFolder}/${FEATURES_PREFIX}${encoder}`;
export const featuresPath = (coordsFolder: string, encoder: string, stem: string) =>
  `${featuresFolder(coordsFolder, encoder)}/${stem}.h5`;
export const oldFeaturesPath = (coordsFolder: string, encoder: string, stem: string) =>
  `${coordsFolder}/${OLD_FEATURES_PREFIX}${encoder}/${stem}.h5`;

/** The slide whose coords a file of `patches/` holds. */
export function stemOfCoords(fileName: string): string | undefined {
  if (fileName.endsWith(PATCHES_SUFFIX)) return fileName.slice(0, -PATCHES_SUFFIX.length);
  return fileName.endsWith(".h5") ? fileName.slice(0, -".h5".length) : undefined;
}

/** The encoder whose features a folder holds; undefined for other folders, slide features among them. */
export function encoderOfFolder(folderName: string): string | undefined {
  const prefix = [FEATURES_PREFIX, OLD_FEATURES_PREFIX].find((candidate) => folderName.startsWith(candidate));
  return prefix && folderName.length > prefix.length ? folderName.slice(prefix.length) : undefined;
}

/** Where coords and features of these settings lie: "20x_256px_0px_overlap", or "0.5um_256px_0px_overlap" for a true µm/px. */
export function coordsFolderName({
  target,
  patchSize,
  overlap,
  folder,
}: Pick<PatchSettings, "target" | "patchSize" | "overlap" | "folder">): string {
  return folder ?? `${scaleName(target)}_${patchSize}px_${overlap}px_overlap`;
}

function scaleName(target: PatchScale): string {
  return "mag" in target ? `${shortNumber(target.mag)}x` : `${shortNumber(target.mpp)}um`;
}

/** As Python's `%g`: six digits, no trailing zeros. */
function shortNumber(value: number): string {
  return String(Number(value.toPrecision(6)));
}

/** A slide's stage as `wsi_states` calls it. */
export function taskName(task: JobTask, encoder: string | undefined): string {
  return task === "features" ? `patch_features:${encoder}` : task;
}

export const STEP_FILES = {
  segmentation: { config: () => "_config_segmentation.json", log: () => "_logs_segmentation.txt" },
  coords: {
    config: (coordsFolder: string) => `${coordsFolder}/_config_coords.json`,
    log: (coordsFolder: string) => `${coordsFolder}/_logs_coords.txt`,
  },
  features: {
    config: (coordsFolder: string, encoder: string) => `${coordsFolder}/_config_feats_${encoder}.json`,
    log: (coordsFolder: string, encoder: string) => `${coordsFolder}/_logs_feats_${encoder}.txt`,
  },
} as const;
