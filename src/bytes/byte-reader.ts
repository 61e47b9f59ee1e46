import type { SyncBytes } from "./byte-source.ts";

/** A file as its own kind of source reads it, before any cache. Private to this room. */
export interface ByteReader extends SyncBytes {
  /** Whether a read costs so much (a call to another process, a request) that blocks are worth keeping. */
  readonly dear: boolean;
  /** Set where stretches of this file, and of others like it, can be read together in one call. */
  readonly blob?: Blob;
  /**
   * Tries whether the file is still the one that was opened.
   * @throws {ByteReadError} where it changed or vanished.
   */
  probe(): void;
}

/** How many bytes a read of `wanted` at `position` gives in a file of `size`. */
export function bytesWithin(size: number, position: number, wanted: number): number {
  return Math.max(0, Math.min(wanted, size - position));
}
