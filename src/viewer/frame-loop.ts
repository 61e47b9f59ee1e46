/** Calls `frame` once per display frame while there is something to do, and not at all otherwise. */
export class FrameLoop {
  readonly #frame: (now: number, elapsedMs: number) => boolean;
  #handle: number | undefined;
  #previous: number | undefined;

  /** @param frame - returns whether another frame is needed. */
  constructor(frame: (now: number, elapsedMs: number) => boolean) {
    this.#frame = frame;
  }

  get running(): boolean {
    return this.#handle !== undefined;
  }

  /** Asks for a frame; more than one request before it comes is one request. */
  request(): void {
    this.#handle ??= requestAnimationFrame(this.#tick);
  }

  stop(): void {
    if (this.#handle !== undefined) cancelAnimationFrame(this.#handle);
    this.#handle = undefined;
    this.#previous = undefined;
  }

  #tick = (now: number): void => {
    // After a rest there is no previous frame; after a stall (a tab in the background) time did not go by for the eye.
    const elapsed = this.#previous === undefined ? 1000 / 60 : Math.min(Math.max(now - this.#previous, 1), 50);
    this.#handle = undefined;
    this.#previous = now;
    if (this.#frame(now, elapsed)) this.request();
    if (this.#handle === undefined) this.#previous = undefined;
  };
}
