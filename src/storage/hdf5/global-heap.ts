import { ByteWriter } from "./byte-writer.ts";

const LEAST_BYTES = 4096;
const HEADER_BYTES = 16;
const OBJECT_HEADER_BYTES = 16;

/** The strings of one file, in one global heap collection: section III.E of the HDF5 file format. */
export class GlobalHeap {
  readonly #objects: Uint8Array<ArrayBuffer>[] = [];

  /** Keeps a string. Returns its length in bytes and its number in the heap; the empty one is not kept, and is 0. */
  add(text: string): { bytes: number; index: number } {
    const bytes = new TextEncoder().encode(text);
    if (bytes.length === 0) return { bytes: 0, index: 0 };
    return { bytes: bytes.length, index: this.#objects.push(bytes) };
  }

  /** The collection; nothing where no string was kept. */
  finish(): Uint8Array<ArrayBuffer> {
    if (this.#objects.length === 0) return new Uint8Array();
    const used = this.#objects.reduce((sum, { length }) => sum + OBJECT_HEADER_BYTES + Math.ceil(length / 8) * 8, 0);
    // Room for the free space's own header, always.
    const size = Math.max(LEAST_BYTES, HEADER_BYTES + used + OBJECT_HEADER_BYTES);
    const out = new ByteWriter().ascii("GCOL").uint8(1).zeros(3).uint64(size);
    for (const [index, bytes] of this.#objects.entries()) {
      out
        .uint16(index + 1)
        .uint16(0)
        .zeros(4)
        .uint64(bytes.length)
        .bytes(bytes)
        .align();
    }
    const free = size - out.length;
    out
      .uint16(0)
      .uint16(0)
      .zeros(4)
      .uint64(free)
      .zeros(free - OBJECT_HEADER_BYTES);
    return out.finish();
  }
}
