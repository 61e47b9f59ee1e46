import { tagOf } from "#base";
import { ByteReadError, type ByteSpec, readStart, type SlideFiles, specFromFile, specFromHandle } from "#bytes";
import { DICOM_MAGIC_END, hasDicomMagic, readSeriesUid } from "./dicom-series.ts";
import { UnsupportedFormatError } from "./errors.ts";
import { baseName, fileKind, folderOf, withoutKind } from "./paths.ts";

/** A file of a drop or a folder; `path` is relative, with forward slashes. */
export interface FoundFile {
  readonly path: string;
  readonly file: File | FileSystemFileHandle;
}

/** A slide that may be opened, with all its files. Nothing has been read but the heads of files that may be DICOM. */
export interface SlideCandidate {
  /** What a person calls it: the file's name, or the folder's for a DICOM series. */
  readonly name: string;
  /** Path of the file to open, as given. */
  readonly path: string;
  readonly files: SlideFiles;
  readonly sizeBytes: number;
}

/** Kinds of files that are slides by themselves or with companions. */
const SLIDE_KINDS = new Set("svs tif tiff ndpi mrxs vms vmu scn bif svslide czi avs qptiff btf ptif".split(" "));
/** A DICOM file has this many bytes before its magic; enough follow for the series' identity. */
const DICOM_HEAD_BYTES = 64 << 10;

/**
 * Groups the files of a drop or folder into slides: a `.mrxs` takes the folder of its name, a `.vms` or `.vmu` the files
 * beside it, DICOM files of one series and folder are one slide, a `.tif` takes companions of its own name. A single
 * file that lies in no folder is a candidate whatever its name; else those that no slide needs are left out.
 */
export async function findSlides(found: readonly FoundFile[]): Promise<SlideCandidate[]> {
  return groupSlides(await Promise.all(found.map(async ({ path, file }) => ({ ...(await toSpec(file)), path }))));
}

/** As `findSlides`, of files that are known already. */
export async function groupSlides(found: readonly ByteSpec[]): Promise<SlideCandidate[]> {
  const files = [...found].sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
  const byFolder = new Map<string, ByteSpec[]>();
  for (const file of files) byFolder.set(folderOf(file.path), [...(byFolder.get(folderOf(file.path)) ?? []), file]);
  const candidates: SlideCandidate[] = [];
  const taken = new Set<string>();

  for (const file of files) {
    const kind = fileKind(file.path);
    if (!SLIDE_KINDS.has(kind)) continue;
    const companions = companionsOf(file, kind, files, byFolder);
    for (const companion of companions) taken.add(companion.path);
    candidates.push(toCandidate(baseName(file.path), file, [file, ...companions]));
  }
  const slidesAndCompanions = new Set([...taken, ...candidates.map((candidate) => candidate.path)]);
  const rest = files.filter((file) => !slidesAndCompanions.has(file.path));
  candidates.push(...(await findDicomSeries(rest)));
  const [only, another] = files;
  // Somebody chose it. Of a folder, what it holds was not chosen one by one.
  if (candidates.length === 0 && only && !another && !only.path.includes("/")) {
    candidates.push(toCandidate(only.path, only, [only]));
  }
  return candidates.filter((candidate) => !taken.has(candidate.path));
}

/** Paths of all files of a slide, as they were given. */
export function pathsOf({ path, files }: Pick<SlideCandidate, "path" | "files">): string[] {
  const folder = folderOf(path);
  return files.files.map((file) => (folder ? `${folder}/${file.path}` : file.path));
}

/** The only one of the slides that were found. @throws {UnsupportedFormatError} and {RangeError} where it is not one. */
export function onlySlide(candidates: readonly SlideCandidate[], name: string): SlideFiles {
  const [candidate, another] = candidates;
  if (!candidate) throw new UnsupportedFormatError(name);
  if (another) {
    throw new RangeError(`${candidate.name} and ${another.name} are two slides: use findSlides and open each`);
  }
  return candidate.files;
}

function companionsOf(
  file: ByteSpec,
  kind: string,
  files: readonly ByteSpec[],
  byFolder: ReadonlyMap<string, readonly ByteSpec[]>,
): readonly ByteSpec[] {
  const stem = withoutKind(file.path);
  const beside = () => (byFolder.get(folderOf(file.path)) ?? []).filter((other) => other !== file);
  switch (kind) {
    case "mrxs":
      return files.filter((other) => other.path.startsWith(`${stem}/`));
    case "vms":
    case "vmu":
      // The key file names its siblings; other key files' images among them cost nothing.
      return beside().filter((other) => !SLIDE_KINDS.has(fileKind(other.path)));
    case "tif":
    case "tiff":
      // Trestle keeps its macro image in NAME.Full.
      return beside().filter((other) => other.path === `${stem}.Full`);
    default:
      return [];
  }
}

/** DICOM files have any extension or none: their magic tells, and one folder may hold several series. */
async function findDicomSeries(files: readonly ByteSpec[]): Promise<SlideCandidate[]> {
  const uids = await Promise.all(files.map(seriesUidOf));
  const series = new Map<string, ByteSpec[]>();
  for (const [index, file] of files.entries()) {
    const uid = uids[index];
    if (uid === undefined) continue;
    const key = `${folderOf(file.path)}/${uid}`;
    series.set(key, [...(series.get(key) ?? []), file]);
  }
  return [...series.values()].map((members) => {
    const first = members[0]!;
    const name = members.length > 1 ? baseName(folderOf(first.path)) || baseName(first.path) : baseName(first.path);
    return toCandidate(name, first, members);
  });
}

async function seriesUidOf(file: ByteSpec): Promise<string | undefined> {
  if (file.size <= DICOM_MAGIC_END) return undefined;
  try {
    // Most files of a folder are none: of these no more is read.
    if (!hasDicomMagic(await readStart(file, DICOM_MAGIC_END))) return undefined;
    return readSeriesUid(await readStart(file, DICOM_HEAD_BYTES));
  } catch (error) {
    // Of any kind but DICOM's, what cannot be read is no slide's.
    if (error instanceof ByteReadError && !/^(dcm|dicom|)$/.test(fileKind(file.path))) return undefined;
    throw error;
  }
}

function toCandidate(name: string, entry: ByteSpec, specs: readonly ByteSpec[]): SlideCandidate {
  // OpenSlide looks beside the file it opens: what lies above is of no use to it.
  const folder = folderOf(entry.path);
  const inner = (path: string) => (folder ? path.slice(folder.length + 1) : path);
  return {
    name,
    path: entry.path,
    files: { entry: inner(entry.path), files: specs.map((spec) => ({ ...spec, path: inner(spec.path) })) },
    sizeBytes: specs.reduce((sum, spec) => sum + spec.size, 0),
  };
}

function toSpec(file: File | FileSystemFileHandle): ByteSpec | Promise<ByteSpec> {
  return isFile(file) ? specFromFile(file) : specFromHandle(file);
}

/** Of this frame or another. */
export function isFile(value: unknown): value is File {
  return tagOf(value) === "File";
}

/** Whether files of that kind are slides. */
export function isSlideKind(kind: string): boolean {
  return SLIDE_KINDS.has(kind);
}
