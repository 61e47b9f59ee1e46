import { CapabilityError } from "#base";
import { FolderVanishedError, toStorageError } from "./errors.ts";
import {
  byName,
  type FileData,
  type Folder,
  type FolderEntry,
  type FoundFile,
  filePartsOf,
  partsOf,
} from "./folder.ts";

type DirectoryHandle = FileSystemDirectoryHandle;
/** Newer than the DOM's type library; absent where a browser cannot rename. */
type Movable = FileSystemFileHandle & { move?(name: string): Promise<void> };

/**
 * Of a file on its way, beside its place. Chromium's Safe Browsing looks at what a page writes into a folder of the disk,
 * unless it is of a kind known to be harmless, and takes 5 seconds for one in five where its servers are out of reach: by
 * this name a file is looked at once at most, when it takes its own.
 */
const PART_SUFFIX = ".part.txt";
/** What Chromium makes of a file that is open for writing. */
const SWAP_SUFFIX = ".crswap";

/**
 * A folder of the origin's private file system, made where it is not there yet.
 * @throws {CapabilityError} in a browser (or a private window) that has none.
 */
export async function openOpfsFolder(path: string): Promise<Folder> {
  let handle = await opfsRoot();
  try {
    for (const part of partsOf(path)) handle = await handle.getDirectoryHandle(part, { create: true });
  } catch (thrown) {
    throw toStorageError(path, thrown);
  }
  return new HandleFolder("opfs", handle, `opfs/${path}`);
}

/** A folder that the user picked. Writing into it needs the "readwrite" permission, which only the app can ask for. */
export function openDirectoryFolder(handle: FileSystemDirectoryHandle): Folder {
  return new HandleFolder("directory", handle, `directory/${handle.name}`);
}

/** The origin's private file system. */
export async function opfsRoot(): Promise<FileSystemDirectoryHandle> {
  const storage = globalThis.navigator?.storage as StorageManager | undefined;
  if (!storage?.getDirectory) throw new CapabilityError("the browser's private file system", "this browser has none");
  try {
    return await storage.getDirectory();
  } catch (thrown) {
    // Firefox's private windows have the method, and it always fails.
    throw new CapabilityError("the browser's private file system", String(thrown), { cause: thrown });
  }
}

class HandleFolder implements Folder {
  readonly kind: "opfs" | "directory";
  readonly name: string;
  readonly #root: DirectoryHandle;
  /** Names the folder among those of this site, for locks between tabs. */
  readonly #place: string;

  constructor(kind: "opfs" | "directory", root: DirectoryHandle, place: string) {
    this.kind = kind;
    this.name = root.name || place;
    this.#root = root;
    this.#place = place;
  }

  read(path: string): Promise<File | undefined> {
    return this.#attempt(path, async () => {
      const found = await this.#locate(path);
      const file = await found?.folder.getFileHandle(found.name).then((handle) => handle.getFile(), unlessMissing);
      if (!file) await this.#ensureThere();
      return file;
    });
  }

  find(path: string): Promise<FoundFile | undefined> {
    return this.read(path);
  }

  list(path: string): Promise<readonly FolderEntry[]> {
    return this.#attempt(path, async () => {
      const folder = await this.#folder(partsOf(path));
      const entries: FolderEntry[] = [];
      for await (const [name, { kind }] of folder?.entries() ?? []) {
        if (!isUnfinished(name)) entries.push({ name, kind: kind === "directory" ? "folder" : "file" });
      }
      if (entries.length === 0) await this.#ensureThere();
      return entries.sort(byName);
    });
  }

  write(path: string, data: FileData): Promise<void> {
    return this.#attempt(path, () => this.#locked(path, () => this.#write(path, data)));
  }

  createNew(path: string, data: FileData): Promise<boolean> {
    return this.#attempt(path, () =>
      this.#locked(path, async () => {
        const found = await this.#locate(path);
        if (found && (await found.folder.getFileHandle(found.name).catch(unlessMissing))) return false;
        await this.#write(path, data);
        return true;
      }),
    );
  }

  remove(path: string): Promise<void> {
    return this.#attempt(path, async () => {
      const found = await this.#locate(path);
      const isRemoved = await found?.folder
        .removeEntry(found.name, { recursive: true })
        .then(() => true, unlessMissing);
      if (!isRemoved) await this.#ensureThere();
    });
  }

  /**
   * Through a file beside it, which takes the name at the end: a tab killed on the way leaves nothing that looks done.
   * What exists already is replaced by the browser when the writer is closed, not before.
   */
  async #write(path: string, data: FileData): Promise<void> {
    const { folders, name } = filePartsOf(path);
    let folder = this.#root;
    for (const part of folders) folder = await folder.getDirectoryHandle(part, { create: true });
    const existing = await folder.getFileHandle(name).catch(unlessMissing);
    if (existing) return fill(existing, data);

    const temporary = `.${name}${PART_SUFFIX}`;
    const handle: Movable = await folder.getFileHandle(temporary, { create: true });
    try {
      await fill(handle, data);
      if (await moved(handle, name)) return;
      // This browser cannot rename here: the file is there, empty, from now until it is whole.
      try {
        await fill(await folder.getFileHandle(name, { create: true }), await handle.getFile());
      } catch (thrown) {
        await folder.removeEntry(name).catch(unlessMissing);
        throw thrown;
      }
      await folder.removeEntry(temporary);
    } catch (thrown) {
      // The failure itself is what counts; without permission this fails too.
      await folder.removeEntry(temporary).catch(() => {});
      throw thrown;
    }
  }

  async #locate(path: string): Promise<{ folder: DirectoryHandle; name: string } | undefined> {
    const parts = partsOf(path);
    const name = parts.pop();
    const folder = name && (await this.#folder(parts));
    return folder ? { folder, name } : undefined;
  }

  async #folder(parts: readonly string[]): Promise<DirectoryHandle | undefined> {
    let folder: DirectoryHandle | undefined = this.#root;
    for (const part of parts) {
      folder = await folder.getDirectoryHandle(part).catch(unlessMissing);
      if (!folder) return undefined;
    }
    return folder;
  }

  #locked<T>(path: string, work: () => Promise<T>): Promise<T> {
    return navigator.locks.request(`coverslip-file:${this.#place}/${path}`, work) as Promise<T>;
  }

  async #attempt<T>(path: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (thrown) {
      // A path that is none: the caller's mistake.
      if (thrown instanceof TypeError) throw thrown;
      throw toStorageError(path ? `${this.name}/${path}` : this.name, thrown);
    }
  }

  /** "Not found" is a fair answer only where there is a folder to look in. What was written or removed was in one. */
  async #ensureThere(): Promise<void> {
    if (this.kind === "opfs") return;
    try {
      await this.#root.keys().next();
    } catch (thrown) {
      if ((thrown as DOMException).name !== "NotFoundError") throw thrown;
      throw new FolderVanishedError(this.name, { cause: thrown });
    }
  }
}

function isUnfinished(name: string): boolean {
  return (name.startsWith(".") && name.endsWith(PART_SUFFIX)) || name.endsWith(SWAP_SUFFIX);
}

/** Nothing, where what was thrown says that there is no such file, or a folder in its place (or the other way round). */
function unlessMissing(thrown: unknown): undefined {
  const name = (thrown as DOMException | undefined)?.name;
  if (name !== "NotFoundError" && name !== "TypeMismatchError") throw thrown;
}

/** Replaces what the file holds, at once and whole, when the browser closes the writer. */
async function fill(handle: FileSystemFileHandle, data: FileData): Promise<void> {
  if (!handle.createWritable) throw new CapabilityError("writing files", "this browser only reads them");
  const writer = await handle.createWritable();
  try {
    if (data instanceof Blob) await data.stream().pipeTo(writer);
    else {
      await writer.write(data);
      await writer.close();
    }
  } catch (thrown) {
    await writer.abort().catch(() => {});
    throw thrown;
  }
}

/** Gives a file another name. False where the browser does not do that in this place. */
async function moved(handle: Movable, name: string): Promise<boolean> {
  if (!handle.move) return false;
  try {
    await handle.move(name);
    return true;
  } catch (thrown) {
    const { name: error } = thrown as DOMException;
    if (error === "QuotaExceededError" || error === "NotFoundError") throw thrown;
    return false;
  }
}
