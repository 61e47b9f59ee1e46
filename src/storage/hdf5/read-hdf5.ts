import { openAsyncBytes, openSyncFiles, type SyncFiles } from "#bytes";
import { Hdf5FormatError } from "../errors.ts";
import type { Hdf5Facts } from "../worker-contract.ts";
import type { Hdf5Attribute, Hdf5Attributes, Hdf5DatasetFacts, Hdf5Type, Hdf5Values } from "./dataset.ts";
import { FileWindows } from "./file-windows.ts";
import { type Library, loadLibrary, showFile } from "./library.ts";
import { bytesOf, decodeNumbers } from "./number-type.ts";
import { RowChunks } from "./row-chunks.ts";

/** How much the library is asked for at once: its memory grows to about this, and stays so. */
const SLICE_BYTES = 4 * 2 ** 20;
/** And of how many chunks: it keeps some 6 KB for each while it reads. */
const SLICE_CHUNKS = 1024;

/** Of the versions of the format: whatever the file has. */
const NO_BOUND = -1;

type Metadata = ReturnType<Library["get_dataset_metadata"]>;

/** An HDF5 file, read by the HDF5 library itself. Lives in a worker. */
export class Hdf5Reader {
  readonly facts: Hdf5Facts;
  readonly #name: string;
  readonly #library: Library;
  readonly #files: SyncFiles;
  readonly #hide: () => void;
  readonly #id: bigint;
  readonly #windows: FileWindows;
  /** Of the datasets that were read so far. */
  readonly #rowChunks = new Map<string, Promise<RowChunks | undefined>>();

  private constructor(name: string, library: Library, files: SyncFiles, windows: FileWindows) {
    this.#name = name;
    this.#library = library;
    this.#files = files;
    this.#windows = windows;
    const path = `/${crypto.randomUUID()}.h5`;
    this.#hide = showFile(library, path, files.files[0]!);
    try {
      this.#id = this.#ask(() => library.open(path, library.H5F_ACC_RDONLY, false, NO_BOUND, NO_BOUND));
      this.facts = this.#ask(() => ({ datasets: this.#datasets(), attributes: this.#attributes("/") }));
    } catch (error) {
      this.#hide();
      throw error;
    }
  }

  /** @throws {Hdf5FormatError} where it is no HDF5 file; {ByteReadError} where it cannot be read. */
  static async open(name: string, file: Blob): Promise<Hdf5Reader> {
    const library = await loadLibrary();
    const spec = { kind: "blob", path: name, size: file.size, blob: file } as const;
    const files = await openSyncFiles({ entry: name, files: [spec] });
    try {
      return new Hdf5Reader(name, library, files, new FileWindows(openAsyncBytes(spec)));
    } catch (error) {
      files.close();
      throw error;
    }
  }

  /** Rows of a dataset of numbers. */
  async readRows(dataset: string, begin: number, end: number): Promise<Hdf5Values> {
    const facts = this.facts.datasets.find(({ name }) => name === dataset);
    if (!facts) throw new RangeError(`${this.#name} has no dataset ${dataset}`);
    const { type, shape } = facts;
    if (type === "string" || type === "other") throw new Hdf5FormatError(this.#name, `${dataset} holds no numbers`);
    const rows = shape[0] ?? 0;
    if (!(begin >= 0 && begin <= end && end <= rows)) {
      throw new RangeError(`${dataset}: rows ${begin} to ${end} of ${rows}`);
    }
    const rowChunks = await this.#findRowChunks(facts);
    const bytes = (await rowChunks?.read(begin, end)) ?? this.#readByLibrary(facts, bytesOf(type), begin, end);
    return this.#decode(dataset, type, bytes);
  }

  close(): void {
    try {
      this.#library.close_file(this.#id);
    } finally {
      this.#hide();
      this.#files.close();
    }
  }

  #findRowChunks(facts: Hdf5DatasetFacts): Promise<RowChunks | undefined> {
    let found = this.#rowChunks.get(facts.name);
    if (!found) {
      const { littleEndian } = this.#library.get_dataset_metadata(this.#id, `/${facts.name}`);
      found = littleEndian ? RowChunks.find(this.#windows, facts) : Promise.resolve(undefined);
      this.#rowChunks.set(facts.name, found);
    }
    return found;
  }

  #readByLibrary({ name, shape, chunks }: Hdf5DatasetFacts, elementBytes: number, begin: number, end: number) {
    const rowBytes = shape.slice(1).reduce((product, size) => product * size, elementBytes);
    const bytes = new Uint8Array((end - begin) * rowBytes);
    const chunksInRow = shape
      .slice(1)
      .reduce((product, size, i) => product * Math.ceil(size / (chunks?.[i + 1] ?? size)), 1);
    const most = Math.floor(Math.min(SLICE_BYTES / rowBytes, ((chunks?.[0] ?? end) * SLICE_CHUNKS) / chunksInRow));
    const step = Math.max(1, most);
    for (let row = begin; row < end && rowBytes > 0; row += step) {
      const rows = Math.min(step, end - row);
      bytes.set(
        this.#ask(() => this.#readSlice(name, shape, row, rows, rows * rowBytes)),
        (row - begin) * rowBytes,
      );
    }
    return bytes;
  }

  #readSlice(name: string, shape: readonly number[], row: number, rows: number, length: number): Uint8Array {
    const library = this.#library;
    const pointer = library._malloc(length);
    if (pointer === 0) throw new Error(`no memory for ${length} bytes`);
    try {
      const count = [rows, ...shape.slice(1)].map(BigInt);
      const offset = [row, ...shape.slice(1).map(() => 0)].map(BigInt);
      const stride = shape.map(() => 1n);
      library.get_dataset_data(this.#id, `/${name}`, count, offset, stride, BigInt(pointer));
      return library.HEAPU8.slice(pointer, pointer + length);
    } finally {
      library._free(pointer);
    }
  }

  #decode(dataset: string, type: Hdf5Type, bytes: Uint8Array<ArrayBuffer>): Hdf5Values {
    try {
      return decodeNumbers(type, bytes);
    } catch (thrown) {
      throw new Hdf5FormatError(this.#name, `${dataset} holds ${(thrown as Error).message}`, { cause: thrown });
    }
  }

  #datasets(): Hdf5DatasetFacts[] {
    const library = this.#library;
    const names = library.get_names(this.#id, "/", true);
    const datasets = names.filter((name) => library.get_type(this.#id, `/${name}`) === library.H5G_DATASET);
    return datasets.map((name) => {
      const metadata = library.get_dataset_metadata(this.#id, `/${name}`);
      return {
        name,
        shape: metadata.shape ?? [],
        // The library says 2^64 - 1.
        maxShape: (metadata.maxshape ?? []).map((size) => (size > Number.MAX_SAFE_INTEGER ? null : size)),
        chunks: metadata.chunks ?? undefined,
        type: typeOf(library, metadata),
        attributes: this.#attributes(`/${name}`),
      };
    });
  }

  /** Those that are numbers or strings, alone or in a row; of others nothing is known what to do with. */
  #attributes(path: string): Hdf5Attributes {
    const library = this.#library;
    const attributes: Record<string, Hdf5Attribute> = {};
    for (const name of library.get_attribute_names(this.#id, path)) {
      const metadata = library.get_attribute_metadata(this.#id, path, name);
      const type = typeOf(library, metadata);
      if (type === "other" || !metadata.shape || metadata.shape.length > 1) continue;
      const values =
        type === "string" ? this.#strings(path, name, metadata) : this.#numbers(path, name, type, metadata);
      const value = metadata.shape.length === 0 ? values[0]! : values;
      attributes[name] = { type, value } as Hdf5Attribute;
    }
    return attributes;
  }

  #numbers(path: string, name: string, type: Hdf5Type, { size, total_size }: Metadata): number[] {
    return this.#withAttribute(path, name, size * total_size, (bytes) => {
      return Array.from(this.#decode(`${path} ${name}`, type, bytes));
    });
  }

  #strings(path: string, name: string, { size, total_size, vlen }: Metadata): string[] {
    const library = this.#library;
    return this.#withAttribute(path, name, size * total_size, (bytes, pointer) => {
      if (!vlen) {
        const texts = Array.from({ length: total_size }, (_, i) => bytes.subarray(i * size, (i + 1) * size));
        return texts.map((text) => new TextDecoder().decode(text).replace(/[\0 ]+$/, ""));
      }
      const pointers = new Uint32Array(bytes.buffer, 0, total_size);
      const texts = Array.from(pointers, (text) => library.UTF8ToString(text));
      library.reclaim_vlen_memory(this.#id, path, name, BigInt(pointer));
      return texts;
    });
  }

  #withAttribute<T>(
    path: string,
    name: string,
    length: number,
    use: (bytes: Uint8Array<ArrayBuffer>, pointer: number) => T,
  ): T {
    const library = this.#library;
    const pointer = library._malloc(Math.max(length, 1));
    try {
      library.get_attribute_data(this.#id, path, name, BigInt(pointer));
      return use(library.HEAPU8.slice(pointer, pointer + length) as Uint8Array<ArrayBuffer>, pointer);
    } finally {
      library._free(pointer);
    }
  }

  /** Asks the library. What it says of a file that could not be read is not the cause: that was kept. */
  #ask<T>(question: () => T): T {
    try {
      return question();
    } catch (thrown) {
      const unread = this.#files.takeFailure();
      if (unread) throw unread;
      if (thrown instanceof Hdf5FormatError) throw thrown;
      throw new Hdf5FormatError(this.#name, wordsOf(thrown), { cause: thrown });
    }
  }
}

/** The innermost reason of the library's trace, which is what concerns the file. */
function wordsOf(thrown: unknown): string {
  const reasons = [...String(thrown).matchAll(/ in \w+\(\): (.+)/g)].map((match) => match[1]!);
  return reasons.at(-1) ?? String(thrown);
}

function typeOf(library: Library, { type, size, signed }: Metadata): Hdf5Type | "string" | "other" {
  const classes = library.H5T_class_t;
  if (type === classes.H5T_STRING.value) return "string";
  if (type === classes.H5T_INTEGER.value && [1, 2, 4, 8].includes(size)) {
    return `${signed ? "" : "u"}int${8 * size}` as Hdf5Type;
  }
  if (type === classes.H5T_FLOAT.value && [2, 4, 8].includes(size)) return `float${8 * size}` as Hdf5Type;
  return "other";
}
