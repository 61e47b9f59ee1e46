import { getCapabilities } from "#bridge";
import { type ByteSpec, type SlideFiles, specFromDisk, specFromFile, specFromHandle, specFromUrl } from "#bytes";
import { UnsupportedFormatError } from "./errors.ts";
import { findSlides } from "./find-slides.ts";
import { RemoteSlide } from "./remote-slide.ts";
import type { Slide } from "./slide.ts";
import { getSlidePool, type SlidePool } from "./slide-pool.ts";

/** What a slide can be opened from. */
export type SlideInput =
  /** A picked or dropped file. */
  | File
  /** All files of one slide; their `webkitRelativePath` tells folders. The slide is the one that `findSlides` finds. */
  | readonly File[]
  | FileSystemFileHandle
  | FileSystemDirectoryHandle
  /** An address of the same origin, read by byte ranges. */
  | URL
  /** In Node: a path. In a page: an address of the same origin. */
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
 * @throws {UnsupportedFormatError} if no format recognises it.
 * @throws {CorruptSlideError} if it is recognised but broken.
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
  if (typeof input === "string" && getCapabilities().node) return single(specFromDisk(input));
  if (typeof input === "string" || input instanceof URL) return single(await specFromUrl(input, { signal }));
  if (Array.isArray(input)) return fromFiles(input as readonly File[]);
  if (input instanceof File) return single(specFromFile(input));
  if ("entry" in input) return input;
  if ("kind" in input && input.kind === "directory") return fromFolder(input as FileSystemDirectoryHandle);
  return single(await specFromHandle(input as FileSystemFileHandle));
}

function single(spec: ByteSpec): SlideFiles {
  return { entry: spec.path, files: [spec] };
}

async function fromFiles(files: readonly File[]): Promise<SlideFiles> {
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

function onlySlide(candidates: Awaited<ReturnType<typeof findSlides>>, name: string): SlideFiles {
  const [candidate, another] = candidates;
  if (!candidate) throw new UnsupportedFormatError(name);
  if (another) {
    throw new RangeError(`${candidate.name} and ${another.name} are two slides: use findSlides and open each`);
  }
  return candidate.files;
}
