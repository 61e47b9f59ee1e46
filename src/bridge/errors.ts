import { registerErrors, WsiError } from "#base";

/** A worker did not answer in time and was replaced. Only this request failed; trying again may hang again. */
export class WorkerStuckError extends WsiError {
  override readonly name = "WorkerStuckError";
  /** What was asked of it, e.g. "region of CMU-1.svs". */
  readonly request: string;
  readonly timeoutMs: number;
  constructor(request: string, timeoutMs: number, options?: ErrorOptions) {
    super(`${request}: no answer within ${Math.round(timeoutMs / 1000)} s; the worker was replaced`, options);
    this.request = request;
    this.timeoutMs = timeoutMs;
  }
}

/** A worker died (out of memory, script not loaded) and was replaced. Only this request failed. */
export class WorkerCrashedError extends WsiError {
  override readonly name = "WorkerCrashedError";
  readonly request: string;
  constructor(request: string, detail: string, options?: ErrorOptions) {
    super(`${request}: the worker stopped (${detail}) and was replaced`, options);
    this.request = request;
  }
}

/** The pool was closed while this request waited. */
export class PoolClosedError extends WsiError {
  override readonly name = "PoolClosedError";
  constructor(poolName: string, options?: ErrorOptions) {
    super(`the pool ${poolName} is closed`, options);
  }
}

registerErrors({ WorkerStuckError, WorkerCrashedError, PoolClosedError });
