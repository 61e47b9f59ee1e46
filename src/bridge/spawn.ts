import { releaseProxy, wrap } from "comlink";
import "./wire-errors.ts";

/** A running worker that answers as `Api` (every method of it returns a promise), or the same thing on this thread. */
export interface Seat<Api> {
  readonly api: Api;
  /** Ends it at once, whatever it is doing; again does nothing. */
  terminate(): void;
  /** Calls back once when it died by itself. */
  onDeath(listener: (detail: string) => void): void;
}

/** Starts a worker that decodes slides. */
export function spawnSlideWorker<Api>(): Seat<Api> {
  return seatOf<Api>(
    new Worker(new URL("../../workers/slide.worker.ts", import.meta.url), { type: "module", name: "coverslip-slide" }),
  );
}

/** Starts the worker that reads files into shared memory. */
export function spawnIoWorker<Api>(): Seat<Api> {
  return seatOf<Api>(
    new Worker(new URL("../../workers/io.worker.ts", import.meta.url), { type: "module", name: "coverslip-io" }),
  );
}

/** Starts the worker that reads HDF5 files and keeps row logs. */
export function spawnHdf5Worker<Api>(): Seat<Api> {
  return seatOf<Api>(
    new Worker(new URL("../../workers/hdf5.worker.ts", import.meta.url), { type: "module", name: "coverslip-hdf5" }),
  );
}

/** Starts the worker that finds and outlines tissue, chooses patches and compares embeddings. */
export function spawnTissueWorker<Api>(): Seat<Api> {
  return seatOf<Api>(
    new Worker(new URL("../../workers/tissue.worker.ts", import.meta.url), {
      type: "module",
      name: "coverslip-tissue",
    }),
  );
}

/** Starts the worker that runs a model. */
export function spawnModelWorker<Api>(): Seat<Api> {
  return seatOf<Api>(
    new Worker(new URL("../../workers/model.worker.ts", import.meta.url), { type: "module", name: "coverslip-model" }),
  );
}

/**
 * A seat on the caller's own thread: for Node, and browsers without workers. What it runs is loaded with its first request, so that
 * pages whose workers run it do not carry it too.
 */
export function seatOnThisThread<Api extends object>(load: () => Promise<Api>): Seat<Api> {
  let loading: Promise<Api> | undefined;
  const api = new Proxy({} as Api, {
    get:
      (_, method) =>
      async (...given: unknown[]) => {
        loading ??= load();
        const loaded = (await loading) as Record<string | symbol, (...given: unknown[]) => unknown>;
        return loaded[method]!(...given);
      },
  });
  return { api, terminate: () => {}, onDeath: () => {} };
}

function seatOf<Api>(worker: Worker): Seat<Api> {
  const api = wrap<object>(worker);
  let hasEnded = false;
  return {
    api: api as Api,
    terminate() {
      if (hasEnded) return;
      hasEnded = true;
      api[releaseProxy]();
      worker.terminate();
    },
    onDeath(listener) {
      // An uncaught error inside a worker leaves it in an unknown state: as good as dead.
      worker.addEventListener("error", (event) => listener(event.message || "it could not be started"), { once: true });
      worker.addEventListener("messageerror", () => listener("a message could not be read"), { once: true });
    },
  };
}
