import type h5wasm from "h5wasm";
import type { SyncBytes } from "#bytes";

type Library = Awaited<typeof h5wasm.ready>;

export type { Library };

// Of emscripten's libc, whose numbers are WASI's.
const EIO = 29;

/** What of emscripten's file system is used here; h5wasm's types leave it out. */
interface Node {
  usedBytes: number;
  stream_ops: {
    read(stream: unknown, buffer: Uint8Array, offset: number, length: number, position: number): number;
  };
}
interface FileSystem {
  ErrnoError: new (errno: number) => Error;
  writeFile(path: string, data: string): void;
  lookupPath(path: string): { node: Node };
  unlink(path: string): void;
}

let loaded: Promise<Library> | undefined;

/**
 * The HDF5 library in WebAssembly, loaded once, when it is first needed: it is four megabytes, and row logs do without.
 * Its failures come as exceptions with its own words.
 */
export function loadLibrary(): Promise<Library> {
  loaded ??= import("h5wasm").then(async ({ ready }) => {
    const library = await ready;
    library.activate_throwing_error_handler();
    return library;
  });
  return loaded;
}

/**
 * Shows bytes to the library as a file.
 * @returns takes it away again.
 */
export function showFile(library: Library, path: string, bytes: SyncBytes): () => void {
  const FS = library.FS as unknown as FileSystem;
  // An ordinary file, whose reads are then ours: nothing of it is held in memory.
  FS.writeFile(path, "");
  const { node } = FS.lookupPath(path);
  // What emscripten says when it is asked for the file's size or to go to its end.
  node.usedBytes = bytes.size;
  node.stream_ops = {
    ...node.stream_ops,
    read(_stream, buffer, offset, length, position) {
      // For C `buffer` is the heap itself: bytes go to where they are wanted.
      const target = new Uint8Array(buffer.buffer, buffer.byteOffset + offset, length);
      try {
        return bytes.read(target, position);
      } catch {
        throw new FS.ErrnoError(EIO);
      }
    },
  };
  return () => FS.unlink(path);
}
