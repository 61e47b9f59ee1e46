import { readTogether } from "./blob-bytes.ts";
import type { ByteReader } from "./byte-reader.ts";
import type { ByteRange, SlideFiles, SyncBytes } from "./byte-source.ts";
import { type ByteReadError, toByteReadError } from "./errors.ts";
import { openReaders } from "./open-reader.ts";
import type { SharedBlocks } from "./shared-blocks.ts";
import { SharedBytes } from "./shared-bytes.ts";
import { BlockCache } from "./with-block-cache.ts";

/** A slide's files, opened in a decoding worker (or in Node). */
export interface SyncFiles {
  /** In the order of `SlideFiles.files`. Their reads throw `ByteReadError`. */
  readonly files: readonly SyncBytes[];
  /** Path of the file to open. */
  readonly entry: string;
  /** The last failure of a read since it was last taken: C code turns it into EIO, the caller finds the cause here. */
  takeFailure(): ByteReadError | undefined;
  /**
   * Tries whether the files that were read are still those that were opened; looks at most every 250 ms.
   * @throws {ByteReadError} where one changed or vanished, even when every byte of it is cached.
   */
  check(): void;
  /** Reads ranges into this thread's cache in as few calls as possible; does nothing with shared blocks. */
  prefetch(ranges: readonly ByteRange[]): void;
  close(): void;
}

const CHECK_INTERVAL_MS = 250;
/** A slide of thousands of files is looked through in turns. */
const CHECKED_FILES = 64;

/**
 * Opens a slide's files for reading without waiting: through the shared blocks that an I/O worker fills, else through a
 * cache of this thread's own.
 *
 * @param shared - made by `createSharedBlocks` of the same files, and served by the page's I/O worker.
 * @throws {ByteReadError} where one of them cannot be opened.
 * @throws {CapabilityError} on a thread that cannot read files without waiting (a page), for slides over 512 MiB.
 */
export async function openSyncFiles(files: SlideFiles, shared?: SharedBlocks): Promise<SyncFiles> {
  const readers = await openReaders(files.files);
  if (!shared) return new FileSet(files.entry, readers, new BlockCache(readers));
  const sharedBytes = readers.map((reader, index) => new SharedBytes(shared, index, reader));
  return new FileSet(files.entry, readers, {
    read: (file, target, position) => sharedBytes[file]!.read(target, position),
    // Hints go to the I/O worker instead, straight from the page.
    prefetch() {},
    clear() {},
  });
}

/** What stands between the files and those who read them. */
type Cache = Pick<BlockCache, "read" | "prefetch" | "clear">;

class FileSet implements SyncFiles {
  readonly files: readonly SyncBytes[];
  readonly entry: string;
  readonly #readers: readonly ByteReader[];
  readonly #cache: Cache;
  #failure: ByteReadError | undefined;
  /** Indices of the files that were read at all: of a folder, many never are. */
  readonly #touched = new Set<number>();
  #checkedAtMs = Number.NEGATIVE_INFINITY;
  #turn = 0;

  constructor(entry: string, readers: readonly ByteReader[], cache: Cache) {
    this.entry = entry;
    this.#readers = readers;
    this.#cache = cache;
    this.files = readers.map((reader, index) => ({
      path: reader.path,
      size: reader.size,
      read: (target, position) => this.#read(index, target, position),
      close: () => reader.close(),
    }));
  }

  takeFailure(): ByteReadError | undefined {
    const failure = this.#failure;
    this.#failure = undefined;
    return failure;
  }

  check(): void {
    const now = performance.now();
    if (now - this.#checkedAtMs < CHECK_INTERVAL_MS) return;
    const touched = [...this.#touched];
    const readers = touched.slice(this.#turn, this.#turn + CHECKED_FILES).map((index) => this.#readers[index]!);
    this.#turn = this.#turn + CHECKED_FILES < touched.length ? this.#turn + CHECKED_FILES : 0;
    probeAll(readers);
    // Set only when all is well: a file that was changed is found changed at every look.
    this.#checkedAtMs = now;
  }

  prefetch(ranges: readonly ByteRange[]): void {
    try {
      this.#cache.prefetch(ranges);
    } catch {
      // Only a hint: the read itself will meet the failure and name the file.
    }
  }

  close(): void {
    this.#cache.clear();
    for (const reader of this.#readers) reader.close();
  }

  #read(index: number, target: Uint8Array, position: number): number {
    this.#touched.add(index);
    try {
      return this.#cache.read(index, target, position);
    } catch (thrown) {
      this.#failure = toByteReadError(this.#readers[index]!.path, thrown);
      throw this.#failure;
    }
  }
}

/** One call for all files that are Blobs; only when it fails is each asked, to name the one. */
function probeAll(readers: readonly ByteReader[]): void {
  const blobs = readers.filter((reader) => reader.blob && reader.size > 0);
  for (const reader of readers) if (!reader.blob) reader.probe();
  if (blobs.length === 0) return;
  try {
    readTogether(blobs.map((reader) => ({ reader, offset: reader.size - 1, length: 1 })));
  } catch (thrown) {
    for (const reader of blobs) reader.probe();
    throw thrown;
  }
}
