import type { Hdf5DatasetFacts, Hdf5Type } from "./dataset.ts";
import type { FileWindows } from "./file-windows.ts";
import { bytesOf } from "./number-type.ts";
import { findLayout, getAddress, TREE } from "./old-structure.ts";

const NODE_HEADER_BYTES = 24;
const TYPE_CHUNKS = 1;

/**
 * Values of a dataset whose chunks are whole rows behind a version-1 B-tree, as in TRIDENT's files and ours: straight
 * from the file. The HDF5 library takes some 20 µs and, for the time of the read, 6 KB of memory for each chunk, which
 * for a file of a chunk a patch is seconds and hundreds of megabytes; this is as fast as the disk.
 */
export class RowChunks {
  readonly #windows: FileWindows;
  readonly #tree: number | undefined;
  readonly #rowBytes: number;
  readonly #chunkRows: number;
  readonly #keyBytes: number;

  private constructor(windows: FileWindows, tree: number | undefined, rowBytes: number, chunk: readonly number[]) {
    this.#windows = windows;
    this.#tree = tree;
    this.#rowBytes = rowBytes;
    this.#chunkRows = chunk[0]!;
    this.#keyBytes = 8 + 8 * (chunk.length + 1);
  }

  /** Undefined where the dataset is stored in another way: the library knows them all. */
  static async find(
    windows: FileWindows,
    { name, shape, chunks, type }: Hdf5DatasetFacts,
  ): Promise<RowChunks | undefined> {
    if (!chunks || chunks.some((size, i) => i > 0 && size !== shape[i])) return undefined;
    const layout = await unlessOther(findLayout(windows, name));
    const bytes = bytesOf(type as Hdf5Type);
    if (!layout || layout.chunk.join() !== [...chunks, bytes].join()) return undefined;
    const rowBytes = shape.slice(1).reduce((product, size) => product * size, bytes);
    return new RowChunks(windows, layout.tree, rowBytes, chunks);
  }

  /** Rows as they are stored; undefined where one is not stored (it then reads as the fill value). */
  async read(begin: number, end: number): Promise<Uint8Array<ArrayBuffer> | undefined> {
    const out = new Uint8Array((end - begin) * this.#rowBytes);
    if (out.length === 0) return out;
    if (this.#tree === undefined) return undefined;
    const rows = await unlessOther(this.#readNode(this.#tree, undefined, begin, end, out));
    return rows === end - begin ? out : undefined;
  }

  /** Copies what this part of the tree has of the rows. Returns how many. */
  async #readNode(
    address: number,
    expectedLevel: number | undefined,
    begin: number,
    end: number,
    out: Uint8Array,
  ): Promise<number> {
    const header = viewOf(
      this.#windows.peek(address, NODE_HEADER_BYTES) ?? (await this.#windows.fetch(address, NODE_HEADER_BYTES)),
    );
    const level = header.getUint8(5);
    if (header.getUint32(0) !== TREE || header.getUint8(4) !== TYPE_CHUNKS) throw new RangeError("no chunk index");
    // Levels fall, so that even a damaged tree comes to an end.
    if (expectedLevel !== undefined && level !== expectedLevel) throw new RangeError(`level ${level}`);
    const count = header.getUint16(6, true);
    const entryBytes = this.#keyBytes + 8;
    const length = count * entryBytes + this.#keyBytes;
    const at = address + NODE_HEADER_BYTES;
    // Own bytes: windows come and go while what the entries point to is read.
    const entries = viewOf(this.#windows.peek(at, length)?.slice() ?? (await this.#windows.fetch(at, length)));
    const rowOf = (entry: number) => getAddress(entries, entry * entryBytes + 8);
    let rows = 0;
    for (let i = 0; i < count; i++) {
      const first = rowOf(i);
      const isLast = i + 1 === count;
      if (first >= end || (!isLast && rowOf(i + 1) <= begin)) continue;
      const child = getAddress(entries, i * entryBytes + this.#keyBytes);
      if (level > 0) {
        rows += await this.#readNode(child, level - 1, begin, end, out);
        continue;
      }
      const [from, to] = [Math.max(first, begin), Math.min(first + this.#chunkRows, end)];
      if (from >= to) continue;
      const bytes = (to - from) * this.#rowBytes;
      const place = child + (from - first) * this.#rowBytes;
      const chunk = this.#windows.peek(place, bytes) ?? (await this.#windows.fetch(place, bytes));
      out.set(chunk, (from - begin) * this.#rowBytes);
      rows += to - from;
    }
    return rows;
  }
}

function viewOf({ buffer, byteOffset, byteLength }: Uint8Array<ArrayBuffer>): DataView {
  return new DataView(buffer, byteOffset, byteLength);
}

/** Undefined where the file is not as it was taken for. */
async function unlessOther<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (thrown) {
    if (thrown instanceof RangeError) return undefined;
    throw thrown;
  }
}
