import { digest } from "#base";
import type { ModelDevice } from "#models";
import type { Slide } from "#slide";
import type { Folder, FoundFile } from "#storage";
import { type FileChanger, withFileMutex } from "./file-mutex.ts";
import { isObject, parseObject, sortedJson, sortKeys } from "./json-text.ts";
import { RECORDS_FOLDER, stemOf } from "./layout.ts";
import { readText } from "./read-text.ts";

const VERSION = 1;
/** A large output is told from another by its size and this much of both ends. */
const END_BYTES = 64 << 10;

/** What a result was made from; compared field by field. */
export type Fingerprint = Readonly<Record<string, string | number | boolean>>;

/** A result that this app made. */
export interface MadeOutput {
  readonly from: Fingerprint;
  /** Of the file as it was written: another one means that somebody else wrote it since. */
  readonly file: string;
}

/** What tells a slide from another of the same name. */
export interface SlideIdentity {
  /** Of all its files. */
  readonly sizeBytes: number;
  /** OpenSlide's hash of its smallest level; some formats have none. */
  readonly quickhash?: string;
}

/** Features that are being made, or are done. */
export interface FeaturesRecord {
  readonly from: Fingerprint;
  /** What the rows so far came from, so that the next ones come from the same. */
  readonly device: ModelDevice;
  readonly batchSize: number;
  readonly total: number;
  /** undefined while there are only rows in the row log. */
  readonly file?: string;
}

/** `coverslip/slides/<name>.json`: what this app did to a slide, so that changed settings are noticed and runs resumed. */
export interface SlideRecord {
  readonly version: number;
  readonly path: string;
  /** Whose results these are; not known of those begun by earlier versions. */
  slide?: SlideIdentity;
  contours?: MadeOutput;
  /** By coords folder. */
  coords: Record<string, MadeOutput>;
  /** By features folder. */
  features: Record<string, FeaturesRecord>;
}

const recordPath = (stem: string) => `${RECORDS_FOLDER}/${stem}.json`;

/** An empty record where there is none, or none that can be read. */
export async function readSlideRecord(folder: Folder, stem: string, path: string): Promise<SlideRecord> {
  const text = await readText(folder, recordPath(stem));
  const value = text === undefined ? undefined : parseObject(text);
  if (value?.version !== VERSION) return { version: VERSION, path, coords: {}, features: {} };
  return {
    ...(value as unknown as SlideRecord),
    coords: (isObject(value.coords) ? value.coords : {}) as SlideRecord["coords"],
    features: (isObject(value.features) ? value.features : {}) as SlideRecord["features"],
  };
}

/** Changes a record as it is now: another tab may have written another stage's part since it was read. */
export function changeSlideRecord(
  folder: Folder,
  { stem, path }: { readonly stem: string; readonly path: string },
  changer: FileChanger,
  change: (record: SlideRecord) => void,
): Promise<void> {
  return withFileMutex(folder, recordPath(stem), changer, async () => {
    const record = await readSlideRecord(folder, stem, path);
    change(record);
    await folder.write(recordPath(stem), sortedJson(record, 2));
  });
}

export function identityOf({ sizeBytes, properties }: Pick<Slide, "sizeBytes" | "properties">): SlideIdentity {
  const quickhash = properties["openslide.quickhash-1"];
  return { sizeBytes, ...(quickhash === undefined ? {} : { quickhash }) };
}

/** Companion files may be there or not: where there are hashes, they decide. */
export function isSameSlide(a: SlideIdentity, b: SlideIdentity): boolean {
  if (a.quickhash !== undefined && b.quickhash !== undefined) return a.quickhash === b.quickhash;
  return a.sizeBytes === b.sizeBytes;
}

/** Whether results in the folder under a slide's name are its own: not those that this app made of another slide. */
export async function hasResultsOf(folder: Folder, slide: Slide): Promise<boolean> {
  const { slide: known } = await readSlideRecord(folder, stemOf(slide.name), slide.name);
  return known === undefined || isSameSlide(known, identityOf(slide));
}

/** Names of what differs; [] where the two are the same. */
export function changedFields(before: Fingerprint, now: Fingerprint): string[] {
  const names = new Set([...Object.keys(before), ...Object.keys(now)]);
  return [...names].filter((name) => before[name] !== now[name]).sort();
}

/** One line for a fingerprint: what a row log belongs to. */
export async function fingerprintDigest(from: Fingerprint): Promise<string> {
  return digest("SHA-256", JSON.stringify(sortKeys(from)));
}

/** Tells a file from another without reading all of it. */
export async function fileDigest(file: FoundFile): Promise<string> {
  const { size } = file;
  const ends =
    size <= 2 * END_BYTES ? [file.slice(0, size)] : [file.slice(0, END_BYTES), file.slice(size - END_BYTES, size)];
  const bytes = await new Blob([String(size), ...(await Promise.all(ends))]).arrayBuffer();
  return digest("SHA-256", bytes);
}
