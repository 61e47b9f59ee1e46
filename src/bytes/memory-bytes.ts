import { type ByteReader, bytesWithin } from "./byte-reader.ts";

/** A file that is in memory as a whole. */
export class MemoryBytes implements ByteReader {
  readonly path: string;
  readonly size: number;
  readonly dear = false;
  #bytes: Uint8Array;

  constructor(path: string, bytes: Uint8Array) {
    this.path = path;
    this.size = bytes.length;
    this.#bytes = bytes;
  }

  read(target: Uint8Array, position: number): number {
    const length = bytesWithin(this.size, position, target.length);
    if (length > 0) target.set(this.#bytes.subarray(position, position + length));
    return length;
  }

  probe(): void {}

  close(): void {
    this.#bytes = new Uint8Array(0);
  }
}
