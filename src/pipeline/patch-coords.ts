import { MAX_PATCH_PX, MAX_PATCH_REGION_PX, type Slide } from "#slide";
import type { Folder, Hdf5Attribute, Hdf5Attributes, Hdf5File, Hdf5Output } from "#storage";
import { JobFileError, JobSettingsError } from "./errors.ts";
import { CLAM_ATTRIBUTES, COORDS_ATTRIBUTES, clamCoordsPath, coordsPath, DATASETS } from "./layout.ts";
import { planLegacyGrid } from "./legacy-grid.ts";
import { type PatchGrid, planPatchGrid, statedPatchSize } from "./patch-grid.ts";
import { readJobResult } from "./read-job-result.ts";
import type { PatchSettings } from "./settings.ts";
import { type SlideScale, UM_AT_1X } from "./slide-scale.ts";

/** Where a slide's patches lie, as read from a job folder. */
export interface PatchCoords {
  /** (N, 2), x and y of the top-left corners in level-0 pixels. */
  readonly coords: Int32Array<ArrayBuffer>;
  /** Side of a patch in level-0 pixels; undefined where the file does not say (CLAM's). */
  readonly sideLevel0: number | undefined;
  /** Attributes of `coords` with their types, to be written again as they were. */
  readonly attributes: Hdf5Attributes;
}

/** A coords file in its place. */
interface CoordsFile {
  readonly path: string;
  readonly file: File;
}

/** The coords file under either name, TRIDENT's first. */
export async function findCoordsFile(
  folder: Folder,
  coordsFolder: string,
  stem: string,
): Promise<CoordsFile | undefined> {
  for (const path of [coordsPath(coordsFolder, stem), clamCoordsPath(coordsFolder, stem)]) {
    const file = await folder.read(path);
    if (file) return { path, file };
  }
  return undefined;
}

/** @throws {JobFileError} where the file holds no coords. */
export function readCoordsFile(
  { path, file }: CoordsFile,
  open: (file: File) => Promise<Hdf5File>,
): Promise<PatchCoords> {
  return readJobResult(path, async () => {
    await using hdf5 = await open(file);
    return await readCoordsOf(hdf5, path);
  });
}

/** @throws {JobFileError} where the file holds no coords. */
export async function readCoordsOf(hdf5: Hdf5File, path: string): Promise<PatchCoords> {
  const dataset = hdf5.datasets.get(DATASETS.coords);
  if (!dataset) throw new JobFileError(path, `no dataset ${DATASETS.coords}`);
  const { shape, attributes } = dataset;
  // One patch was squeezed to (2,) by some writers.
  if (shape.at(-1) !== 2 || shape.length > 2)
    throw new JobFileError(path, `coords of shape (${shape}), expected (N, 2)`);
  return {
    coords: Int32Array.from(await dataset.read()),
    sideLevel0: numberOf(attributes[COORDS_ATTRIBUTES.patchSizeLevel0]),
    attributes,
  };
}

/** The datasets of a coords file, or of a features file's half. */
export function coordsOutput(coords: Int32Array, attributes: Hdf5Attributes): Hdf5Output {
  return { name: DATASETS.coords, type: "int64", shape: [coords.length / 2, 2], data: coords, attributes };
}

/** The attributes that TRIDENT writes and reads, of its types; two more where the scale is a true µm per pixel. */
export function describeCoords(
  { patchSize, overlap, target }: PatchSettings,
  scale: SlideScale,
  slide: Pick<Slide, "width" | "height">,
  names: { readonly stem: string; readonly saveTo: string },
): Hdf5Attributes {
  const { level0, target: targetMag } = magnificationsOf(target, scale);
  const NAMES = COORDS_ATTRIBUTES;
  const attributes: Record<string, Hdf5Attribute> = {
    [NAMES.patchSize]: int64(patchSize),
    [NAMES.patchSizeLevel0]: int64(statedPatchSize(patchSize, level0, targetMag)),
    [NAMES.level0Magnification]: intOrFloat(level0),
    [NAMES.targetMagnification]: intOrFloat(targetMag),
    [NAMES.overlap]: int64(overlap),
    [NAMES.name]: { type: "string", value: names.stem },
    [NAMES.saveToDir]: { type: "string", value: names.saveTo },
    [NAMES.level0Width]: int64(slide.width),
    [NAMES.level0Height]: int64(slide.height),
  };
  if ("mpp" in target) {
    attributes[NAMES.level0Mpp] = { type: "float64", value: scale.mpp };
    attributes[NAMES.targetMpp] = { type: "float64", value: target.mpp };
  }
  return attributes;
}

/**
 * Both scales as magnifications, which is how files say them. For a target in true µm per pixel they are fractional, so that
 * TRIDENT, which divides them, reads the right area too.
 */
export function magnificationsOf(
  target: PatchSettings["target"],
  scale: SlideScale,
): { level0: number; target: number } {
  return "mag" in target
    ? { level0: scale.magnification, target: target.mag }
    : { level0: UM_AT_1X / scale.mpp, target: UM_AT_1X / target.mpp };
}

/**
 * The grid that settings describe on a slide.
 *
 * @param options.toEmbed - its patches will be read, not only placed.
 * @throws {JobSettingsError} where they make none on it.
 */
export function planGrid(
  slide: Pick<Slide, "width" | "height" | "levels">,
  scale: SlideScale,
  settings: PatchSettings,
  options: { readonly toEmbed: boolean },
): PatchGrid {
  const { patchSize, overlap, target } = settings;
  const source = "mag" in target ? { mag: scale.magnification } : { mpp: scale.mpp };
  const plan = (shared: number) => {
    const grid = planPatchGrid({ ...sizesOf(slide), source, target, patchSize, overlap: shared });
    if (options.toEmbed) checkReadable(grid, patchSize);
    return grid;
  };
  try {
    return plan(overlap);
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    const blame = (field: string, found: number) =>
      new JobSettingsError(field, found, `one that makes a grid on ${slide.width} x ${slide.height} px`, { cause });
    // Where there is a grid without it, it is the overlap.
    if (overlap > 0 && isPossible(() => plan(0))) throw blame("patches.overlap", overlap);
    if (patchSize > MAX_PATCH_PX) throw blame("patches.patchSize", patchSize);
    throw "mag" in target ? blame("patches.target.mag", target.mag) : blame("patches.target.mpp", target.mpp);
  }
}

/** @throws {RangeError} where patches are too large to be cut. */
function checkReadable({ patchSizeLevel }: PatchGrid, patchSize: number): void {
  if (patchSizeLevel > MAX_PATCH_REGION_PX) {
    throw new RangeError(`patches of ${patchSizeLevel} px of a level: at most ${MAX_PATCH_REGION_PX} expected`);
  }
  if (patchSize > MAX_PATCH_PX) throw new RangeError(`patches of ${patchSize} px: at most ${MAX_PATCH_PX} expected`);
}

function isPossible(plan: () => PatchGrid): boolean {
  try {
    plan();
    return true;
  } catch {
    return false;
  }
}

/**
 * How the patches of a coords file are read: from TRIDENT's attributes, or from CLAM's, whose patches are
 * `patch_size` pixels of a level (shrunk by `custom_downsample`).
 *
 * @throws {JobFileError} where the attributes are neither's, or no patch can be read by them.
 */
export function planFromAttributes(
  attributes: Hdf5Attributes,
  slide: Pick<Slide, "width" | "height" | "levels">,
  scale: Pick<SlideScale, "mpp">,
  path: string,
  options: { readonly tridentExact?: boolean } = {},
): PatchGrid {
  try {
    const grid = planStated(attributes, slide, scale, options);
    if (!grid) throw new JobFileError(path, "coords without the attributes of TRIDENT or CLAM");
    checkReadable(grid, patchSizeOf(attributes));
    return grid;
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw new JobFileError(path, cause.message, { cause });
  }
}

/** @returns undefined where the attributes are neither TRIDENT's nor CLAM's. @throws {RangeError} where they make no grid. */
function planStated(
  attributes: Hdf5Attributes,
  slide: Pick<Slide, "width" | "height" | "levels">,
  scale: Pick<SlideScale, "mpp">,
  options: { readonly tridentExact?: boolean },
): PatchGrid | undefined {
  const value = (name: string) => numberOf(attributes[name]);
  const patchSize = value(COORDS_ATTRIBUTES.patchSize);
  const level0 = value(COORDS_ATTRIBUTES.level0Magnification);
  const target = value(COORDS_ATTRIBUTES.targetMagnification);
  const sizes = sizesOf(slide);
  if (patchSize && level0 && target) {
    const overlap = value(COORDS_ATTRIBUTES.overlap) ?? 0;
    return planPatchGrid({
      ...sizes,
      source: { mag: level0 },
      target: { mag: target },
      patchSize,
      overlap,
      ...options,
    });
  }
  const level = value(CLAM_ATTRIBUTES.patchLevel);
  if (!patchSize || level === undefined || sizes.levelDownsamples[level] === undefined) return undefined;
  return planLegacyGrid(
    { ...sizes, source: { mpp: scale.mpp } },
    { patchSize, level, customDownsample: value(CLAM_ATTRIBUTES.customDownsample) ?? 1 },
    options,
  );
}

/** Side of a patch at its own scale; known to be there once `planFromAttributes` has passed. */
export function patchSizeOf(attributes: Hdf5Attributes): number {
  return numberOf(attributes[COORDS_ATTRIBUTES.patchSize]) ?? 0;
}

function sizesOf({ width, height, levels }: Pick<Slide, "width" | "height" | "levels">) {
  return { width, height, levelDownsamples: levels.map(({ downsample }) => downsample) };
}

export function numberOf(attribute: Hdf5Attribute | undefined): number | undefined {
  return typeof attribute?.value === "number" ? attribute.value : undefined;
}

const int64 = (value: number): Hdf5Attribute => ({ type: "int64", value });
const intOrFloat = (value: number): Hdf5Attribute => ({ type: Number.isInteger(value) ? "int64" : "float64", value });
