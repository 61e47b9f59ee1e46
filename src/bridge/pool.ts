import { CapabilityError } from "#base";
import { PoolClosedError, WorkerCrashedError, WorkerStuckError } from "./errors.ts";
import { JobQueue } from "./job-queue.ts";
import type { Seat } from "./spawn.ts";

/** Something that a worker is to do. */
export interface PoolTask<Api, Result> {
  /** What is asked, for error messages: "region of CMU-1.svs". */
  readonly request: string;
  /** A worker silent for longer on this is replaced. */
  readonly timeoutMs: number;
  run(seat: Seat<Api>): Promise<Result>;
}

/** One request to a pool, for whichever worker is free. Run again on another if its first one died under somebody else's job. */
export interface PoolJob<Api, Result> extends PoolTask<Api, Result> {
  /** Higher runs sooner; equal ones in order of asking. */
  readonly priority?: number;
  readonly signal?: AbortSignal;
}

/** What a pool is doing now. */
export interface PoolState {
  readonly workers: number;
  readonly queued: number;
  readonly running: number;
  /** Workers replaced since the start. */
  readonly restarts: number;
}

interface Entry<Api> {
  readonly task: PoolTask<Api, unknown>;
  /** Meant for the worker that has it and no other: where that is gone, so is what was to be done. */
  readonly isVisit: boolean;
  readonly priority: number;
  readonly sequence: number;
  readonly resolve: (result: unknown) => void;
  readonly reject: (reason: unknown) => void;
  /** Answered, aborted or failed: whatever comes later is dropped. */
  settled: boolean;
}

interface Post<Api> {
  readonly seat: Seat<Api>;
  /** In the order sent; the first is the one the worker is at. */
  readonly entries: Entry<Api>[];
  timer: ReturnType<typeof setTimeout> | undefined;
}

/**
 * Workers that answer as `Api`, with one queue on the caller's side.
 * Each worker holds at most `depth` jobs (two, so that the next message is there when one ends); the rest wait here,
 * where they can still be reordered or aborted. A worker that hangs or dies is replaced, and only the job it was at fails.
 */
export class WorkerPool<Api> {
  readonly name: string;
  readonly size: number;
  readonly #spawn: () => Seat<Api>;
  readonly #depth: number;
  readonly #queue = new JobQueue<Entry<Api>>();
  readonly #posts = new Set<Post<Api>>();
  readonly #listeners = new Set<() => void>();
  #sequence = 0;
  #restarts = 0;
  #closed = false;

  constructor(options: { name: string; size: number; depth?: number; spawn: () => Seat<Api> }) {
    this.name = options.name;
    this.size = options.size;
    this.#spawn = options.spawn;
    this.#depth = options.depth ?? 2;
  }

  state(): PoolState {
    let running = 0;
    for (const post of this.#posts) running += jobsAt(post);
    return { workers: this.#posts.size, queued: this.#queue.size, running, restarts: this.#restarts };
  }

  /** Calls back after each change of `state()`. Returns how to stop. */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  run<Result>(job: PoolJob<Api, Result>): Promise<Result> {
    if (this.#closed) return Promise.reject(new PoolClosedError(this.name));
    const { signal } = job;
    if (signal?.aborted) return Promise.reject(signal.reason);
    return new Promise<Result>((resolve, reject) => {
      const onAbort = () => settle(() => reject(signal!.reason));
      const settle = (finish: () => void) => {
        if (entry.settled) return;
        entry.settled = true;
        signal?.removeEventListener("abort", onAbort);
        this.#queue.delete(entry);
        finish();
        this.#changed();
      };
      const entry: Entry<Api> = {
        task: job,
        isVisit: false,
        priority: job.priority ?? 0,
        sequence: this.#sequence++,
        resolve: (result) => settle(() => resolve(result as Result)),
        reject: (reason) => settle(() => reject(reason)),
        settled: false,
      };
      signal?.addEventListener("abort", onAbort, { once: true });
      this.#queue.push(entry);
      this.#pump();
      this.#changed();
    });
  }

  /**
   * Has every worker that runs now do something. What is not running holds nothing, and neither does one that dies or is replaced
   * meanwhile: it has ended as if it had answered.
   */
  async broadcast(task: PoolTask<Api, void>): Promise<void> {
    const visits = await Promise.allSettled([...this.#posts].map((post) => this.#visit(post, task)));
    const failed = visits.find((visit) => visit.status === "rejected");
    if (failed) throw failed.reason;
  }

  /** Starts workers ahead of need. */
  start(): void {
    while (this.#posts.size < this.size && !this.#closed) this.#open();
  }

  close(): void {
    this.#closed = true;
    for (const post of [...this.#posts]) this.#discard(post, new PoolClosedError(this.name));
    for (let entry = this.#queue.pop(); entry; entry = this.#queue.pop()) entry.reject(new PoolClosedError(this.name));
    this.#changed();
  }

  #pump(): void {
    while (this.#queue.size > 0) {
      let post: Post<Api> | undefined;
      try {
        post = this.#freePost();
      } catch (error) {
        // Workers are forbidden here, or there are too many: whoever asked hears of it, and nobody waits for ever.
        this.#queue.pop()?.reject(new CapabilityError("a worker", String(error), { cause: error }));
        continue;
      }
      if (!post) return;
      const entry = this.#queue.pop();
      if (entry) this.#send(post, entry);
    }
  }

  /** An idle worker, else a new one, else the least busy with room. */
  #freePost(): Post<Api> | undefined {
    let best: Post<Api> | undefined;
    for (const post of this.#posts) if (!best || isFreer(post, best)) best = post;
    if ((!best || jobsAt(best) > 0) && this.#posts.size < this.size) return this.#open();
    return best && jobsAt(best) < this.#depth ? best : undefined;
  }

  #open(): Post<Api> {
    const post: Post<Api> = { seat: this.#spawn(), entries: [], timer: undefined };
    post.seat.onDeath((detail) => {
      if (!this.#posts.has(post)) return;
      const request = post.entries[0]?.task.request ?? this.name;
      this.#replace(post, new WorkerCrashedError(request, detail));
    });
    this.#posts.add(post);
    return post;
  }

  #visit(post: Post<Api>, task: PoolTask<Api, void>): Promise<void> {
    return new Promise((resolve, reject) => {
      const sequence = this.#sequence++;
      this.#send(post, {
        task,
        isVisit: true,
        priority: 0,
        sequence,
        resolve: () => resolve(),
        reject,
        settled: false,
      });
    });
  }

  #send(post: Post<Api>, entry: Entry<Api>): void {
    post.entries.push(entry);
    if (post.entries.length === 1) this.#watch(post);
    const done = (settle: () => void) => {
      const at = post.entries.indexOf(entry);
      if (at < 0) return; // the post was replaced: the entry lives on elsewhere
      post.entries.splice(at, 1);
      if (at === 0) this.#watch(post);
      settle();
      this.#pump();
      this.#changed();
    };
    // `run` may throw before its first await.
    Promise.resolve()
      .then(() => entry.task.run(post.seat))
      .then(
        (result) => done(() => entry.resolve(result)),
        (reason) => done(() => entry.reject(reason)),
      );
  }

  /** Times what the worker is at. */
  #watch(post: Post<Api>): void {
    clearTimeout(post.timer);
    const head = post.entries[0];
    if (!head) return;
    const { request, timeoutMs } = head.task;
    post.timer = setTimeout(() => this.#replace(post, new WorkerStuckError(request, timeoutMs)), timeoutMs);
  }

  #replace(post: Post<Api>, error: Error): void {
    this.#restarts++;
    this.#discard(post, error);
    this.#pump();
    this.#changed();
  }

  /** Ends a worker: the job it was at fails, those behind it go back to the queue, visits are over. */
  #discard(post: Post<Api>, error: Error): void {
    clearTimeout(post.timer);
    this.#posts.delete(post);
    post.seat.terminate();
    for (const [at, entry] of post.entries.splice(0).entries()) {
      if (entry.isVisit) entry.resolve(undefined);
      else if (at === 0) entry.reject(error);
      else if (!entry.settled) this.#queue.push(entry);
    }
  }

  #changed(): void {
    for (const listener of this.#listeners) listener();
  }
}

/** Visits are none: they take no place from a job. */
function jobsAt<Api>({ entries }: Post<Api>): number {
  return entries.reduce((count, { isVisit }) => count + (isVisit ? 0 : 1), 0);
}

function isFreer<Api>(a: Post<Api>, b: Post<Api>): boolean {
  return jobsAt(a) < jobsAt(b) || (jobsAt(a) === jobsAt(b) && a.entries.length < b.entries.length);
}
