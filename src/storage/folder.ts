/** What a folder holds directly under a path. */
export interface FolderEntry {
  readonly name: string;
  readonly kind: "file" | "folder";
}

/** A file that is there; a `File` is one. */
export interface FoundFile {
  readonly size: number;
  /** What lies between two places, as `Blob.slice` gives it. */
  slice(begin: number, end: number): Blob | Promise<Blob>;
}

/**
 * A place where results are kept. Paths are relative to it, parts joined by "/": "contours/a.jpg"; "" is the folder itself.
 *
 * All methods throw `FolderPermissionError`, `FolderVanishedError` (the folder itself, never a missing file),
 * `StorageFullError` or `StorageError`; an abort throws the signal's reason.
 */
export interface Folder {
  /** The last part of its place, for people. */
  readonly name: string;
  readonly kind: "opfs" | "directory" | "http" | "memory";
  /** The file as it is now, undefined where there is none. Later changes of it do not show. */
  read(path: string): Promise<File | undefined>;
  /** As `read`, for its size or a part of it: from a folder far away nothing else is fetched. */
  find(path: string): Promise<FoundFile | undefined>;
  /** By name; [] where there is no such folder. */
  list(path: string): Promise<readonly FolderEntry[]>;
  /** Makes or replaces a file, and the folders above it. It appears whole or, if this fails, not at all. */
  write(path: string, data: FileData): Promise<void>;
  /**
   * As `write`, but only where there is no such file yet: of several callers, in several tabs, one gets true.
   * Another program that writes into the same folder of the disk may slip in between where the browser gives no better.
   */
  createNew(path: string, data: FileData): Promise<boolean>;
  /** Removes a file, or a folder with all in it; does nothing where there is none. */
  remove(path: string): Promise<void>;
}

/** What a file is written from; a string is UTF-8. A Blob is read as it is written, never held whole. */
export type FileData = Blob | Uint8Array<ArrayBuffer> | string;

/**
 * The parts of a folder's path.
 * @throws {TypeError} for a path that leads out of the folder.
 */
export function partsOf(path: string): string[] {
  const parts = path.split("/").filter((part) => part !== "");
  if (parts.some((part) => part === "." || part === "..")) throw new TypeError(`not a path within a folder: ${path}`);
  return parts;
}

/**
 * The parts of a path to a file, which has a name.
 * @throws {TypeError} as `partsOf`, and for the folder itself.
 */
export function filePartsOf(path: string): { folders: readonly string[]; name: string } {
  const folders = partsOf(path);
  const name = folders.pop();
  if (!name) throw new TypeError("a file needs a name");
  return { folders, name };
}

export function byName(a: FolderEntry, b: FolderEntry): number {
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
}
