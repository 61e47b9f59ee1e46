/** A file that was picked or dropped, with its path as the user sees it: "CMU-1.svs", "case 7/CMU-1/Slidedat.ini". */
export interface FoundFile {
  readonly path: string;
  readonly file: File;
  /** The browser's handle, where it gives one that can be kept. */
  readonly handle?: FileSystemFileHandle;
}

/** What came from one picker, drop, paste or launch. */
export interface Gathered {
  readonly files: readonly FoundFile[];
  /** What was picked itself, for coming back after a reload; empty where the browser gives plain files. */
  readonly roots: readonly FileSystemHandle[];
  /** The folder's name, or that of the first file. */
  readonly name: string;
  /** Files that were chosen one by one: each of them owes the user an answer, even when it is no slide. */
  readonly chosen: ReadonlySet<string>;
}

export interface GatherOptions {
  readonly signal?: AbortSignal;
  /** Called as files are found, with their number so far. */
  readonly onProgress?: (files: number) => void;
}

/** Reading one file's metadata is a message to the browser process: a few in flight hide the way there and back. */
const FILES_AT_ONCE = 16;

/** Looks through picked files and folders. Files that may not be read or that vanish meanwhile are left out. */
export async function gatherHandles(
  handles: readonly FileSystemHandle[],
  options: GatherOptions = {},
): Promise<Gathered> {
  const found: { path: string; handle: FileSystemFileHandle }[] = [];
  for (const handle of handles) {
    if (handle.kind === "file") found.push({ path: handle.name, handle: handle as FileSystemFileHandle });
    else await walk(handle as FileSystemDirectoryHandle, handle.name, found, options);
  }
  const files = new Array<FoundFile | undefined>(found.length);
  let next = 0;
  const errors: unknown[] = [];
  const readSome = async () => {
    for (let index = next++; index < found.length; index = next++) {
      options.signal?.throwIfAborted();
      const { path, handle } = found[index]!;
      try {
        files[index] = { path, file: await handle.getFile(), handle };
      } catch (error) {
        errors.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: FILES_AT_ONCE }, readSome));
  const readable = files.filter((file) => file !== undefined);
  // One locked file among many is left out; when nothing at all may be read, that is the answer.
  if (readable.length === 0 && errors.length > 0) throw errors[0];
  return {
    files: readable,
    roots: handles,
    name: handles[0]?.name ?? "",
    chosen: new Set(handles.filter((handle) => handle.kind === "file").map((handle) => handle.name)),
  };
}

async function walk(
  folder: FileSystemDirectoryHandle,
  path: string,
  found: { path: string; handle: FileSystemFileHandle }[],
  options: GatherOptions,
): Promise<void> {
  for await (const [name, handle] of folder.entries()) {
    options.signal?.throwIfAborted();
    if (isHidden(name)) continue;
    if (handle.kind === "directory") await walk(handle as FileSystemDirectoryHandle, `${path}/${name}`, found, options);
    else {
      found.push({ path: `${path}/${name}`, handle: handle as FileSystemFileHandle });
      options.onProgress?.(found.length);
    }
  }
}

/** Plain files of `<input type="file">`, of a paste, or of a folder input: `webkitRelativePath` tells which. */
export function gatherFiles(files: readonly File[]): Gathered {
  const found = files
    .map((file) => ({ path: file.webkitRelativePath || file.name, file }))
    .filter(({ path }) => !path.split("/").some(isHidden));
  const first = found[0];
  return {
    files: found,
    roots: [],
    name: first ? first.path.split("/")[0]! : "",
    chosen: new Set(found.filter(({ path }) => !path.includes("/")).map(({ path }) => path)),
  };
}

/**
 * What was dropped or pasted. The items are taken at once, since the browser empties the transfer when the event ends;
 * the promise then looks through the folders.
 */
export function gatherTransfer(transfer: DataTransfer, options: GatherOptions = {}): Promise<Gathered> {
  const items = [...transfer.items].filter((item) => item.kind === "file");
  if (items.length > 0 && "getAsFileSystemHandle" in DataTransferItem.prototype) {
    const pending = items.map((item) => item.getAsFileSystemHandle());
    const plain = [...transfer.files];
    return Promise.all(pending).then((handles) => {
      // Chromium says undefined, and the standard null, where there is no file on disk behind an item.
      const present = handles.filter((handle) => handle !== null && handle !== undefined);
      // A pasted or synthetic file has no handle.
      return present.length > 0 ? gatherHandles(present, options) : gatherFiles(plain);
    });
  }
  // Firefox and Safari: no handles, but folders can be walked.
  const entries = items.map((item) => item.webkitGetAsEntry()).filter((entry) => entry !== null);
  const plain = [...transfer.files];
  return entries.length > 0 ? gatherEntries(entries, options) : Promise.resolve(gatherFiles(plain));
}

async function gatherEntries(entries: readonly FileSystemEntry[], options: GatherOptions): Promise<Gathered> {
  const files: FoundFile[] = [];
  const visit = async (entry: FileSystemEntry, path: string): Promise<void> => {
    options.signal?.throwIfAborted();
    if (isHidden(entry.name)) return;
    if (entry.isFile) {
      const file = await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject));
      files.push({ path, file });
      options.onProgress?.(files.length);
      return;
    }
    const reader = (entry as FileSystemDirectoryEntry).createReader();
    // A reader hands out at most 100 entries at a time, and an empty list at the end.
    for (;;) {
      const some = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
      if (some.length === 0) return;
      for (const child of some) await visit(child, `${path}/${child.name}`);
    }
  };
  for (const entry of entries) await visit(entry, entry.name);
  return {
    files,
    roots: [],
    name: entries[0]?.name ?? "",
    chosen: new Set(entries.filter((entry) => entry.isFile).map((entry) => entry.name)),
  };
}

/** ".DS_Store", "._CMU-1.svs" and their kin are the operating system's, not the user's. */
function isHidden(name: string): boolean {
  return name.startsWith(".");
}
