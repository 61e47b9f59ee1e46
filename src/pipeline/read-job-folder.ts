import type { Polygon } from "#kernels";
import { type Folder, openHdf5 } from "#storage";
import { JobFileError } from "./errors.ts";
import { type KeptSlide, readJobFile } from "./job-file.ts";
import {
  CONTOURS_FOLDER,
  DATASETS,
  encoderOfFolder,
  FEATURES_ATTRIBUTES,
  featuresPath,
  GEOJSON_FOLDER,
  geojsonPath,
  OWN_FOLDER,
  oldFeaturesPath,
  PATCHES_FOLDER,
  RUNS_FOLDER,
  STATES_FOLDER,
  stemOf,
  stemOfCoords,
  THUMBNAILS_FOLDER,
} from "./layout.ts";
import { findCoordsFile, type PatchCoords, readCoordsFile, readCoordsOf } from "./patch-coords.ts";
import { readJobResult } from "./read-job-result.ts";
import type { JobSettings } from "./settings.ts";
import { readContoursOf } from "./steps/segment-tissue.ts";
import { labelOf, readStates, type WsiState } from "./wsi-state.ts";

/** A slide as a job folder knows it. */
export interface JobFolderSlide {
  /** Without extension; names its files. */
  readonly stem: string;
  /** As in `JobSlide`, where this app or a state file says. */
  readonly path: string | undefined;
  readonly mpp: number | undefined;
  readonly hasContours: boolean;
  /** Where each stage stands, by the names of `wsi_states`: { "coords": "skipped (already_generated)" }. */
  readonly tasks: Readonly<Record<string, string>>;
}

/** One choice of patches, and what was made of them. */
export interface CoordsFolder {
  readonly name: string;
  /** Stems of the slides that have coords here. */
  readonly slides: readonly string[];
  readonly encoders: readonly { readonly id: string; readonly slides: readonly string[] }[];
}

/** What a job folder holds. */
export interface JobFolder {
  /** Of the last run of this app; undefined for TRIDENT's own folders. */
  readonly settings: JobSettings | undefined;
  readonly slides: readonly JobFolderSlide[];
  readonly coordsFolders: readonly CoordsFolder[];
}

/** A slide's embeddings. */
export interface PatchFeatures extends PatchCoords {
  /** (N, dimension). Float16 files come as float32. */
  readonly features: Float32Array<ArrayBuffer>;
  readonly dimension: number;
  readonly encoder: string;
}

const NO_COORDS_FOLDERS = [CONTOURS_FOLDER, GEOJSON_FOLDER, OWN_FOLDER, RUNS_FOLDER, STATES_FOLDER, THUMBNAILS_FOLDER];

/** Looks through a job folder, this app's or TRIDENT's: by names and state files, without opening results. */
export async function readJobFolder(folder: Folder): Promise<JobFolder> {
  const job = await readJobFile(folder);
  const coordsFolders = await readCoordsFolders(folder);
  const contours = new Set(await stemsIn(folder, GEOJSON_FOLDER, ".geojson"));
  const states = await statesByStem(folder);
  const jobSlides = new Map<string, KeptSlide>();
  for (const slide of job?.slides ?? []) {
    const stem = stemOf(slide.name);
    // Of slides with one name it is the first that has the results.
    if (!jobSlides.has(stem)) jobSlides.set(stem, slide);
  }
  const stems = new Set([
    ...jobSlides.keys(),
    ...states.keys(),
    ...contours,
    ...coordsFolders.flatMap(({ slides }) => slides),
  ]);
  const slides = [...stems].map((stem): JobFolderSlide => {
    const known = jobSlides.get(stem);
    const state = states.get(stem);
    const tasks: Record<string, string> = {};
    for (const [name, task] of Object.entries(state?.tasks ?? {})) tasks[name] = labelOf(task);
    const stated = state?.slide.abs_path;
    const path = known?.path ?? (typeof stated === "string" ? stated : undefined);
    return { stem, path, mpp: known?.mpp, hasContours: contours.has(stem), tasks };
  });
  return { settings: job?.settings, slides, coordsFolders };
}

/** Only the choices of patches that a job folder holds, and what was made of them: all that finding features takes. */
export async function readCoordsFolders(folder: Folder): Promise<CoordsFolder[]> {
  const coordsFolders: CoordsFolder[] = [];
  for (const { name, kind } of await folder.list("")) {
    if (kind !== "folder" || NO_COORDS_FOLDERS.includes(name)) continue;
    const found = await readCoordsFolder(folder, name);
    if (found) coordsFolders.push(found);
  }
  return coordsFolders;
}

/** A slide's contours in level-0 pixels; undefined where it has none yet, [] where no tissue was found. @throws {JobFileError} */
export async function readTissue(folder: Folder, stem: string): Promise<readonly Polygon[] | undefined> {
  const file = await folder.read(geojsonPath(stem));
  return file && readContoursOf(stem, file);
}

/** Where a slide's patches lie; TRIDENT's file or CLAM's. @throws {JobFileError} */
export async function readPatchCoords(
  folder: Folder,
  coordsFolder: string,
  stem: string,
): Promise<PatchCoords | undefined> {
  const found = await findCoordsFile(folder, coordsFolder, stem);
  return found && readCoordsFile(found, openHdf5);
}

/** The file of a slide's embeddings by one encoder, unread; undefined where there is none. */
export async function findFeatures(
  folder: Folder,
  coordsFolder: string,
  encoder: string,
  stem: string,
): Promise<{ readonly path: string; readonly file: File } | undefined> {
  for (const path of [featuresPath(coordsFolder, encoder, stem), oldFeaturesPath(coordsFolder, encoder, stem)]) {
    const file = await folder.read(path);
    if (file) return { path, file };
  }
  return undefined;
}

/** A slide's embeddings by one encoder. @throws {JobFileError} */
export async function readFeatures(
  folder: Folder,
  coordsFolder: string,
  encoder: string,
  stem: string,
): Promise<PatchFeatures | undefined> {
  const found = await findFeatures(folder, coordsFolder, encoder, stem);
  return found && readJobResult(found.path, () => readFeaturesOf(found.file, found.path, encoder));
}

async function readFeaturesOf(file: File, path: string, encoder: string): Promise<PatchFeatures> {
  await using hdf5 = await openHdf5(file);
  const dataset = hdf5.datasets.get(DATASETS.features);
  if (!dataset) throw new JobFileError(path, `no dataset ${DATASETS.features}`);
  const coords = await readCoordsOf(hdf5, path);
  const rows = coords.coords.length / 2;
  // Without patches TRIDENT writes (0,), ours (0, D).
  const dimension = dataset.shape[1] ?? 0;
  if (dataset.shape[0] !== rows || (rows > 0 && dataset.shape.length !== 2)) {
    throw new JobFileError(path, `features of shape (${dataset.shape}) for ${rows} patches`);
  }
  const named = dataset.attributes[FEATURES_ATTRIBUTES.encoder]?.value;
  const features = Float32Array.from(await dataset.read());
  return { ...coords, features, dimension, encoder: typeof named === "string" ? named : encoder };
}

async function readCoordsFolder(folder: Folder, name: string): Promise<CoordsFolder | undefined> {
  const slides = new Set<string>();
  for (const entry of await folder.list(`${name}/${PATCHES_FOLDER}`)) {
    const stem = entry.kind === "file" ? stemOfCoords(entry.name) : undefined;
    if (stem) slides.add(stem);
  }
  const encoders = new Map<string, Set<string>>();
  for (const entry of await folder.list(name)) {
    const id = entry.kind === "folder" ? encoderOfFolder(entry.name) : undefined;
    if (!id) continue;
    const stems = await stemsIn(folder, `${name}/${entry.name}`, ".h5");
    encoders.set(id, new Set([...(encoders.get(id) ?? []), ...stems]));
  }
  if (slides.size === 0 && encoders.size === 0) return undefined;
  return { name, slides: [...slides], encoders: [...encoders].map(([id, stems]) => ({ id, slides: [...stems] })) };
}

async function stemsIn(folder: Folder, path: string, extension: string): Promise<string[]> {
  const entries = await folder.list(path);
  return entries
    .filter(({ name, kind }) => kind === "file" && name.endsWith(extension))
    .map(({ name }) => name.slice(0, -extension.length));
}

/** States by stem; of several for one slide the one changed last. */
async function statesByStem(folder: Folder): Promise<Map<string, WsiState>> {
  const states = new Map<string, WsiState>();
  for (const state of await readStates(folder)) {
    const stem = state.slide.name;
    if (typeof stem !== "string") continue;
    const before = states.get(stem);
    if (!before || Date.parse(isoOf(before.updated_at)) <= Date.parse(isoOf(state.updated_at))) states.set(stem, state);
  }
  return states;
}

/** "+0100" is no zone to `Date.parse`; "+01:00" is. */
function isoOf(stamp: string): string {
  return stamp.replace(/([+-]\d{2})(\d{2})$/, "$1:$2");
}
