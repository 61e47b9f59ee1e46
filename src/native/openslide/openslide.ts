import { messageOf } from "#base";
import type { OpenSlideModule } from "./module.ts";

/** OpenSlide refused a call; the message is its own. */
export class OpenSlideFailure extends Error {
  override readonly name = "OpenSlideFailure";
}

/** The module trapped or ran out of memory: its memory is in an unknown state and it must not be used again. */
export class OpenSlideTrap extends Error {
  override readonly name = "OpenSlideTrap";
}

/** Bytes of result above which a region is read in bands, so that the heap stays small. */
const BAND_LIMIT_BYTES = 64 << 20;
/**
 * OpenSlide itself cuts a region into squares of this size from its top left, each placed at whole level-0 pixels; bands cut there
 * change no pixel.
 */
export const OPENSLIDE_AREA_PX = 4096;

/** What bridge.c answers where an image does not fit the address space. */
const TOO_LARGE = 2;

/** Typed calls into one instance of OpenSlide. Everything is synchronous; pointers never leave this class. */
export class OpenSlideLibrary {
  readonly module: OpenSlideModule;
  #buffer = 0;
  #bufferBytes = 0;
  #isTrapped = false;

  constructor(module: OpenSlideModule) {
    this.module = module;
  }

  /** True once a call has trapped: throw the instance away. */
  get isTrapped(): boolean {
    return this.#isTrapped;
  }

  get heapBytes(): number {
    return this.module.HEAPU8.length;
  }

  get version(): string {
    return this.call((m) => textAt(m, m._openslide_get_version()));
  }

  /** The vendor of a mounted file, undefined where no format recognises it. Does not throw for broken files. */
  detectVendor(path: string): string | undefined {
    return this.call((m) => {
      const name = m.stringToNewUTF8(path);
      const vendor = m._openslide_detect_vendor(name);
      m._free(name);
      return vendor ? textAt(m, vendor) : undefined;
    });
  }

  /** Opens a mounted file; undefined where no format recognises it. @throws {OpenSlideFailure} if it is broken. */
  open(path: string): OpenSlideHandle | undefined {
    const pointer = this.call((m) => {
      const name = m.stringToNewUTF8(path);
      const opened = m._openslide_open(name);
      m._free(name);
      return opened;
    });
    if (!pointer) return undefined;
    const handle = new OpenSlideHandle(this, pointer);
    const error = handle.error;
    if (error !== undefined) {
      handle.close();
      throw new OpenSlideFailure(error);
    }
    return handle;
  }

  /** Runs C code; anything it throws other than our own errors means that the instance is lost. */
  call<Result>(body: (module: OpenSlideModule) => Result): Result {
    if (this.#isTrapped) throw new OpenSlideTrap("this instance has trapped before");
    try {
      return body(this.module);
    } catch (error) {
      if (error instanceof OpenSlideFailure || error instanceof OpenSlideTrap) throw error;
      this.#isTrapped = true;
      throw new OpenSlideTrap(messageOf(error), { cause: error });
    }
  }

  /** Heap memory of at least `bytes`, kept between calls. Take views of it anew after every call: the heap may move. */
  buffer(bytes: number): number {
    if (bytes <= this.#bufferBytes) return this.#buffer;
    const { module } = this;
    if (this.#buffer) module._free(this.#buffer);
    this.#bufferBytes = 0;
    this.#buffer = module._malloc(bytes);
    if (!this.#buffer) throw new OpenSlideFailure(`no memory for ${bytes} bytes of pixels`);
    this.#bufferBytes = bytes;
    return this.#buffer;
  }
}

/** One opened slide. After a failing read the handle stays in error: close it and open another. */
export class OpenSlideHandle {
  readonly #library: OpenSlideLibrary;
  #pointer: number;

  constructor(library: OpenSlideLibrary, pointer: number) {
    this.#library = library;
    this.#pointer = pointer;
  }

  /** What went wrong first; undefined while all is well. */
  get error(): string | undefined {
    return this.#call((m) => {
      const text = m._openslide_get_error(this.#pointer);
      return text ? textAt(m, text) : undefined;
    });
  }

  get levelCount(): number {
    return this.#call((m) => m._openslide_get_level_count(this.#pointer));
  }

  levelWidth(level: number): number {
    return this.#call((m) => m._cs_level_width(this.#pointer, level));
  }

  levelHeight(level: number): number {
    return this.#call((m) => m._cs_level_height(this.#pointer, level));
  }

  levelDownsample(level: number): number {
    return this.#call((m) => m._openslide_get_level_downsample(this.#pointer, level));
  }

  /** All properties, names sorted as OpenSlide sorts them. */
  readProperties(): Record<string, string> {
    return this.#call((m) => {
      const properties: Record<string, string> = {};
      for (const name of strings(m, m._openslide_get_property_names(this.#pointer))) {
        const key = m.stringToNewUTF8(name);
        const value = m._openslide_get_property_value(this.#pointer, key);
        m._free(key);
        if (value) properties[name] = textAt(m, value);
      }
      return properties;
    });
  }

  get associatedImageNames(): string[] {
    return this.#call((m) => strings(m, m._openslide_get_associated_image_names(this.#pointer)));
  }

  /** Reads straight RGBA into `target`, which has exactly width * height * 4 bytes. @throws {OpenSlideFailure} */
  readRegion(target: Uint8ClampedArray, x: number, y: number, level: number, width: number, height: number): void {
    const downsample = Math.max(this.levelDownsample(level), 0);
    const rowBytes = width * 4;
    const isBanded = rowBytes * height > BAND_LIMIT_BYTES;
    const bandHeight = isBanded ? OPENSLIDE_AREA_PX : height;
    for (let row = 0; row < height; row += bandHeight) {
      const rows = Math.min(bandHeight, height - row);
      const bytes = rowBytes * rows;
      this.#call((m) => {
        const buffer = this.#library.buffer(bytes);
        const bandY = Math.trunc(y + row * downsample);
        if (m._cs_read_region(this.#pointer, buffer, x, bandY, level, width, rows) !== 0) this.#fail(m);
        target.set(m.HEAPU8.subarray(buffer, buffer + bytes), row * rowBytes);
      });
    }
  }

  /** Of an image that is too large to be read, too. @throws {OpenSlideFailure} */
  associatedImageSize(name: string): { width: number; height: number } {
    const { status, width, height } = this.#associatedImage(name);
    if (status !== 0 && status !== TOO_LARGE) this.#call((m) => this.#fail(m, status));
    return { width, height };
  }

  /** Reads straight RGBA. @throws {OpenSlideFailure} */
  readAssociatedImage(name: string): Uint8ClampedArray<ArrayBuffer> {
    const { status, width, height } = this.#associatedImage(name);
    return this.#withName(name, (m, key) => {
      if (status !== 0) this.#fail(m, status);
      const bytes = width * height * 4;
      const buffer = this.#library.buffer(bytes);
      const failed = m._cs_read_associated(this.#pointer, key, buffer);
      if (failed !== 0) this.#fail(m, failed);
      return new Uint8ClampedArray(m.HEAPU8.slice(buffer, buffer + bytes).buffer);
    });
  }

  #associatedImage(name: string): { status: number; width: number; height: number } {
    return this.#withName(name, (m, key) => {
      const wh = this.#library.buffer(16);
      const status = m._cs_associated_size(this.#pointer, key, wh);
      return { status, width: m.HEAPF64[wh >> 3]!, height: m.HEAPF64[(wh >> 3) + 1]! };
    });
  }

  /** Bytes of the ICC profile of the main image or of an associated one; 0 without one. */
  iccSize(associatedImage?: string): number {
    const size =
      associatedImage === undefined
        ? this.#call((m) => m._cs_icc_size(this.#pointer))
        : this.#withName(associatedImage, (m, key) => m._cs_associated_icc_size(this.#pointer, key));
    return Math.max(size, 0);
  }

  /** @throws {OpenSlideFailure} */
  readIcc(associatedImage?: string): Uint8Array<ArrayBuffer> | undefined {
    const size = this.iccSize(associatedImage);
    if (size === 0) return undefined;
    const read = (m: OpenSlideModule, key: number) => {
      const buffer = this.#library.buffer(size);
      const failed = key
        ? m._cs_read_associated_icc(this.#pointer, key, buffer)
        : m._cs_read_icc(this.#pointer, buffer);
      if (failed !== 0) this.#fail(m);
      return m.HEAPU8.slice(buffer, buffer + size);
    };
    return associatedImage === undefined
      ? this.#call((m) => read(m, 0))
      : this.#withName(associatedImage, (m, key) => read(m, key));
  }

  close(): void {
    if (this.#pointer && !this.#library.isTrapped) this.#call((m) => m._openslide_close(this.#pointer));
    this.#pointer = 0;
  }

  #call<Result>(body: (module: OpenSlideModule) => Result): Result {
    return this.#library.call(body);
  }

  #withName<Result>(name: string, body: (module: OpenSlideModule, key: number) => Result): Result {
    return this.#call((m) => {
      const key = m.stringToNewUTF8(name);
      try {
        return body(m, key);
      } finally {
        m._free(key);
      }
    });
  }

  #fail(m: OpenSlideModule, status = 1): never {
    if (status === TOO_LARGE) throw new OpenSlideFailure("the image is too large for a browser's memory");
    const text = m._openslide_get_error(this.#pointer);
    throw new OpenSlideFailure(text ? textAt(m, text) : "unknown error");
  }
}

const UTF8 = new TextDecoder("utf-8", { ignoreBOM: true });

/** A C string as Python has it: what is not UTF-8 becomes U+FFFD. `UTF8ToString` invents characters and may read past the end. */
function textAt(m: OpenSlideModule, pointer: number): string {
  return UTF8.decode(m.HEAPU8.subarray(pointer, m.HEAPU8.indexOf(0, pointer)));
}

/** A NULL-terminated array of C strings. */
function strings(m: OpenSlideModule, array: number): string[] {
  const result: string[] = [];
  for (let at = array >> 2; m.HEAPU32[at]; at++) result.push(textAt(m, m.HEAPU32[at]!));
  return result;
}
