import { bytesWithin } from "./byte-reader.ts";
import type { ByteSpec } from "./byte-source.ts";
import { DiskBytes } from "./disk-bytes.ts";
import { ByteReadError, toByteReadError } from "./errors.ts";
import { checkRangeAnswer, sameOriginUrl } from "./url-bytes.ts";

/** A file read with waiting, on any thread: to look into headers and small files. Nothing is kept, nothing to close. */
export interface AsyncBytes {
  readonly path: string;
  readonly size: number;
  /**
   * @returns `length` bytes from `offset` on; fewer only at the end of the file.
   * @throws {ByteReadError}
   */
  read(offset: number, length: number, options?: { signal?: AbortSignal }): Promise<Uint8Array<ArrayBuffer>>;
}

/** Opens a file for reading with waiting. */
export function openAsyncBytes(spec: ByteSpec): AsyncBytes {
  return {
    path: spec.path,
    size: spec.size,
    async read(offset, length, { signal } = {}) {
      signal?.throwIfAborted();
      const wanted = bytesWithin(spec.size, offset, length);
      if (wanted === 0) return new Uint8Array(0);
      let bytes: Uint8Array<ArrayBuffer>;
      try {
        bytes = await readRange(spec, offset, wanted, signal);
      } catch (thrown) {
        signal?.throwIfAborted();
        throw toByteReadError(spec.path, thrown);
      }
      if (bytes.length === wanted) return bytes;
      throw new ByteReadError(spec.path, "changed", "it is shorter than when it was opened");
    },
  };
}

/** The whole file. @throws {ByteReadError} */
export function readAll(spec: ByteSpec, options?: { signal?: AbortSignal }): Promise<Uint8Array<ArrayBuffer>> {
  return openAsyncBytes(spec).read(0, spec.size, options);
}

/** The first bytes of a file: fewer where it is shorter. @throws {ByteReadError} */
export function readStart(
  spec: ByteSpec,
  length: number,
  options?: { signal?: AbortSignal },
): Promise<Uint8Array<ArrayBuffer>> {
  return openAsyncBytes(spec).read(0, length, options);
}

async function readRange(spec: ByteSpec, offset: number, length: number, signal?: AbortSignal) {
  switch (spec.kind) {
    case "blob":
      return readBlob(spec.blob, offset, length);
    case "opfs":
      return readBlob(await spec.handle.getFile(), offset, length);
    case "memory":
      return spec.bytes.slice(offset, offset + length) as Uint8Array<ArrayBuffer>;
    case "url":
      return readUrl(spec, offset, length, signal);
    case "disk": {
      const bytes = new Uint8Array(length);
      const disk = new DiskBytes(spec.path, spec.file);
      try {
        return bytes.subarray(0, disk.read(bytes, offset));
      } finally {
        disk.close();
      }
    }
  }
}

async function readBlob(blob: Blob, offset: number, length: number) {
  return new Uint8Array(await blob.slice(offset, offset + length).arrayBuffer());
}

async function readUrl(
  spec: Extract<ByteSpec, { kind: "url" }>,
  offset: number,
  length: number,
  signal: AbortSignal | undefined,
) {
  let response: Response;
  let bytes: Uint8Array<ArrayBuffer>;
  try {
    response = await fetch(sameOriginUrl(spec.url), {
      headers: { Range: `bytes=${offset}-${offset + length - 1}` },
      signal,
    });
    bytes = new Uint8Array(await response.arrayBuffer());
  } catch (thrown) {
    signal?.throwIfAborted();
    throw new ByteReadError(spec.path, "network", `the server did not answer (${thrown})`, { cause: thrown });
  }
  const header = (name: string) => response.headers.get(name);
  checkRangeAnswer(spec, offset, length, { status: response.status, header, bytes: bytes.length });
  return bytes;
}
