import { CapabilityError } from "#base";
import { readAll } from "./async-bytes.ts";
import { BlobBytes, canReadBlobsNow } from "./blob-bytes.ts";
import type { ByteReader } from "./byte-reader.ts";
import type { ByteSpec } from "./byte-source.ts";
import { DiskBytes } from "./disk-bytes.ts";
import { ByteReadError } from "./errors.ts";
import { MemoryBytes } from "./memory-bytes.ts";
import { openOpfsBytes } from "./opfs-bytes.ts";
import { UrlBytes } from "./url-bytes.ts";

/** What a thread that cannot read files without waiting (a page, Node) takes into memory for one slide. */
const IN_MEMORY_BYTES = 512 * 2 ** 20;

/**
 * Opens each file as its own kind is read here.
 * @throws {ByteReadError} where one cannot be opened.
 * @throws {CapabilityError} where this thread could only read it whole, and all together are over 512 MiB.
 */
export async function openReaders(specs: readonly ByteSpec[]): Promise<ByteReader[]> {
  const whole = specs.filter(mustBeWhole).reduce((sum, spec) => sum + spec.size, 0);
  if (whole > IN_MEMORY_BYTES) {
    const mebibytes = Math.round(whole / 2 ** 20);
    throw new CapabilityError(
      "Reading this slide outside a worker",
      `its ${mebibytes} MB would all have to be in memory`,
    );
  }
  const opened = await Promise.allSettled(specs.map(openUnchanged));
  const failed = opened.find((result) => result.status === "rejected");
  const readers = opened.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));
  if (!failed) return readers;
  for (const reader of readers) reader.close();
  throw failed.reason;
}

function mustBeWhole({ kind }: ByteSpec): boolean {
  return (kind === "blob" && !canReadBlobsNow()) || (kind === "url" && !canRequestNow());
}

function canRequestNow(): boolean {
  // On a page a synchronous request may not ask for bytes, and would freeze it.
  return typeof XMLHttpRequest !== "undefined" && !("document" in globalThis);
}

/** A file found to have another size than when its spec was made is another file. */
async function openUnchanged(spec: ByteSpec): Promise<ByteReader> {
  const reader = await openReader(spec);
  if (reader.size === spec.size) return reader;
  reader.close();
  throw new ByteReadError(spec.path, "changed", `it has ${reader.size} bytes now and had ${spec.size}`);
}

async function openReader(spec: ByteSpec): Promise<ByteReader> {
  if (mustBeWhole(spec)) return new MemoryBytes(spec.path, await readAll(spec));
  switch (spec.kind) {
    case "blob":
      return new BlobBytes(spec.path, spec.blob);
    case "opfs":
      return openOpfsBytes(spec.path, spec.handle);
    case "url":
      return new UrlBytes(spec.path, spec.size, spec.url, spec.validator);
    case "memory":
      return new MemoryBytes(spec.path, spec.bytes);
    case "disk":
      return new DiskBytes(spec.path, spec.file);
  }
}
