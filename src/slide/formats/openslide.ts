import type { SyncFiles } from "#bytes";
import {
  instantiateOpenSlide,
  mountFiles,
  OpenSlideFailure,
  type OpenSlideHandle,
  OpenSlideLibrary,
  OpenSlideTrap,
} from "#native";
import { CorruptSlideError, MissingCompanionError } from "../errors.ts";
import type { Level } from "../level.ts";
import { baseName } from "../paths.ts";
import type { Region } from "../region.ts";
import type { AssociatedImage, SlideFacts } from "../slide.ts";
import type { FormatSlide, SlideFormat } from "./format.ts";

/** Memory that a module has grown to beyond which the next open takes a fresh one: wasm memory never shrinks. */
const RETIRE_HEAP_BYTES = 768 << 20;

/** Everything OpenSlide reads, through its wasm build. */
export class OpenSlideFormat implements SlideFormat {
  readonly name = "OpenSlide";
  readonly #compiled: WebAssembly.Module;
  #library: OpenSlideLibrary;
  #mounts = 0;

  private constructor(compiled: WebAssembly.Module, library: OpenSlideLibrary) {
    this.#compiled = compiled;
    this.#library = library;
  }

  static async load(compiled: WebAssembly.Module): Promise<OpenSlideFormat> {
    return new OpenSlideFormat(compiled, new OpenSlideLibrary(await instantiateOpenSlide(compiled)));
  }

  get memoryBytes(): number {
    return this.#library.heapBytes;
  }

  /** Replaces an instance that trapped or has grown large; slides opened on the old one are opened again when read. */
  async renew(): Promise<void> {
    if (!this.#library.isTrapped && this.#library.heapBytes < RETIRE_HEAP_BYTES) return;
    this.#library = new OpenSlideLibrary(await instantiateOpenSlide(this.#compiled));
  }

  open(files: SyncFiles): FormatSlide | undefined {
    const library = this.#library;
    const folder = `/slide${++this.#mounts}`;
    const path = `${folder}/${files.entry}`;
    const unmount = mountFiles(library.module, folder, files);
    const release = () => {
      // A trapped instance is thrown away whole.
      if (!library.isTrapped) unmount();
    };
    try {
      const handle = library.open(path);
      if (!handle) {
        const failure = files.takeFailure();
        if (failure) throw failure;
        // A .mrxs is a picture with a folder beside it: without the folder nothing tells what it is.
        const missing = /\.mrxs$/i.test(files.entry) && missingCompanion(files);
        if (missing) throw missing;
        release();
        return undefined;
      }
      try {
        return new OpenSlideSlide(library, handle, files, folder, release);
      } catch (error) {
        if (!library.isTrapped) handle.close();
        throw error;
      }
    } catch (error) {
      release();
      throw translate(error, files, folder);
    }
  }

  /** Whether slides opened earlier still live on the present instance. */
  owns(slide: FormatSlide): boolean {
    return slide instanceof OpenSlideSlide && slide.library === this.#library && !this.#library.isTrapped;
  }
}

class OpenSlideSlide implements FormatSlide {
  readonly facts: SlideFacts;
  readonly library: OpenSlideLibrary;
  readonly #handle: OpenSlideHandle;
  readonly #files: SyncFiles;
  readonly #folder: string;
  readonly #release: () => void;

  constructor(
    library: OpenSlideLibrary,
    handle: OpenSlideHandle,
    files: SyncFiles,
    folder: string,
    release: () => void,
  ) {
    this.library = library;
    this.#handle = handle;
    this.#files = files;
    this.#folder = folder;
    this.#release = release;
    this.facts = readFacts(library, handle, files);
  }

  readRegion(target: Uint8ClampedArray, { x, y, level, width, height }: Region): void {
    if (!this.facts.levels[level]) {
      // OpenSlide says so too, but is told of a level in 32 bits: 2^32 would be level 0.
      target.fill(0);
      return;
    }
    this.#translated(() => this.#handle.readRegion(target, x, y, level, width, height));
  }

  readAssociatedImage(name: string): Uint8ClampedArray<ArrayBuffer> {
    return this.#translated(() => this.#handle.readAssociatedImage(name));
  }

  readIccProfile(associatedImage: string | undefined): Uint8Array<ArrayBuffer> | undefined {
    return this.#translated(() => this.#handle.readIcc(associatedImage));
  }

  close(): void {
    this.#handle.close();
    this.#release();
  }

  #translated<Result>(body: () => Result): Result {
    // A read that OpenSlide shrugged off earlier is not the cause of what comes now.
    this.#files.takeFailure();
    try {
      return body();
    } catch (error) {
      throw translate(error, this.#files, this.#folder);
    }
  }
}

function readFacts(library: OpenSlideLibrary, handle: OpenSlideHandle, files: SyncFiles): SlideFacts {
  const properties = handle.readProperties();
  const number = (name: string) => (properties[name] === undefined ? undefined : Number(properties[name]));
  const levels: Level[] = [];
  for (let level = 0; level < handle.levelCount; level++) {
    levels.push({
      width: handle.levelWidth(level),
      height: handle.levelHeight(level),
      downsample: handle.levelDownsample(level),
      tileWidth: number(`openslide.level[${level}].tile-width`),
      tileHeight: number(`openslide.level[${level}].tile-height`),
    });
  }
  const associatedImages: AssociatedImage[] = handle.associatedImageNames.map((name) => ({
    name,
    ...handle.associatedImageSize(name),
    iccSizeBytes: handle.iccSize(name),
  }));
  return {
    name: baseName(files.entry),
    vendor: properties["openslide.vendor"] ?? "unknown",
    reader: `OpenSlide ${library.version}`,
    sizeBytes: files.files.reduce((sum, file) => sum + file.size, 0),
    levels,
    properties,
    associatedImages,
    iccSizeBytes: handle.iccSize(),
  };
}

/** Says in our own errors what OpenSlide or the bytes below it said. */
function translate(error: unknown, files: SyncFiles, folder: string): unknown {
  // A read that failed below OpenSlide shows there only as some error: the bytes know the cause.
  const failure = files.takeFailure();
  if (failure) return failure;
  const name = baseName(files.entry);
  if (error instanceof OpenSlideTrap) {
    return new CorruptSlideError(name, `the reader gave up on it (${error.message})`, { cause: error });
  }
  if (!(error instanceof OpenSlideFailure)) return error;
  const detail = error.message.replaceAll(`${folder}/`, "");
  const reason = isUnsupported(detail) ? "unsupported" : "damaged";
  return missingCompanion(files, detail, error) ?? new CorruptSlideError(name, detail, { reason, cause: error });
}

/**
 * What OpenSlide (4.0.1) says of whole files that hold more, or other, than it reads: compressions, stacks, series, channels, bit
 * depths. Compressions have numbers that anybody may register, and it has no name for most. A CZI's pixel types are a short list:
 * a number that is not on it is damage.
 */
const UNSUPPORTED = [
  /(?:^|: )Unsupported (?:TIFF compression|transfer syntax|photometric interpretation)\b/,
  /^Unrecognized subblock dimension|^Nonzero subblock channel|^Cannot handle ImageDepth/,
  /^(?!Pixel type \d).* (?:is|are) not supported$/,
];

/** Whether that, said by OpenSlide, is of a file that it does not read rather than of a damaged one. */
export function isUnsupported(detail: string): boolean {
  return UNSUPPORTED.some((pattern) => pattern.test(detail));
}

/** Files that are part of a slide only, by extension, and what a person has to look for when one comes alone. */
const COMPANIONS: readonly (readonly [RegExp, (name: string) => string])[] = [
  [/\.mrxs$/i, (name) => `the folder ${name.replace(/\.mrxs$/i, "")}`],
  [/\.(vms|vmu)$/i, () => "the images of its folder"],
  [/\.(dcm|dicom)$/i, () => "the other files of its series"],
];

/** A slide of several files that came alone fails in words that would mislead a person. */
function missingCompanion(files: SyncFiles, detail?: string, cause?: Error): MissingCompanionError | undefined {
  if (files.files.length > 1) return undefined;
  const name = baseName(files.entry);
  // A DICOM file fails for many reasons of its own; this one only when the levels are elsewhere.
  if (/\.(dcm|dicom)$/i.test(name) && detail !== "No pyramid levels found") return undefined;
  const companion = COMPANIONS.find(([pattern]) => pattern.test(name))?.[1](name);
  return companion === undefined ? undefined : new MissingCompanionError(name, companion, detail, { cause });
}
