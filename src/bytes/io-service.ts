import type { ByteReader } from "./byte-reader.ts";
import type { SlideFiles } from "./byte-source.ts";
import { openReaders } from "./open-reader.ts";
import { ring, type SharedBlocks, setServed } from "./shared-blocks.ts";
import { SharedFiller } from "./shared-filler.ts";

/** The protocol of the I/O worker: one for all slides of a page. */
export interface IoService {
  /**
   * Reads a slide's files into its shared blocks from now on, as decoders and hints ask, and the rest when idle.
   * Where it fails, nobody does: whoever asked tells the decoders (`setServed`).
   * @throws {ByteReadError} where a file cannot be opened.
   */
  serve(id: number, files: SlideFiles, shared: SharedBlocks): Promise<void>;
  /** Lets go of a slide, also of one whose files are still being opened. */
  release(id: number): Promise<void>;
}

/** How long the worker may be deaf to messages (a new slide, a closed one). */
const YIELD_AFTER_MS = 8;
/** A wait that blocks the thread wakes sooner than one that does not, but hears no message: only as long as that. */
const BLOCKING_WAIT_MS = 4;
/** The same in browsers that cannot wait without blocking, once nobody has asked for anything for a while. */
const IDLE_WAIT_MS = 40;
const IDLE_AFTER_MS = 1000;

/** What the I/O worker does, without the worker: tested in Node. */
export function createIoService(): IoService {
  const slides = new Map<number, SharedFiller>();
  /** Files that are being opened. Whoever finds that theirs are no longer here closes them again. */
  const openings = new Map<number, Promise<ByteReader[]>>();
  let isRunning = false;

  /** Goes on until no slide is left. */
  async function run(): Promise<void> {
    if (isRunning) return;
    isRunning = true;
    let heardAtMs = performance.now();
    let yieldedAtMs = heardAtMs;
    while (slides.size > 0) {
      const served = [...slides.values()];
      const doorbell = served[0]!.shared.doorbell;
      const rung = Atomics.load(doorbell, 0);
      const nowMs = performance.now();
      if (serveOne(served)) {
        heardAtMs = nowMs;
      } else if (!served.some((slide) => slide.fill(nowMs - heardAtMs))) {
        const fillAfterMs = Math.min(...served.map((slide) => slide.fillAfterMs));
        await rest(doorbell, rung, nowMs - heardAtMs, fillAfterMs);
      }
      if (performance.now() - yieldedAtMs > YIELD_AFTER_MS) {
        await hearMessages();
        yieldedAtMs = performance.now();
      }
    }
    isRunning = false;
  }

  return {
    async serve(id, files, shared) {
      const opening = openReaders(files.files);
      openings.set(id, opening);
      try {
        const readers = await opening;
        if (openings.get(id) !== opening) {
          for (const reader of readers) reader.close();
          return;
        }
        slides.get(id)?.close();
        slides.set(id, new SharedFiller(shared, readers));
        // Another worker may have failed to serve it.
        setServed(shared, true);
      } finally {
        if (openings.get(id) === opening) openings.delete(id);
      }
      // It may be resting, and has something to fill now.
      ring(shared);
      run();
    },
    async release(id) {
      const opening = openings.get(id);
      openings.delete(id);
      // `serve` goes on first, and has closed them when this does.
      await opening?.catch(() => {});
      const slide = slides.get(id);
      if (!slide) return;
      slides.delete(id);
      slide.close();
      ring(slide.shared);
    },
  };
}

/** Reads one batch: of a slide that somebody waits for, else of the one whose hint is first. */
function serveOne(slides: readonly SharedFiller[]): boolean {
  for (const slide of slides) slide.listen();
  const slide = slides.find((slide) => slide.isUrgent) ?? slides.find((slide) => slide.isWanted);
  return slide?.serve() ?? false;
}

/** Waits until the bell is rung or a message has come, or it has been quiet for `untilMs`. */
async function rest(
  doorbell: Int32Array<SharedArrayBuffer>,
  rung: number,
  quietMs: number,
  untilMs: number,
): Promise<void> {
  const leftMs = Math.max(1, untilMs - quietMs);
  if (!Atomics.waitAsync) {
    Atomics.wait(doorbell, 0, rung, Math.min(leftMs, quietMs > IDLE_AFTER_MS ? IDLE_WAIT_MS : BLOCKING_WAIT_MS));
    return hearMessages();
  }
  const blockMs = Math.min(leftMs, BLOCKING_WAIT_MS);
  if (quietMs < IDLE_AFTER_MS && Atomics.wait(doorbell, 0, rung, blockMs) !== "timed-out") return;
  const wait = Atomics.waitAsync(doorbell, 0, rung, leftMs);
  if (wait.async) await wait.value;
}

/** Lets messages in that came while this thread was busy: a timer would take 4 ms, a message of one's own none. */
function hearMessages(): Promise<void> {
  const { port1, port2 } = new MessageChannel();
  return new Promise((resolve) => {
    port2.onmessage = () => {
      port1.close();
      resolve();
    };
    port1.postMessage(undefined);
  });
}
