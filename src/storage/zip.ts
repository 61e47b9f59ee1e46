import { makeZip } from "client-zip";
import { toStorageError } from "./errors.ts";
import type { Folder } from "./folder.ts";
import { opfsRoot } from "./handle-folder.ts";

interface ZipEntry {
  readonly input: File;
  readonly name: string;
  readonly lastModified: Date;
}

/** Where zips lie until they are downloaded. */
const DOWNLOADS = "coverslip-downloads";

/**
 * All files of a folder as a ZIP archive under `<folder name>/`, stored as they are: JPEG, PNG and features do not get
 * smaller. One file at a time is read, in pieces; beyond 4 GiB it is ZIP64.
 */
export function zipFolder(folder: Folder, { signal }: { signal?: AbortSignal } = {}): ReadableStream<Uint8Array> {
  return makeZip(filesOf(folder, "", signal), { buffersAreUTF8: true });
}

/**
 * The same as a file on disk (in the origin's private file system), to be offered as a download without being held in
 * memory. It stays until the next one is made.
 *
 * @throws {StorageFullError} where there is no room for a copy of everything.
 */
export async function zipToFile(folder: Folder, options: { signal?: AbortSignal } = {}): Promise<File> {
  const root = await opfsRoot();
  const name = `${folder.name}.zip`;
  try {
    await root.removeEntry(DOWNLOADS, { recursive: true }).catch(() => {});
    const downloads = await root.getDirectoryHandle(DOWNLOADS, { create: true });
    const handle = await downloads.getFileHandle(name, { create: true });
    await zipFolder(folder, options).pipeTo(await handle.createWritable(), { signal: options.signal });
    return await handle.getFile();
  } catch (thrown) {
    options.signal?.throwIfAborted();
    throw toStorageError(name, thrown);
  }
}

async function* filesOf(folder: Folder, path: string, signal?: AbortSignal): AsyncGenerator<ZipEntry> {
  for (const { name, kind } of await folder.list(path)) {
    signal?.throwIfAborted();
    const below = path ? `${path}/${name}` : name;
    if (kind === "folder") yield* filesOf(folder, below, signal);
    else {
      const input = await folder.read(below);
      // A lock or another passing file may be gone by now.
      if (input) yield { input, name: `${folder.name}/${below}`, lastModified: new Date(input.lastModified) };
    }
  }
}
