/** Where one file's bytes come from. Plain data: it crosses threads, and either side can open it. */
export type ByteSpec =
  /** A picked or dropped file, or any Blob. */
  | { readonly kind: "blob"; readonly path: string; readonly size: number; readonly blob: Blob }
  /** A file in the origin's private file system. */
  | { readonly kind: "opfs"; readonly path: string; readonly size: number; readonly handle: FileSystemFileHandle }
  /** A same-origin URL whose server answers byte ranges. */
  | {
      readonly kind: "url";
      readonly path: string;
      readonly size: number;
      readonly url: string;
      /** ETag or Last-Modified when it was opened; another one later means that the file changed. */
      readonly validator: string | undefined;
    }
  | { readonly kind: "memory"; readonly path: string; readonly size: number; readonly bytes: Uint8Array }
  /** A file on disk, in Node only. */
  | { readonly kind: "disk"; readonly path: string; readonly size: number; readonly file: string };

/** The files of one slide. Plain data. */
export interface SlideFiles {
  /** Path of the file to open: the `path` of one of `files`. */
  readonly entry: string;
  /** Paths are relative, with forward slashes, unique: "CMU-1.mrxs", "CMU-1/Slidedat.ini". */
  readonly files: readonly ByteSpec[];
}

/** A stretch of one file of a `SlideFiles`. */
export interface ByteRange {
  /** Index into `SlideFiles.files`. */
  readonly file: number;
  readonly offset: number;
  readonly length: number;
}

/** Reads a file synchronously, as C callbacks must. Lives in a worker (or in Node). */
export interface SyncBytes {
  readonly path: string;
  readonly size: number;
  /**
   * Fills `target` from `position` on.
   * @returns bytes read; fewer than asked only at the end of the file.
   * @throws {ByteReadError}
   */
  read(target: Uint8Array, position: number): number;
  close(): void;
}
