import { type Endpoint, expose } from "comlink";
import { onTestFinished, vi } from "vitest";
// Errors cross as they do between real threads.
import "#bridge";

/** What a fake worker answers; undefined for one that hears nothing, as one that hangs. */
type Service = object | undefined;

/**
 * Puts workers into Node that run on this thread, for pools that start them by themselves: `start` tells by a worker's name what
 * it answers. They have real ports, so what crosses is cloned. The page is isolated, so that memory can be shared.
 */
export function fakeWorkers(start: (name: string) => Service): { readonly running: readonly FakeWorker[] } {
  const running: FakeWorker[] = [];
  class Started extends FakeWorker {
    constructor(_: URL, { name }: { readonly name: string }) {
      super(name, start(name), () => running.splice(running.indexOf(this), 1));
      running.push(this);
    }
  }
  vi.stubGlobal("Worker", Started);
  vi.stubGlobal("crossOriginIsolated", true);
  onTestFinished(() => {
    for (const worker of [...running]) worker.terminate();
    vi.unstubAllGlobals();
  });
  return { running };
}

export class FakeWorker extends EventTarget {
  readonly name: string;
  readonly #channel = new MessageChannel();
  readonly #onEnd: () => void;
  #hasEnded = false;

  constructor(name: string, service: Service, onEnd: () => void) {
    super();
    this.name = name;
    this.#onEnd = onEnd;
    this.#channel.port1.onmessage = ({ data }) => this.dispatchEvent(new MessageEvent("message", { data }));
    if (service) expose(service, this.#channel.port2 as Endpoint);
  }

  postMessage(message: unknown, transfer: Transferable[] = []): void {
    if (!this.#hasEnded) this.#channel.port1.postMessage(message, transfer);
  }

  /** As when it has died by itself. */
  die(): void {
    this.dispatchEvent(new Event("error"));
  }

  terminate(): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#channel.port1.close();
    this.#channel.port2.close();
    this.#onEnd();
  }
}
