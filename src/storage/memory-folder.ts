import {
  byName,
  type FileData,
  type Folder,
  type FolderEntry,
  type FoundFile,
  filePartsOf,
  partsOf,
} from "./folder.ts";

/** A folder that is gone with the page: for tests, and for looking at results without keeping them. */
export function createMemoryFolder(name = "memory"): Folder {
  return new MemoryFolder(name);
}

class MemoryFolder implements Folder {
  readonly kind = "memory";
  readonly name: string;
  readonly #files = new Map<string, File>();

  constructor(name: string) {
    this.name = name;
  }

  async read(path: string): Promise<File | undefined> {
    return this.#files.get(keyOf(path));
  }

  find(path: string): Promise<FoundFile | undefined> {
    return this.read(path);
  }

  async list(path: string): Promise<readonly FolderEntry[]> {
    const prefix = partsOf(path)
      .map((part) => `${part}/`)
      .join("");
    const entries = new Map<string, FolderEntry>();
    for (const key of this.#files.keys()) {
      if (!key.startsWith(prefix)) continue;
      const [name, ...below] = key.slice(prefix.length).split("/");
      entries.set(name!, { name: name!, kind: below.length > 0 ? "folder" : "file" });
    }
    return [...entries.values()].sort(byName);
  }

  async write(path: string, data: FileData): Promise<void> {
    this.#files.set(keyOf(path), new File([data], filePartsOf(path).name));
  }

  async createNew(path: string, data: FileData): Promise<boolean> {
    if (this.#files.has(keyOf(path))) return false;
    await this.write(path, data);
    return true;
  }

  async remove(path: string): Promise<void> {
    const key = keyOf(path);
    for (const other of [...this.#files.keys()]) {
      if (other === key || key === "" || other.startsWith(`${key}/`)) this.#files.delete(other);
    }
  }
}

function keyOf(path: string): string {
  return partsOf(path).join("/");
}
