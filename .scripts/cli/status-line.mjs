// @ts-check

/** @typedef {import("../../src/app/driven/request.ts").DrivenProgress} DrivenProgress */

/** Where a line cannot be rewritten (a log file), a new one this often. */
const PLAIN_EVERY_MS = 10_000;

/** One line that says how far the job is: rewritten on a terminal, now and then a new one in a file. */
export class StatusLine {
  #out;
  #live;
  #shown = false;
  #plainAt = Number.NEGATIVE_INFINITY;

  /** @param {NodeJS.WriteStream} out */
  constructor(out) {
    this.#out = out;
    this.#live = out.isTTY === true;
  }

  /** @param {DrivenProgress} progress */
  show(progress) {
    const line = describe(progress);
    if (this.#live) {
      this.#out.write(`\r\x1b[K${line.slice(0, (this.#out.columns ?? 80) - 1)}`);
      this.#shown = true;
      return;
    }
    const now = performance.now();
    if (now - this.#plainAt < PLAIN_EVERY_MS) return;
    this.#plainAt = now;
    this.#out.write(`${line}\n`);
  }

  /** Something that stays to be read. @param {string} text */
  say(text) {
    this.end();
    this.#out.write(`${text}\n`);
  }

  /** Leaves the line empty for what comes next. */
  end() {
    if (this.#shown) this.#out.write("\r\x1b[K");
    this.#shown = false;
  }
}

/** @param {DrivenProgress} progress */
export function describe({ slide, slides, name, step, done, total, patchesPerSecond, secondsLeft, slowest, device }) {
  const parts = [`slide ${slide} of ${slides}`];
  if (name) parts.push(name);
  if (step) parts.push(total > 0 ? `${step} ${done} of ${total}` : step);
  if (patchesPerSecond !== undefined)
    parts.push(`${patchesPerSecond.toFixed(1)} patches/s${device ? ` on ${device}` : ""}`);
  if (secondsLeft !== undefined) parts.push(`${duration(secondsLeft)} left`);
  if (slowest) parts.push(slowest);
  return parts.join(" · ");
}

/** @param {number} seconds */
function duration(seconds) {
  if (seconds < 90) return `${Math.ceil(seconds)} s`;
  return seconds < 5400 ? `${Math.round(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`;
}
