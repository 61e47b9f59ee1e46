/** Bytes put one after the other, little-endian, into memory that grows. */
export class ByteWriter {
  #view: DataView<ArrayBuffer> = new DataView(new ArrayBuffer(4096));
  #length = 0;

  get length(): number {
    return this.#length;
  }

  uint8(...values: number[]): this {
    // Taken first: that may put another view in place.
    const at = this.#take(values.length);
    for (const [i, value] of values.entries()) this.#view.setUint8(at + i, value);
    return this;
  }

  uint16(value: number): this {
    const at = this.#take(2);
    this.#view.setUint16(at, value, true);
    return this;
  }

  uint32(value: number): this {
    const at = this.#take(4);
    this.#view.setUint32(at, value, true);
    return this;
  }

  /** A whole number up to 2^53: no file of ours is longer. */
  uint64(value: number): this {
    const at = this.#take(8);
    this.#view.setUint32(at, value, true);
    this.#view.setUint32(at + 4, value / 2 ** 32, true);
    return this;
  }

  /** A place in the file; undefined is HDF5's "undefined address". */
  address(value: number | undefined): this {
    return value === undefined ? this.uint32(0xffffffff).uint32(0xffffffff) : this.uint64(value);
  }

  ascii(text: string): this {
    for (let i = 0; i < text.length; i++) this.uint8(text.charCodeAt(i));
    return this;
  }

  bytes(bytes: Uint8Array): this {
    const at = this.#take(bytes.length);
    new Uint8Array(this.#view.buffer).set(bytes, at);
    return this;
  }

  zeros(count: number): this {
    this.#take(count);
    return this;
  }

  /** Zeros up to a multiple of eight, counted from the beginning. */
  align(): this {
    return this.zeros(-this.#length & 7);
  }

  /** What was put; the writer is done with. */
  finish(): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.#view.buffer, 0, this.#length);
  }

  #take(count: number): number {
    const at = this.#length;
    this.#length += count;
    if (this.#length > this.#view.byteLength) {
      const grown = new Uint8Array(Math.max(this.#length, 2 * this.#view.byteLength));
      grown.set(new Uint8Array(this.#view.buffer, 0, at));
      this.#view = new DataView(grown.buffer);
    }
    return at;
  }
}
