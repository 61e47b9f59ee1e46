import { BlobBytes, canReadBlobsNow } from "./blob-bytes.ts";
import { type ByteReader, bytesWithin } from "./byte-reader.ts";
import { ByteReadError, toByteReadError } from "./errors.ts";
import { MemoryBytes } from "./memory-bytes.ts";

// Exist in workers only, and not in the DOM's type library; `mode` is newer than either.
interface SyncAccessHandle {
  readonly mode?: string;
  read(target: Uint8Array, options: { at: number }): number;
  getSize(): number;
  close(): void;
}
interface WithSyncAccess {
  createSyncAccessHandle?(options: { mode: "read-only" }): Promise<SyncAccessHandle>;
}

/**
 * Opens a file of the origin's private file system: directly where several workers may do so at once, else as the Blob
 * it also is.
 */
export async function openOpfsBytes(path: string, handle: FileSystemFileHandle): Promise<ByteReader> {
  const direct = await openDirectly(handle);
  if (direct) return new OpfsBytes(path, direct);
  try {
    const file = await handle.getFile();
    if (canReadBlobsNow()) return new BlobBytes(path, file);
    return new MemoryBytes(path, new Uint8Array(await file.arrayBuffer()));
  } catch (thrown) {
    throw toByteReadError(path, thrown);
  }
}

async function openDirectly(handle: FileSystemFileHandle): Promise<SyncAccessHandle | undefined> {
  const { createSyncAccessHandle } = handle as unknown as WithSyncAccess;
  if (!createSyncAccessHandle) return undefined;
  try {
    const access = await createSyncAccessHandle.call(handle, { mode: "read-only" });
    if (access.mode === "read-only") return access;
    // A browser that does not know the mode has locked the file for this worker alone: the others could not read it.
    access.close();
  } catch {
    // Someone is writing it, or this is not a worker: the Blob will say what is wrong, if anything is.
  }
  return undefined;
}

class OpfsBytes implements ByteReader {
  readonly path: string;
  readonly size: number;
  readonly dear = true;
  readonly #access: SyncAccessHandle;

  constructor(path: string, access: SyncAccessHandle) {
    this.path = path;
    this.#access = access;
    this.size = access.getSize();
  }

  read(target: Uint8Array, position: number): number {
    const length = bytesWithin(this.size, position, target.length);
    if (length === 0) return 0;
    let got: number;
    try {
      got = this.#access.read(target.subarray(0, length), { at: position });
    } catch (thrown) {
      throw toByteReadError(this.path, thrown);
    }
    if (got !== length) throw new ByteReadError(this.path, "changed", "it is shorter than when it was opened");
    return length;
  }

  probe(): void {
    let size: number;
    try {
      size = this.#access.getSize();
    } catch (thrown) {
      throw toByteReadError(this.path, thrown);
    }
    if (size !== this.size) throw new ByteReadError(this.path, "changed", "its size is not what it was");
  }

  close(): void {
    this.#access.close();
  }
}
