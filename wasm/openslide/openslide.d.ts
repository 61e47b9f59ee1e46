/**
 * Types of the built module, `openslide.mjs`. Written by hand beside `exports.txt`; the two change together.
 *
 * Pointers and sizes are plain numbers. Strings cross as pointers to zero-terminated UTF-8: `stringToNewUTF8` makes one (give
 * it back with `_free`), `UTF8ToString` reads one. Memory may grow during any call, so take `HEAPU8` and its kin from the
 * module again after each call instead of keeping them.
 *
 * Any call may throw a WebAssembly.RuntimeError on a damaged file. After one, discard the instance.
 */

/** A position in the module's memory; 0 is "none". */
export type Pointer = number;

/** What the factory takes. All of emscripten's other options work too. */
export interface ModuleOptions {
  /** The bytes of `openslide.wasm`, instead of having them fetched. */
  wasmBinary?: ArrayBuffer | Uint8Array;
  /** Called instead of fetching and compiling: instantiate a shared, already compiled module here and hand it to `done`. */
  instantiateWasm?(
    imports: WebAssembly.Imports,
    done: (instance: WebAssembly.Instance, module?: WebAssembly.Module) => void,
  ): WebAssembly.Exports | Record<string, never>;
  /** Where to find `openslide.wasm`. */
  locateFile?(name: string, folder: string): string;
  /** Run before the module starts, for setting `ENV` or mounting file systems. */
  preRun?: ((module: OpenSlideModule) => void)[];
  print?(line: string): void;
  printErr?(line: string): void;
  onAbort?(reason: unknown): void;
}

/** A file or folder of emscripten's file system. */
export interface FsNode {
  id: number;
  name: string;
  mode: number;
  parent: FsNode;
  mount: FsMount;
  node_ops: FsNodeOps;
  stream_ops: FsStreamOps;
  /** Whatever the file system that made the node wants to keep. */
  [extra: string]: unknown;
}

/** An open file. */
export interface FsStream {
  node: FsNode;
  position: number;
  flags: number;
  fd: number;
}

/** What a file system answers to `stat`. */
export interface FsAttributes {
  dev: number;
  ino: number;
  mode: number;
  nlink: number;
  uid: number;
  gid: number;
  rdev: number;
  size: number;
  atime: Date;
  mtime: Date;
  ctime: Date;
  blksize: number;
  blocks: number;
}

/** Operations on files and folders by name. */
export interface FsNodeOps {
  getattr?(node: FsNode): FsAttributes;
  setattr?(node: FsNode, attributes: Partial<FsAttributes>): void;
  lookup?(parent: FsNode, name: string): FsNode;
  readdir?(node: FsNode): string[];
}

/** Operations on open files. */
export interface FsStreamOps {
  open?(stream: FsStream): void;
  close?(stream: FsStream): void;
  /** Fills `buffer` from `offset` with up to `length` bytes of the file at `position`; returns how many. */
  read?(stream: FsStream, buffer: Int8Array, offset: number, length: number, position: number): number;
  llseek?(stream: FsStream, offset: number, whence: number): number;
}

/** A mounted file system. */
export interface FsMount {
  type: FileSystemType;
  opts: unknown;
  mountpoint: string;
  root: FsNode;
}

/** A kind of file system, for `FS.mount`. */
export interface FileSystemType {
  mount(mount: FsMount): FsNode;
}

/** The part of emscripten's file system that we use. */
export interface FileSystem {
  mkdir(path: string, mode?: number): FsNode;
  mkdirTree(path: string, mode?: number): void;
  rmdir(path: string): void;
  unlink(path: string): void;
  readdir(path: string): string[];
  mount(type: FileSystemType, options: unknown, mountpoint: string): FsNode;
  unmount(mountpoint: string): void;
  createNode(parent: FsNode | null, name: string, mode: number, dev?: number): FsNode;
  /** Thrown by file systems to report an errno. */
  ErrnoError: new (
    errno: number,
  ) => Error & { errno: number };
  isDir(mode: number): boolean;
  isFile(mode: number): boolean;
  writeFile(path: string, data: Uint8Array | string, options?: { canOwn?: boolean }): void;
  readFile(path: string): Uint8Array;
}

/** One instance of OpenSlide. Functions without a comment are those of `openslide.h`. */
export interface OpenSlideModule {
  readonly HEAPU8: Uint8Array;
  readonly HEAPU32: Uint32Array;
  readonly HEAPF64: Float64Array;
  /** Environment variables; set them in `preRun`. */
  readonly ENV: Record<string, string>;
  readonly FS: FileSystem;
  UTF8ToString(pointer: Pointer, maxBytes?: number): string;
  stringToNewUTF8(text: string): Pointer;

  _malloc(bytes: number): Pointer;
  _free(pointer: Pointer): void;

  _openslide_detect_vendor(path: Pointer): Pointer;
  _openslide_open(path: Pointer): Pointer;
  _openslide_close(slide: Pointer): void;
  _openslide_get_error(slide: Pointer): Pointer;
  _openslide_get_version(): Pointer;
  _openslide_get_level_count(slide: Pointer): number;
  _openslide_get_level_downsample(slide: Pointer, level: number): number;
  _openslide_get_best_level_for_downsample(slide: Pointer, downsample: number): number;
  _openslide_get_property_names(slide: Pointer): Pointer;
  _openslide_get_property_value(slide: Pointer, name: Pointer): Pointer;
  _openslide_get_associated_image_names(slide: Pointer): Pointer;

  /** Pixels across a level; -1 in error. */
  _cs_level_width(slide: Pointer, level: number): number;
  /** Pixels down a level; -1 in error. */
  _cs_level_height(slide: Pointer, level: number): number;
  /** Reads a region as straight RGBA into width * height * 4 bytes, fewer than 2 GiB. 0: done. 1: see the slide's error. */
  _cs_read_region(
    slide: Pointer,
    dest: Pointer,
    x: number,
    y: number,
    level: number,
    width: number,
    height: number,
  ): number;
  /** Writes width and height as two doubles. 0: done. 1: no such image, or see the slide's error. 2: over 1 GiB. */
  _cs_associated_size(slide: Pointer, name: Pointer, widthAndHeight: Pointer): number;
  /** Reads an associated image as straight RGBA into width * height * 4 bytes. Returns as `_cs_associated_size`. */
  _cs_read_associated(slide: Pointer, name: Pointer, dest: Pointer): number;
  /** Bytes of the slide's ICC profile; 0 without one, -1 in error. */
  _cs_icc_size(slide: Pointer): number;
  /** Reads the slide's ICC profile. 0: done. 1: see the slide's error. */
  _cs_read_icc(slide: Pointer, dest: Pointer): number;
  /** Bytes of an associated image's ICC profile; 0 without one, -1 in error or without the image. */
  _cs_associated_icc_size(slide: Pointer, name: Pointer): number;
  /** Reads an associated image's ICC profile. 0: done. 1: see the slide's error. */
  _cs_read_associated_icc(slide: Pointer, name: Pointer, dest: Pointer): number;
  /** Gives the slide a cache of decoded tiles of this many bytes instead of its 32 MiB. */
  _cs_set_cache(slide: Pointer, bytes: number): void;
  /** Converts premultiplied BGRA to straight RGBA in place, as the reading functions do; for tests. */
  _cs_argb_to_rgba(pixels: Pointer, count: number): void;
}

/** Makes an instance. Each has its own memory and files; they can share one compiled `WebAssembly.Module`. */
export default function createOpenSlide(options?: ModuleOptions): Promise<OpenSlideModule>;
