import type { ByteSpec } from "./byte-source.ts";
import { nodeFs } from "./disk-bytes.ts";
import { ByteReadError, toByteReadError } from "./errors.ts";
import { checkRangeAnswer, parseContentRange, sameOriginUrl, validatorOf } from "./url-bytes.ts";

/** Up to here a file whose server gives no ranges is read whole; beyond, fetching it all would take memory for nothing. */
const WHOLE_FILE_BYTES = 64 * 2 ** 20;

/** Not 1: sirv, which many static servers are made of, takes "0-0" for the whole file. */
const PROBE_BYTES = 2;

/** A file that was picked, dropped or pasted. `path` defaults to its place in the folder it came with, else its name. */
export function specFromFile(file: File, path = file.webkitRelativePath || file.name): ByteSpec {
  return { kind: "blob", path, size: file.size, blob: file };
}

/** A file that is in memory. The bytes are shared with the slide, not copied: leave them as they are. */
export function specFromBytes(bytes: Uint8Array, path: string): ByteSpec {
  return { kind: "memory", path, size: bytes.length, bytes };
}

/**
 * A file on disk, in Node.
 * @throws {ByteReadError} where it is not there or may not be read.
 * @throws {CapabilityError} in a browser.
 */
export function specFromDisk(file: string, path = file.split(/[\\/]/).at(-1)!): ByteSpec {
  const fs = nodeFs();
  try {
    return { kind: "disk", path, size: fs.statSync(file).size, file };
  } catch (thrown) {
    throw toByteReadError(path, thrown);
  }
}

/** Whether there is a folder at a path, in Node. @throws {CapabilityError} in a browser. */
export function isFolderOnDisk(path: string): boolean {
  return factsOf(path)?.isDirectory() ?? false;
}

/**
 * The files of a folder on disk, in Node, with `deep` those of the folders in it as well; `path` is relative to it.
 * Links are followed; those that lead nowhere are left out.
 *
 * @throws {ByteReadError} for a folder that may not be read.
 */
export function specsFromFolder(folder: string, { deep }: { deep: boolean }): ByteSpec[] {
  const fs = nodeFs();
  const found: ByteSpec[] = [];
  const walk = (inner: string, above: readonly string[]) => {
    const here = inner ? `${folder}/${inner}` : folder;
    let names: string[];
    let real: string;
    try {
      names = fs.readdirSync(here);
      real = fs.realpathSync(here);
    } catch (thrown) {
      throw toByteReadError(inner || folder, thrown);
    }
    // A link that leads back up.
    if (above.includes(real)) return;
    for (const name of names) {
      const path = inner ? `${inner}/${name}` : name;
      const file = `${folder}/${path}`;
      const facts = factsOf(file);
      if (facts?.isFile()) found.push({ kind: "disk", path, size: facts.size, file });
      else if (deep && facts?.isDirectory()) walk(path, [...above, real]);
    }
  };
  walk("", []);
  return found;
}

/** undefined where there is nothing, or nothing that may be looked at. */
function factsOf(path: string): ReturnType<ReturnType<typeof nodeFs>["statSync"]> | undefined {
  const fs = nodeFs();
  try {
    return fs.statSync(path);
  } catch {
    return undefined;
  }
}

/**
 * A file behind a handle: of the origin's private file system, or of the user's disk.
 * @throws {ByteReadError} "permission" where the browser no longer lets it be read, "vanished" where it is gone.
 */
export async function specFromHandle(handle: FileSystemFileHandle, path = handle.name): Promise<ByteSpec> {
  try {
    const file = await handle.getFile();
    if (await isPrivate(handle)) return { kind: "opfs", path, size: file.size, handle };
    return specFromFile(file, path);
  } catch (thrown) {
    throw toByteReadError(path, thrown);
  }
}

async function isPrivate(handle: FileSystemFileHandle): Promise<boolean> {
  try {
    const root = await navigator.storage.getDirectory();
    return (await root.resolve(handle)) !== null;
  } catch {
    // No private file system here (or none allowed): then the handle is of another kind.
    return false;
  }
}

/**
 * A file of this page's own server, found by asking for its first bytes.
 * Where the server gives no ranges, a file under 64 MiB is fetched whole.
 *
 * @throws {CapabilityError} for an address of another origin.
 * @throws {ByteReadError} "vanished" (404), "permission" (403), else "network".
 */
export async function specFromUrl(
  url: string | URL,
  { path, signal }: { path?: string; signal?: AbortSignal } = {},
): Promise<ByteSpec> {
  const absolute = sameOriginUrl(url);
  const name = path ?? nameOf(absolute);
  let response: Response;
  let first: Uint8Array<ArrayBuffer>;
  try {
    const mode = typeof location === "undefined" ? "cors" : "same-origin";
    response = await fetch(absolute, { headers: { Range: `bytes=0-${PROBE_BYTES - 1}` }, mode, signal });
    if (response.status === 200) return await wholeFile(name, response);
    first = new Uint8Array(await response.arrayBuffer());
  } catch (thrown) {
    signal?.throwIfAborted();
    if (thrown instanceof ByteReadError) throw thrown;
    throw new ByteReadError(name, "network", `the server did not answer (${thrown})`, { cause: thrown });
  }
  const header = (name: string) => response.headers.get(name);
  const range = parseContentRange(header("content-range"));
  // An empty file has no first byte: 416, with its size of 0.
  if (response.status === 416 && range?.size === 0) return specFromBytes(first.subarray(0, 0), name);
  const validator = validatorOf(header);
  const expected = Math.min(PROBE_BYTES, range?.size ?? PROBE_BYTES);
  checkRangeAnswer({ path: name, size: range?.size ?? 0, validator }, 0, expected, {
    status: response.status,
    header,
    bytes: first.length,
  });
  if (!range) throw new ByteReadError(name, "network", "the server does not say how long the file is");
  return { kind: "url", path: name, size: range.size, url: absolute.href, validator };
}

/** The last part of an address, as a person would write it. */
function nameOf(url: URL): string {
  const last = url.pathname.split("/").at(-1)!;
  try {
    return decodeURIComponent(last) || url.host;
  } catch {
    // A lone % is allowed in an address, and escapes nothing.
    return last;
  }
}

async function wholeFile(name: string, response: Response): Promise<ByteSpec> {
  const size = Number(response.headers.get("content-length") ?? 0);
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let bytes = 0;
  const body = response.body?.getReader();
  while (body) {
    const { value, done } = await body.read();
    if (done) break;
    parts.push(value);
    bytes += value.length;
    if (Math.max(bytes, size) > WHOLE_FILE_BYTES) {
      await body.cancel();
      throw new ByteReadError(
        name,
        "network",
        "the server does not answer byte ranges, and the file is too large to fetch whole",
      );
    }
  }
  const whole = new Uint8Array(bytes);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return specFromBytes(whole, name);
}
