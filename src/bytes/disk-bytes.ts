import { CapabilityError } from "#base";
import { type ByteReader, bytesWithin } from "./byte-reader.ts";
import { ByteReadError, toByteReadError } from "./errors.ts";

/** The part of Node's file system that is used; workers compile without Node's types. */
interface NodeFs {
  openSync(file: string, flags: "r"): number;
  closeSync(descriptor: number): void;
  readSync(descriptor: number, target: Uint8Array, at: number, length: number, position: number): number;
  fstatSync(descriptor: number): FileFacts;
  statSync(file: string): FileFacts;
  readdirSync(folder: string): string[];
  realpathSync(file: string): string;
}
interface FileFacts {
  isFile(): boolean;
  isDirectory(): boolean;
  readonly size: number;
  readonly mtimeMs: number;
}
interface NodeUrl {
  fileURLToPath(url: string): string;
}
interface WithNode {
  readonly process?: { getBuiltinModule?<Name extends keyof NodeModules>(name: Name): NodeModules[Name] };
}
interface NodeModules {
  readonly "node:fs": NodeFs;
  readonly "node:url": NodeUrl;
}

/** Node's file system. */
export function nodeFs(): NodeFs {
  return nodeModule("node:fs");
}

/** The path that a file: address stands for, in Node. @throws {TypeError} where it stands for none. */
export function pathFromUrl(url: URL): string {
  return nodeModule("node:url").fileURLToPath(url.href);
}

/** Asked of the process and not imported, so that browser bundles have no trace of it. */
function nodeModule<Name extends keyof NodeModules>(name: Name): NodeModules[Name] {
  const module = (globalThis as WithNode).process?.getBuiltinModule?.(name);
  if (!module) throw new CapabilityError("Reading files by path", "only Node can do it, and this is a browser");
  return module;
}

/** A file on disk, in Node. The system's own cache makes more of ours pointless. */
export class DiskBytes implements ByteReader {
  readonly path: string;
  readonly size: number;
  readonly dear = false;
  readonly #fs: NodeFs;
  readonly #file: string;
  readonly #modifiedMs: number;
  #descriptor: number | undefined;

  constructor(path: string, file: string) {
    this.path = path;
    this.#fs = nodeFs();
    this.#file = file;
    try {
      this.#descriptor = this.#fs.openSync(file, "r");
      const stat = this.#fs.fstatSync(this.#descriptor);
      this.size = stat.size;
      this.#modifiedMs = stat.mtimeMs;
    } catch (thrown) {
      this.close();
      throw toByteReadError(path, thrown);
    }
  }

  read(target: Uint8Array, position: number): number {
    if (this.#descriptor === undefined) throw new ByteReadError(this.path, "failed", "it was closed");
    const length = bytesWithin(this.size, position, target.length);
    let done = 0;
    while (done < length) {
      let got: number;
      try {
        got = this.#fs.readSync(this.#descriptor, target, done, length - done, position + done);
      } catch (thrown) {
        throw toByteReadError(this.path, thrown);
      }
      if (got === 0) throw new ByteReadError(this.path, "changed", "it is shorter than when it was opened");
      done += got;
    }
    return length;
  }

  probe(): void {
    let stat: FileFacts;
    try {
      stat = this.#fs.statSync(this.#file);
    } catch (thrown) {
      throw toByteReadError(this.path, thrown);
    }
    if (stat.size !== this.size || stat.mtimeMs !== this.#modifiedMs) {
      throw new ByteReadError(this.path, "changed", "it was changed after it was opened");
    }
  }

  close(): void {
    if (this.#descriptor !== undefined) this.#fs.closeSync(this.#descriptor);
    this.#descriptor = undefined;
  }
}
