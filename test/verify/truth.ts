import { readdir, readFile, stat } from "node:fs/promises";
import { dirname, join, relative, sep } from "node:path";

/** What native OpenSlide said of a file, as `make_expected.py` of the slides folder writes it. */
export interface Truth {
  readonly file: string;
  /** Native OpenSlide crashed or hung. */
  readonly native_failure?: string;
  readonly openslide?: OpenSlideTruth;
  /** Names of all files in the folder that make up this one slide (DICOM). */
  readonly slide_files?: readonly string[];
  readonly pillow?: unknown;
  readonly tiff?: unknown;
  readonly czi?: unknown;
  readonly dicom?: unknown;
  readonly instances?: unknown;
  readonly zarr?: unknown;
}

export type OpenSlideTruth = OpenedTruth | RefusedTruth;

export interface RefusedTruth {
  readonly opens: false;
  readonly detect_format: string | null;
  readonly error_type: string;
  readonly error: string;
}

export interface OpenedTruth {
  readonly opens: true;
  readonly detect_format: string | null;
  readonly level_count: number;
  readonly level_dimensions: readonly (readonly [number, number])[];
  readonly level_downsamples: readonly number[];
  readonly properties: Readonly<Record<string, string>>;
  readonly best_level_for_downsample: Readonly<Record<string, number>>;
  readonly icc_profile: ProfileTruth | null;
  readonly icc_error?: string;
  readonly associated_images: Readonly<Record<string, AssociatedTruth>>;
  readonly thumbnail_256?:
    | {
        readonly size: readonly [number, number];
        readonly mean: readonly number[];
      }
    | ErrorTruth;
  readonly regions: readonly RegionTruth[];
  readonly deepzoom?: unknown;
}

export interface ProfileTruth {
  readonly length: number;
  readonly sha256: string;
}

export interface ErrorTruth {
  readonly error: string;
}

export interface AssociatedTruth {
  readonly size?: readonly [number, number];
  readonly rgba_sha256?: string;
  readonly argb_sha256?: string;
  readonly icc_profile?: ProfileTruth | null;
  readonly error?: string;
}

export interface RegionTruth {
  readonly kind: string;
  readonly location: readonly [number, number];
  readonly level: number;
  readonly size: readonly [number, number];
  readonly mean_rgba?: readonly number[];
  readonly rgba_sha256?: string;
  readonly argb_sha256?: string;
  readonly error?: string;
}

/** Native made none: it would have read too many pixels. */
export function isThumbnailSkipped(thumbnail: NonNullable<OpenedTruth["thumbnail_256"]>): boolean {
  return "error" in thumbnail && thumbnail.error.startsWith("skipped");
}

/** `expected/blocks.json` of one slide: level -> the first 8 hex digits of the digest of each block, joined. */
export type BlocksTruth = Readonly<Record<string, { readonly blocks: number; readonly rgba: string }>>;

/** One slide to verify. */
export interface Case {
  /** Path below the folder, with forward slashes. */
  readonly path: string;
  readonly truth: Truth;
  readonly blocks: BlocksTruth | undefined;
  readonly blockSize: number;
  /** Whether the slide itself is there. */
  readonly exists: boolean;
}

/** Every slide below `folder` that has a ground truth, and every file of a corpus summary, sorted by path. */
export async function findCases(folder: string, slidesFolder = folder): Promise<Case[]> {
  const expected = join(folder, "expected");
  const truths = new Map<string, Truth>();
  let blocks: { block: number; slides: Record<string, BlocksTruth> } = {
    block: 512,
    slides: {},
  };
  for (const file of await listFiles(expected)) {
    if (!file.endsWith(".json")) continue;
    const json = JSON.parse(await readFile(join(expected, file), "utf8"));
    if (file === "blocks.json") blocks = json;
    else if (typeof json.corpus === "string") for (const truth of json.files) truths.set(truth.file, truth);
    else truths.set(file.slice(0, -".json".length), json);
  }
  const cases: Case[] = [];
  for (const [path, truth] of truths) {
    cases.push({
      path,
      truth,
      blocks: blocks.slides[path],
      blockSize: blocks.block,
      exists: await stat(join(slidesFolder, path)).then(
        () => true,
        () => false,
      ),
    });
  }
  return cases.sort((a, b) => (a.path < b.path ? -1 : 1));
}

/**
 * What a person would drop to open the slide: everything in its folder, and in the folders below it.
 * Paths below the folder, the slide's own first.
 */
export async function filesBeside(slidesFolder: string, path: string): Promise<string[]> {
  const folder = dirname(path) === "." ? "" : dirname(path);
  const below = (await listFiles(join(slidesFolder, folder))).map((file) => (folder ? `${folder}/${file}` : file));
  const others = below.filter((file) => file !== path && !file.startsWith("expected/"));
  return [path, ...others];
}

/** Paths of all files below a folder, with forward slashes, sorted. */
export async function listFiles(folder: string): Promise<string[]> {
  const entries = await readdir(folder, {
    recursive: true,
    withFileTypes: true,
  });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join("/"))
    .sort();
}
