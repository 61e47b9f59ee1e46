import { CapabilityError } from "#base";
import { type ByteReader, bytesWithin } from "./byte-reader.ts";
import { ByteReadError, toByteReadError } from "./errors.ts";

/** What a server said of a file in its answer to a byte range. */
interface RangeAnswer {
  readonly begin: number;
  readonly size: number;
}

/** Reads "bytes 0-0/1234"; undefined where the size is not given. */
export function parseContentRange(header: string | null): RangeAnswer | undefined {
  const match = /^bytes (?:(\d+)-\d+|\*)\/(\d+)$/.exec(header ?? "");
  return match ? { begin: Number(match[1] ?? 0), size: Number(match[2]) } : undefined;
}

/**
 * The address, absolute, if it is of this page's own origin. In Node there is no page, and any address will do.
 * @throws {CapabilityError} for another origin: nothing is fetched from elsewhere.
 */
export function sameOriginUrl(url: string | URL): URL {
  const here = typeof location === "undefined" ? undefined : location.href;
  let absolute: URL;
  try {
    absolute = new URL(url, here);
  } catch (cause) {
    throw new TypeError(`${url} is not an address`, { cause });
  }
  if (here && absolute.origin !== new URL(here).origin) {
    throw new CapabilityError("Opening a slide of another origin", `${absolute.host} is not ${new URL(here).host}`);
  }
  return absolute;
}

/** What tells one version of a file on a server from the next; undefined where the server gives neither. */
export function validatorOf(header: (name: string) => string | null): string | undefined {
  return header("etag") ?? header("last-modified") ?? undefined;
}

/** Fails where an answer is not the stretch asked for, of the file that was opened. */
export function checkRangeAnswer(
  file: { path: string; size: number; validator: string | undefined },
  offset: number,
  length: number,
  answer: { status: number; header(name: string): string | null; bytes: number },
): void {
  if (answer.status === 404 || answer.status === 410) {
    throw new ByteReadError(file.path, "vanished", `the server no longer has it (status ${answer.status})`);
  }
  if (answer.status === 401 || answer.status === 403) {
    throw new ByteReadError(file.path, "permission", `the server refuses it (status ${answer.status})`);
  }
  if (answer.status !== 206 && answer.status !== 416) {
    throw new ByteReadError(file.path, "network", `status ${answer.status} where 206 was expected`);
  }
  const validator = validatorOf(answer.header);
  const range = parseContentRange(answer.header("content-range"));
  const isOther = file.validator !== undefined && validator !== undefined && validator !== file.validator;
  if (isOther || (range && range.size !== file.size) || answer.status === 416) {
    throw new ByteReadError(file.path, "changed", "the server has another version of it now");
  }
  if ((range && range.begin !== offset) || answer.bytes !== length) {
    throw new ByteReadError(file.path, "network", `${answer.bytes} bytes came where ${length} were asked for`);
  }
}

/** A file of a same-origin server that answers byte ranges, read without waiting. In workers only. */
export class UrlBytes implements ByteReader {
  readonly path: string;
  readonly size: number;
  readonly dear = true;
  readonly #url: string;
  readonly #validator: string | undefined;

  constructor(path: string, size: number, url: string, validator: string | undefined) {
    this.path = path;
    this.size = size;
    this.#url = sameOriginUrl(url).href;
    this.#validator = validator;
  }

  read(target: Uint8Array, position: number): number {
    const length = bytesWithin(this.size, position, target.length);
    if (length === 0) return 0;
    const request = new XMLHttpRequest();
    try {
      request.open("GET", this.#url, false);
      request.responseType = "arraybuffer";
      request.setRequestHeader("Range", `bytes=${position}-${position + length - 1}`);
      request.send();
    } catch (thrown) {
      throw toByteReadError(this.path, thrown);
    }
    let bytes = new Uint8Array((request.response as ArrayBuffer | null) ?? new ArrayBuffer(0));
    let { status } = request;
    if (status === 200 && bytes.length === this.size) {
      // The whole file instead of a part is a right answer too, as a cache between may give it.
      bytes = bytes.subarray(position, position + length);
      status = 206;
    }
    checkRangeAnswer({ path: this.path, size: this.size, validator: this.#validator }, position, length, {
      status,
      header: (name) => request.getResponseHeader(name),
      bytes: bytes.length,
    });
    target.set(bytes);
    return length;
  }

  /** Nothing to do: every answer is checked against the version that was opened. */
  probe(): void {}

  close(): void {}
}
