/**
 * Ends what waits for something that has died: a GPU, a worker. Not `Promise.race` with a promise that lives as long as the
 * thing itself, which would keep every result of a long run alive with it.
 */
export class Lifeline {
  readonly #waiting = new Set<(error: Error) => void>();
  #error: Error | undefined;

  /** It has died: rejects all that waits now, and all that comes. */
  cut(error: Error): void {
    this.#error ??= error;
    for (const reject of this.#waiting) reject(this.#error);
    this.#waiting.clear();
  }

  /** What `work` comes to, or the error of the death that came first. */
  async guard<T>(work: Promise<T>): Promise<T> {
    let stop: ((error: Error) => void) | undefined;
    try {
      return await new Promise<T>((resolve, reject) => {
        if (this.#error) {
          work.catch(() => {}); // nobody waits for it any more
          return reject(this.#error);
        }
        stop = reject;
        this.#waiting.add(reject);
        work.then(resolve, reject);
      });
    } finally {
      if (stop) this.#waiting.delete(stop);
    }
  }
}
