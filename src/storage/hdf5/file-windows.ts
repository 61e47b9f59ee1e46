import type { AsyncBytes } from "#bytes";

const WINDOW_BYTES = 8 * 2 ** 20;
/** What is kept: the structure of a file lies among its values, a little before or behind what is being read. */
const WINDOWS = 6;

/** A file seen through a few large windows. What lies close together is read from disk once, and the next window ahead. */
export class FileWindows {
  readonly #file: AsyncBytes;
  readonly #ready = new Map<number, Uint8Array<ArrayBuffer>>();
  readonly #coming = new Map<number, Promise<Uint8Array<ArrayBuffer>>>();

  constructor(file: AsyncBytes) {
    this.#file = file;
  }

  /** The bytes, where they are in memory, in one piece: a view that is good until something is fetched. */
  peek(at: number, length: number): Uint8Array<ArrayBuffer> | undefined {
    const index = Math.floor(at / WINDOW_BYTES);
    const begin = at - index * WINDOW_BYTES;
    const window = this.#ready.get(index);
    return window && begin + length <= window.length ? window.subarray(begin, begin + length) : undefined;
  }

  /** @throws {RangeError} beyond the end of the file; {ByteReadError} */
  async fetch(at: number, length: number): Promise<Uint8Array<ArrayBuffer>> {
    if (!(at >= 0 && at + length <= this.#file.size)) throw new RangeError(`bytes ${at} to ${at + length}`);
    if (length > WINDOW_BYTES) return this.#file.read(at, length);
    const first = Math.floor(at / WINDOW_BYTES);
    const last = Math.floor((at + length - 1) / WINDOW_BYTES);
    const bytes = new Uint8Array(length);
    for (let index = first; index <= last; index++) {
      const window = await this.#window(index);
      const begin = Math.max(at - index * WINDOW_BYTES, 0);
      const part = window.subarray(begin, at + length - index * WINDOW_BYTES);
      bytes.set(part, index * WINDOW_BYTES + begin - at);
    }
    return bytes;
  }

  async #window(index: number): Promise<Uint8Array<ArrayBuffer>> {
    const isReadOn = this.#ready.has(index - 1);
    const window = this.#ready.get(index) ?? (await this.#read(index));
    if (isReadOn && (index + 1) * WINDOW_BYTES < this.#file.size) {
      // If this fails, whoever needs it asks again and hears of it.
      this.#read(index + 1).catch(() => {});
    }
    return window;
  }

  #read(index: number): Promise<Uint8Array<ArrayBuffer>> {
    const there = this.#ready.get(index);
    if (there) return Promise.resolve(there);
    let coming = this.#coming.get(index);
    if (!coming) {
      coming = this.#file.read(index * WINDOW_BYTES, WINDOW_BYTES).then((window) => {
        this.#ready.set(index, window);
        if (this.#ready.size > WINDOWS) this.#ready.delete(this.#ready.keys().next().value!);
        return window;
      });
      this.#coming.set(index, coming);
      const done = () => this.#coming.delete(index);
      coming.then(done, done);
    }
    return coming;
  }
}
