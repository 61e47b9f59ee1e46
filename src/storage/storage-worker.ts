import { type Seat, spawnHdf5Worker, WorkerPool } from "#bridge";
import type { Hdf5WorkerApi, StorageId } from "./worker-contract.ts";

/** A slice of some megabytes from a slow disk, or opening a file of many datasets; a worker silent for longer hangs. */
const TIMEOUT_MS = 60_000;

/** What is open in the worker, and how it is opened again in another. */
interface Opening<Opened> {
  readonly request: string;
  open(api: Hdf5WorkerApi): Promise<Opened>;
}

const pool = new WorkerPool<Hdf5WorkerApi>({ name: "storage", size: 1, spawn: spawnHdf5Worker<Hdf5WorkerApi> });
const openedIn = new WeakMap<Seat<Hdf5WorkerApi>, Map<StorageId, Promise<unknown>>>();
let nextId: StorageId = 1;

/** Something that is open in the one storage worker. When that was replaced, it is opened again with the next request. */
export class InStorageWorker<Opened> {
  readonly #id: StorageId = nextId++;
  readonly #opening: Opening<Opened>;

  constructor(request: string, open: (api: Hdf5WorkerApi, id: StorageId) => Promise<Opened>) {
    this.#opening = { request, open: (api) => open(api, this.#id) };
  }

  /** Opens it. Where nobody waits for it any longer when it is open, it is closed again. */
  async open(close: (api: Hdf5WorkerApi, id: StorageId) => Promise<void>, signal?: AbortSignal): Promise<Opened> {
    try {
      return await this.run(async (_api, _id, opened) => opened, signal);
    } catch (error) {
      await this.end(close);
      throw error;
    }
  }

  /** Opens it, if it is not, and asks something of it. */
  run<Result>(
    work: (api: Hdf5WorkerApi, id: StorageId, opened: Opened) => Promise<Result>,
    signal?: AbortSignal,
  ): Promise<Result> {
    return pool.run({
      request: this.#opening.request,
      signal,
      timeoutMs: TIMEOUT_MS,
      run: async (seat) => work(seat.api, this.#id, await this.#opened(seat)),
    });
  }

  /** Asks something only where it is open. */
  async end(work: (api: Hdf5WorkerApi, id: StorageId) => Promise<void>): Promise<void> {
    await pool.broadcast({
      request: this.#opening.request,
      timeoutMs: TIMEOUT_MS,
      run: async (seat) => {
        const opened = openedIn.get(seat)?.get(this.#id);
        if (!opened) return;
        await opened.catch(() => {});
        openedIn.get(seat)?.delete(this.#id);
        await work(seat.api, this.#id);
      },
    });
  }

  #opened(seat: Seat<Hdf5WorkerApi>): Promise<Opened> {
    const all = openedIn.get(seat) ?? new Map<StorageId, Promise<unknown>>();
    openedIn.set(seat, all);
    let opened = all.get(this.#id) as Promise<Opened> | undefined;
    if (!opened) {
      opened = this.#opening.open(seat.api);
      all.set(this.#id, opened);
      opened.catch(() => all.delete(this.#id));
    }
    return opened;
  }
}

/** Bytes of wasm memory that the storage worker uses; 0 where it is not running. */
export async function storageMemoryBytes(): Promise<number> {
  let bytes = 0;
  await pool.broadcast({
    request: "memory of storage",
    timeoutMs: TIMEOUT_MS,
    run: async (seat) => {
      bytes += await seat.api.memoryBytes();
    },
  });
  return bytes;
}
