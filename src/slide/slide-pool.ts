import {
  getCapabilities,
  type PoolState,
  type Seat,
  seatOnThisThread,
  spawnIoWorker,
  spawnSlideWorker,
  WorkerPool,
} from "#bridge";
import {
  createSharedBlocks,
  fillState,
  type IoService,
  type SharedBlocks,
  type SlideFiles,
  setServed,
  specFromFile,
} from "#bytes";
import { compileOpenSlide } from "#native";
import { SlideClosedError } from "./errors.ts";
import { makeRehearsalSlide } from "./rehearsal.ts";
import type { OpenedSlide, SlideId, SlideWorkerApi } from "./worker-contract.ts";

/** With textures, wasm heaps and the page itself a tab stays below 1 GiB. */
const SHARED_BYTES = 640 << 20;
/** What a slide gets when others have taken the rest: enough for its blocks in use. */
const LEAST_SHARED_BYTES = 64 << 20;

/** Opening reads the structure of many files at worst; a worker silent for longer hangs. */
const OPEN_TIMEOUT_MS = 60_000;
/** Freeing a slide takes milliseconds, and so does telling memory. */
const CLOSE_TIMEOUT_MS = 10_000;

const loadSlideService = async () => (await import("./slide-service.ts")).createSlideService();

export interface SlidePoolOptions {
  /** Decoding workers; 0 decodes on the calling thread. Default: one less than the cores, 1 to 4; 0 without workers. */
  readonly workers?: number;
  /** Whether compressed bytes go through shared memory. Default: where the page is cross-origin isolated. */
  readonly sharedMemory?: boolean;
  /** Bytes of shared memory for compressed blocks of all open slides. Default 640 MiB, less where the device has little. */
  readonly sharedBytes?: number;
}

/** What a pool knows of a slide it opened. */
interface Opening {
  readonly files: SlideFiles;
  readonly shared: SharedBlocks | undefined;
}

/** What a worker has done so far. */
interface SeatMemory {
  readonly loaded: Promise<void>;
  readonly opened: Map<SlideId, Promise<OpenedSlide>>;
}

/** The threads that read slides: decoding workers with one queue, and one worker that reads files for all of them. */
export class SlidePool {
  /** Compressed bytes go through memory shared with the I/O worker. */
  readonly isSharingMemory: boolean;
  readonly workers: WorkerPool<SlideWorkerApi>;
  readonly #hasWorkers: boolean;
  readonly #sharedBytes: number;
  readonly #slides = new Map<SlideId, Opening>();
  readonly #seats = new WeakMap<Seat<SlideWorkerApi>, SeatMemory>();
  #compiled: Promise<WebAssembly.Module> | undefined;
  #io: Seat<IoService> | undefined;
  /** I/O workers that have answered. One that dies before it has would only die again. */
  readonly #answeredIo = new WeakSet<Seat<IoService>>();
  #nextId: SlideId = 1;

  constructor(options: SlidePoolOptions = {}) {
    const capabilities = getCapabilities();
    const preferred = capabilities.workers ? Math.min(Math.max(capabilities.cores - 1, 1), 4) : 0;
    const size = options.workers ?? preferred;
    if (!Number.isInteger(size) || size < 0) throw new RangeError(`a pool of ${size} workers: a whole number expected`);
    this.#hasWorkers = size > 0;
    this.isSharingMemory = size > 0 && (options.sharedMemory ?? true) && capabilities.sharedMemory;
    this.#sharedBytes = options.sharedBytes ?? defaultSharedBytes();
    this.workers = new WorkerPool<SlideWorkerApi>({
      name: "slides",
      size: Math.max(size, 1),
      spawn: size > 0 ? spawnSlideWorker<SlideWorkerApi> : () => seatOnThisThread(loadSlideService),
    });
  }

  state(): PoolState {
    return this.workers.state();
  }

  subscribe(listener: () => void): () => void {
    return this.workers.subscribe(listener);
  }

  /** Compiles OpenSlide, starts every worker and has it read a tiny slide, so that the first real one finds them ready. */
  async warmUp(): Promise<void> {
    this.#startIo();
    const compiled = this.#compile();
    this.workers.start();
    // It comes over the network, which says nothing of the workers.
    await compiled;
    await this.workers.broadcast({
      request: "loading OpenSlide",
      timeoutMs: OPEN_TIMEOUT_MS,
      run: (seat) => this.#memoryOf(seat).loaded,
    });
    // A slide that is there already is the rehearsal.
    if (this.#slides.size > 0) return;
    const spec = specFromFile(new File([makeRehearsalSlide()], "rehearsal.tiff"));
    const { id } = this.#enter({ entry: spec.path, files: [spec] });
    try {
      await this.workers.broadcast({
        request: "rehearsal",
        timeoutMs: OPEN_TIMEOUT_MS,
        run: async (seat) => {
          const { facts } = await this.ensureOpen(seat, id);
          const { width, height } = facts.levels[0]!;
          await seat.api.readRegion(id, { x: 0, y: 0, level: 0, width, height }, undefined, undefined);
        },
      });
    } finally {
      await this.close(id);
    }
  }

  /** Bytes of wasm memory in all workers. */
  async memoryBytes(): Promise<number> {
    let sum = 0;
    await this.workers.broadcast({
      request: "memory of slides",
      timeoutMs: CLOSE_TIMEOUT_MS,
      run: async (seat) => {
        sum += await seat.api.memoryBytes();
      },
    });
    return sum;
  }

  /** How much of the open slides' files is in shared memory already; both 0 where no memory is shared. */
  fillState(): { filledBytes: number; totalBytes: number } {
    const sum = { filledBytes: 0, totalBytes: 0 };
    for (const { shared } of this.#slides.values()) {
      if (!shared) continue;
      const { filledBytes, totalBytes } = fillState(shared);
      sum.filledBytes += filledBytes;
      sum.totalBytes += totalBytes;
    }
    return sum;
  }

  /** Opens a slide in one worker; the others open it when they first read of it. */
  async open(
    files: SlideFiles,
    signal: AbortSignal | undefined,
  ): Promise<{ id: SlideId; opened: OpenedSlide; shared: SharedBlocks | undefined }> {
    const { id, shared } = this.#enter(files);
    try {
      const opened = await this.workers.run({
        request: `opening ${files.entry}`,
        // A slide that somebody waits to see comes before tiles of another.
        priority: Number.MAX_SAFE_INTEGER,
        signal,
        timeoutMs: OPEN_TIMEOUT_MS,
        run: (seat) => this.ensureOpen(seat, id),
      });
      return { id, opened, shared };
    } catch (error) {
      const closed = this.close(id).catch(() => {
        // It was to be closed because of another failure, and that is the one to tell.
      });
      // A worker that is busy answers late: whoever has aborted does not wait for it.
      if (!signal?.aborted) await closed;
      throw error;
    }
  }

  /** Makes sure that this worker has the slide open. */
  async ensureOpen(seat: Seat<SlideWorkerApi>, id: SlideId): Promise<OpenedSlide> {
    const memory = this.#memoryOf(seat);
    await memory.loaded;
    let opened = memory.opened.get(id);
    if (!opened) {
      const slide = this.#slides.get(id);
      if (!slide) throw new SlideClosedError(`slide ${id}`);
      opened = seat.api.open(id, slide.files, slide.shared);
      memory.opened.set(id, opened);
      // A failed opening is tried again by the next read.
      opened.catch(() => memory.opened.delete(id));
    }
    return opened;
  }

  /** Frees the slide in every worker. One that does not answer is replaced, and with it goes all that it had open. */
  async close(id: SlideId): Promise<void> {
    const opening = this.#slides.get(id);
    if (!this.#slides.delete(id)) return;
    try {
      await this.workers.broadcast({
        request: `closing ${opening?.files.entry}`,
        timeoutMs: CLOSE_TIMEOUT_MS,
        run: async (seat) => {
          const opened = this.#seats.get(seat)?.opened;
          if (opened?.delete(id)) await seat.api.close(id);
        },
      });
    } finally {
      // Not sooner: a decoder that is still opening the slide would wait in vain for its blocks.
      if (opening?.shared) await this.#release(id);
    }
  }

  /** Ends all workers; their slides are closed. */
  terminate(): void {
    // Workers take their files with them; on this thread nobody else closes them.
    if (!this.#hasWorkers) for (const id of [...this.#slides.keys()]) this.close(id).catch(() => {});
    this.workers.close();
    this.#io?.terminate();
    this.#io = undefined;
    this.#slides.clear();
  }

  #memoryOf(seat: Seat<SlideWorkerApi>): SeatMemory {
    let memory = this.#seats.get(seat);
    if (!memory) {
      memory = { loaded: this.#compile().then((compiled) => seat.api.load(compiled)), opened: new Map() };
      memory.loaded.catch(() => this.#seats.delete(seat));
      this.#seats.set(seat, memory);
    }
    return memory;
  }

  #compile(): Promise<WebAssembly.Module> {
    if (!this.#compiled) {
      this.#compiled = compileOpenSlide();
      // A module that could not be fetched is asked for again next time.
      this.#compiled.catch(() => {
        this.#compiled = undefined;
      });
    }
    return this.#compiled;
  }

  #startIo(): Seat<IoService> | undefined {
    if (!this.isSharingMemory) return undefined;
    if (!this.#io) {
      const io = spawnIoWorker<IoService>();
      this.#io = io;
      io.onDeath(() => this.#replaceIo(io));
      for (const [id, { files, shared }] of this.#slides) if (shared) void this.#serve(id, files, shared);
    }
    return this.#io;
  }

  /** Of an I/O worker that has died or hangs: slides are served by the next one. Readers time out on their own until then. */
  #replaceIo(io: Seat<IoService>): void {
    if (this.#io !== io) return;
    io.terminate();
    this.#io = undefined;
    if (this.#answeredIo.has(io)) this.#startIo();
    else for (const { shared } of this.#slides.values()) if (shared) setServed(shared, false);
  }

  /** Has the I/O worker let go of a slide. One that does not answer is replaced. */
  async #release(id: SlideId): Promise<void> {
    const io = this.#io;
    if (!io) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const silence = new Promise<void>((resolve) => {
      timer = setTimeout(() => {
        this.#replaceIo(io);
        resolve();
      }, CLOSE_TIMEOUT_MS);
    });
    try {
      await Promise.race([io.api.release(id), silence]);
    } finally {
      clearTimeout(timer);
    }
  }

  #enter(files: SlideFiles): { id: SlideId; shared: SharedBlocks | undefined } {
    const id = this.#nextId++;
    const shared = this.#shareFiles(id, files);
    this.#slides.set(id, { files, shared });
    return { id, shared };
  }

  #shareFiles(id: SlideId, files: SlideFiles): SharedBlocks | undefined {
    if (!this.isSharingMemory) return undefined;
    let taken = 0;
    for (const { shared } of this.#slides.values()) taken += shared?.data.length ?? 0;
    const shared = createSharedBlocks(files, { budgetBytes: Math.max(this.#sharedBytes - taken, LEAST_SHARED_BYTES) });
    if (shared) void this.#serve(id, files, shared);
    return shared;
  }

  /** Has the I/O worker read the slide's files. Where it fails, those who read the slide hear of it: they open the same files. */
  async #serve(id: SlideId, files: SlideFiles, shared: SharedBlocks): Promise<void> {
    let io: Seat<IoService> | undefined;
    try {
      io = this.#startIo();
      await io?.api.serve(id, files, shared);
    } catch {
      if (this.#io === io) setServed(shared, false);
    }
    if (io) this.#answeredIo.add(io);
  }
}

function defaultSharedBytes(): number {
  // Chromium alone tells, in GiB and at most 8; others are taken to have 4.
  const deviceGiB = (globalThis.navigator as { deviceMemory?: number } | undefined)?.deviceMemory ?? 4;
  return Math.min(SHARED_BYTES, (deviceGiB * 2 ** 30) / 4);
}

let defaultPool: SlidePool | undefined;

/** The pool that slides are opened in unless another is given; made at first use. */
export function getSlidePool(): SlidePool {
  defaultPool ??= new SlidePool();
  return defaultPool;
}
