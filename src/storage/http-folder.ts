import { FolderPermissionError, FolderVanishedError, StorageError, StorageFullError } from "./errors.ts";
import { type FileData, type Folder, type FolderEntry, type FoundFile, filePartsOf, partsOf } from "./folder.ts";

/**
 * A folder that a server on this page's origin keeps, such as the one `coverslip process` starts. What it must answer
 * stands in this room's README.
 *
 * @param url - of the folder, on this page's origin.
 */
export function openHttpFolder(url: string | URL): Folder {
  return new HttpFolder(new URL(url, globalThis.location?.href));
}

class HttpFolder implements Folder {
  readonly kind = "http";
  readonly name: string;
  readonly #base: string;

  constructor(url: URL) {
    this.#base = url.href.replace(/\/*$/, "");
    this.name = decodeURIComponent(this.#base.split("/").at(-1)!);
  }

  async read(path: string): Promise<File | undefined> {
    const response = await this.#ask(path, {}, [404]);
    if (response.status === 404) return undefined;
    const blob = await this.#body(path, () => response.blob());
    const modified = Date.parse(response.headers.get("last-modified") ?? "");
    return new File([blob], partsOf(path).at(-1) ?? this.name, {
      type: blob.type,
      lastModified: Number.isNaN(modified) ? 0 : modified,
    });
  }

  async find(path: string): Promise<FoundFile | undefined> {
    const response = await this.#ask(path, { method: "HEAD" }, [404]);
    if (response.status === 404) return undefined;
    const length = response.headers.get("content-length");
    // A server that does not say.
    if (length === null) return this.read(path);
    return { size: Number(length), slice: (begin, end) => this.#readPart(path, begin, end) };
  }

  async list(path: string): Promise<readonly FolderEntry[]> {
    const response = await this.#ask(path, {}, [404], "?list");
    return response.status === 404 ? [] : await this.#body(path, () => response.json());
  }

  async write(path: string, data: FileData): Promise<void> {
    await this.#put(path, data, false);
  }

  async createNew(path: string, data: FileData): Promise<boolean> {
    const response = await this.#put(path, data, true);
    return response.status !== 412;
  }

  async remove(path: string): Promise<void> {
    await this.#ask(path, { method: "DELETE" }, [404]);
  }

  async #readPart(path: string, begin: number, end: number): Promise<Blob> {
    if (end <= begin) return new Blob([]);
    const response = await this.#ask(path, { headers: { Range: `bytes=${begin}-${end - 1}` } });
    const blob = await this.#body(path, () => response.blob());
    // A server may give the whole instead.
    return response.status === 206 ? blob : blob.slice(begin, end);
  }

  #put(path: string, body: FileData, onlyNew: boolean): Promise<Response> {
    filePartsOf(path);
    const headers: HeadersInit = onlyNew ? { "If-None-Match": "*" } : {};
    return this.#ask(path, { method: "PUT", body, headers }, onlyNew ? [412] : []);
  }

  async #ask(path: string, init: RequestInit, expected: readonly number[] = [], query = ""): Promise<Response> {
    const address = [this.#base, ...partsOf(path).map(encodeURIComponent)].join("/") + query;
    const place = path ? `${this.name}/${path}` : this.name;
    let response: Response;
    try {
      // Node, which has no origin, knows no "same-origin".
      const mode = typeof location === "undefined" ? "cors" : "same-origin";
      response = await fetch(address, { ...init, cache: "no-store", mode });
    } catch (thrown) {
      throw new StorageError(place, `the server did not answer (${thrown})`, { cause: thrown });
    }
    if (response.ok || expected.includes(response.status)) return response;
    switch (response.status) {
      case 403:
        throw new FolderPermissionError(place);
      case 410:
        throw new FolderVanishedError(this.name);
      case 507:
        throw new StorageFullError(place);
      default:
        throw new StorageError(place, `the server answered ${response.status}`);
    }
  }

  async #body<T>(path: string, read: () => Promise<T>): Promise<T> {
    try {
      return await read();
    } catch (thrown) {
      throw new StorageError(`${this.name}/${path}`, `the server's answer broke off (${thrown})`, { cause: thrown });
    }
  }
}
