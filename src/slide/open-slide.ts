import { tagOf } from "#base";
import { getCapabilities } from "#bridge";
import { type ByteSpec, pathFromUrl, type SlideFiles, specFromFile, specFromHandle, specFromUrl } from "#bytes";
import { findSlideOnDisk } from "./find-on-disk.ts";
import { findSlides, isFile, onlySlide } from "./find-slides.ts";
import { RemoteSlide } from "./remote-slide.ts";
import type { Slide } from "./slide.ts";
import { getSlidePool, type SlidePool } from "./slide-pool.ts";

/** What a slide can be opened from. */
export type SlideInput =
  /** A picked or dropped file. */
  | File
  /** All files of one slide; their `webkitRelativePath` tells folders. The slide is the one that `findSlides` finds. */
  | readonly File[]
  | FileList
  | FileSystemFileHandle
  | FileSystemDirectoryHandle
  /** An address of the same origin, read by byte ranges; in Node also a file: address. */
  | URL
  /** In Node: the path of a file or folder, and what belongs to the file comes with it. In a page: an address of the same origin. */
  | string
  | SlideFiles;

export interface OpenSlideOptions {
  readonly signal?: AbortSignal;
  /** The threads to decode on. Default: one pool for the page. */
  readonly pool?: SlidePool;
}

/**
 * Opens a whole-slide image. Counterpart of openslide-python's `OpenSlide(filename)`.
 *
 * @throws {TypeError} for what is no `SlideInput`.
 * @throws {UnsupportedFormatError} if no format recognises it.
 * @throws {CorruptSlideError} if it is recognised but broken, or holds what is not read: its `reason` tells.
 * @throws {MissingCompanionError} if it has further files that were not given: ask for its folder.
 * @throws {ByteReadError} if it cannot be read.
 */
export async function openSlide(input: SlideInput, options: OpenSlideOptions = {}): Promise<Slide> {
  const pool = options.pool ?? getSlidePool();
  const files = await toSlideFiles(input, options.signal);
  const { id, opened, shared } = await pool.open(files, options.signal);
  return new RemoteSlide(pool, id, opened, shared);
}

async function toSlideFiles(input: SlideInput, signal: AbortSignal | undefined): Promise<SlideFiles> {
  const isUrl = isA<URL>("URL", input);
  if (getCapabilities().node) {
    if (typeof input === "string") return findSlideOnDisk(input);
    if (isUrl && input.protocol === "file:") return findSlideOnDisk(pathFromUrl(input));
  }
  if (typeof input === "string" || isUrl) return single(await specFromUrl(input, { signal }));
  if (isFile(input)) return single(specFromFile(input));
  if (isA<FileList>("FileList", input)) return fromFiles([...input]);
  if (Array.isArray(input)) return fromFiles(input as readonly File[]);
  if (typeof input === "object" && input !== null) {
    if ("entry" in input && "files" in input) return input;
    if ("kind" in input && input.kind === "directory") return fromFolder(input as FileSystemDirectoryHandle);
    if ("kind" in input && input.kind === "file") return single(await specFromHandle(input as FileSystemFileHandle));
  }
  throw noInput(input);
}

function isA<Kind>(tag: string, value: unknown): value is Kind {
  return tagOf(value) === tag;
}

function noInput(value: unknown): TypeError {
  return new TypeError(
    "a slide is opened from a File, a list of Files, the handle of a file or folder, an address (in Node a path) or " +
      `SlideFiles, not from ${tagOf(value)}: new File([bytes], name) makes a File of bytes or a Blob`,
  );
}

function single(spec: ByteSpec): SlideFiles {
  return { entry: spec.path, files: [spec] };
}

async function fromFiles(files: readonly File[]): Promise<SlideFiles> {
  for (const file of files) if (!isFile(file)) throw noInput(file);
  const [only, another] = files;
  if (only && !another) return single(specFromFile(only, only.name));
  return onlySlide(
    await findSlides(files.map((file) => ({ path: file.webkitRelativePath || file.name, file }))),
    files[0]?.name ?? "nothing",
  );
}

async function fromFolder(folder: FileSystemDirectoryHandle): Promise<SlideFiles> {
  const entries: { path: string; file: FileSystemFileHandle }[] = [];
  const walk = async (directory: FileSystemDirectoryHandle, prefix: string) => {
    for await (const [name, handle] of directory.entries()) {
      if (handle.kind === "file") entries.push({ path: prefix + name, file: handle });
      else await walk(handle, `${prefix}${name}/`);
    }
  };
  await walk(folder, "");
  return onlySlide(await findSlides(entries), folder.name);
}
