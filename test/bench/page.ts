import { openSlide, type Slide, SlidePool } from "#slide";
import type { BatchTimes } from "./measure.ts";
import type { ReadRequest } from "./requests.ts";

/** The page's side of the bench: reads regions through the pool, as the viewer does, and says when each was there. */
class Bench {
  #pool: SlidePool | undefined;
  #slide: Slide | undefined;
  /** Buffers that came back, by size: each goes out again with the next request of its size. */
  readonly #buffers = new Map<number, ArrayBuffer[]>();

  async start(options: { workers: number; sharedBytes: number | undefined }): Promise<void> {
    await this.#slide?.close();
    this.#pool?.terminate();
    this.#pool = new SlidePool(options);
    await this.#pool.warmUp();
  }

  /** Opens one of the files in the file input, and closes the last slide. Returns milliseconds. */
  async open(index: number): Promise<number> {
    await this.#slide?.close();
    const file = document.querySelector<HTMLInputElement>("#files")!.files![index]!;
    const began = performance.now();
    this.#slide = await openSlide(file, { pool: this.#pool! });
    return performance.now() - began;
  }

  /** Waits until the whole file is in shared memory. */
  async fill(): Promise<void> {
    const isFilled = () => {
      const { filledBytes, totalBytes } = this.#pool!.fillState();
      return filledBytes === totalBytes;
    };
    while (!isFilled()) await new Promise((done) => setTimeout(done, 50));
  }

  async batch(requests: readonly ReadRequest[], ahead: number): Promise<BatchTimes> {
    const slide = this.#slide!;
    const doneAtMs: number[] = [];
    let next = 0;
    const began = performance.now();
    const work = async () => {
      for (let request = requests[next++]; request; request = requests[next++]) {
        const [x, y, level, width, height] = request;
        const bytes = width * height * 4;
        const pool = this.#buffers.get(bytes) ?? [];
        this.#buffers.set(bytes, pool);
        const { data } = await slide.readRegion({ x, y, level, width, height }, { out: pool.pop() });
        doneAtMs.push(performance.now() - began);
        pool.push(data.buffer);
      }
    };
    await Promise.all(Array.from({ length: ahead }, work));
    return { wallMs: performance.now() - began, doneAtMs };
  }
}

declare global {
  var bench: Bench;
}
globalThis.bench = new Bench();
