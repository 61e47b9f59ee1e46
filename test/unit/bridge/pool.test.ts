import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { PoolClosedError, type Seat, WorkerCrashedError, WorkerPool, WorkerStuckError } from "#bridge";

interface Api {
  seat: number;
}

/** Seats whose jobs end when the test says so. */
class Seats {
  readonly alive = new Set<number>();
  readonly deaths = new Map<number, (detail: string) => void>();
  #next = 0;

  spawn = (): Seat<Api> => {
    const seat = this.#next++;
    this.alive.add(seat);
    return {
      api: { seat },
      terminate: () => this.alive.delete(seat),
      onDeath: (listener) => this.deaths.set(seat, listener),
    };
  };
}

/** A job that shows where it runs and ends by hand. */
function job(request: string, log: string[], more: { priority?: number; signal?: AbortSignal } = {}) {
  let finish = () => {};
  const finished = new Promise<void>((resolve) => {
    finish = resolve;
  });
  return {
    request,
    timeoutMs: 1000,
    ...more,
    finish: () => finish(),
    async run(seat: Seat<Api>) {
      log.push(`${request} on ${seat.api.seat}`);
      await finished;
      return request;
    },
  };
}

const settle = () => vi.advanceTimersByTimeAsync(0);

describe("WorkerPool", () => {
  let seats: Seats;
  let log: string[];
  beforeEach(() => {
    vi.useFakeTimers();
    seats = new Seats();
    log = [];
  });
  afterEach(() => {
    vi.useRealTimers();
  });
  const poolOf = (size: number, depth = 1) => new WorkerPool<Api>({ name: "test", size, depth, spawn: seats.spawn });

  it("starts workers only as jobs need them, up to its size", async () => {
    const pool = poolOf(2);
    const jobs = ["a", "b", "c"].map((name) => job(name, log));
    const results = jobs.map((one) => pool.run(one));
    await settle();
    expect(log).toEqual(["a on 0", "b on 1"]);
    expect(pool.state()).toEqual({ workers: 2, queued: 1, running: 2, restarts: 0 });
    for (const one of jobs) one.finish();
    expect(await Promise.all(results)).toEqual(["a", "b", "c"]);
    expect(pool.state()).toEqual({ workers: 2, queued: 0, running: 0, restarts: 0 });
  });

  it("runs higher priorities first, equal ones in order of asking", async () => {
    const pool = poolOf(1);
    const first = job("first", log);
    const others = [
      job("low", log),
      job("high", log, { priority: 5 }),
      job("low too", log),
      job("high too", log, { priority: 5 }),
    ];
    const results = [first, ...others].map((one) => pool.run(one));
    for (const one of [first, ...others]) one.finish();
    await Promise.all(results);
    expect(log).toEqual(["first on 0", "high on 0", "high too on 0", "low on 0", "low too on 0"]);
  });

  it("takes an aborted job out of the queue, and rejects with the signal's own reason", async () => {
    const pool = poolOf(1);
    const running = job("running", log);
    const controller = new AbortController();
    const result = pool.run(running);
    const aborted = pool.run(job("aborted", log, { signal: controller.signal }));
    const reason = new Error("left the view");
    controller.abort(reason);
    await expect(aborted).rejects.toBe(reason);
    running.finish();
    await result;
    await settle();
    expect(log).toEqual(["running on 0"]);
    expect(pool.state().queued).toBe(0);
  });

  it("drops the late result of a job aborted while it ran, and keeps its place taken until then", async () => {
    const pool = poolOf(1);
    const controller = new AbortController();
    const running = job("running", log, { signal: controller.signal });
    const result = pool.run(running);
    const next = job("next", log);
    const nextResult = pool.run(next);
    await settle();
    controller.abort(new Error("gone"));
    await expect(result).rejects.toThrow("gone");
    await settle();
    expect(log).toEqual(["running on 0"]);
    running.finish();
    next.finish();
    expect(await nextResult).toBe("next");
  });

  it("replaces a worker that hangs: its job fails, the one behind it runs on the new worker", async () => {
    const pool = poolOf(1, 2);
    const hung = pool.run(job("hung", log));
    const behind = job("behind", log);
    const behindResult = pool.run(behind);
    const caught = hung.catch((error: unknown) => error);
    await vi.advanceTimersByTimeAsync(1000);
    const error = await caught;
    expect(error).toBeInstanceOf(WorkerStuckError);
    expect(error).toMatchObject({ request: "hung", timeoutMs: 1000 });
    expect(seats.alive).toEqual(new Set([1]));
    behind.finish();
    expect(await behindResult).toBe("behind");
    expect(log).toEqual(["hung on 0", "behind on 0", "behind on 1"]);
    expect(pool.state().restarts).toBe(1);
  });

  it("gives the second job in a worker its own time, from when the first ended", async () => {
    const pool = poolOf(1, 2);
    const first = job("first", log);
    const second = job("second", log);
    const results = [pool.run(first), pool.run(second)];
    await vi.advanceTimersByTimeAsync(900);
    first.finish();
    await settle();
    await vi.advanceTimersByTimeAsync(900);
    second.finish();
    expect(await Promise.all(results)).toEqual(["first", "second"]);
    expect(pool.state().restarts).toBe(0);
  });

  it("replaces a worker that died, and fails only the job it was at", async () => {
    const pool = poolOf(1);
    const killed = pool.run(job("killed", log)).catch((error: unknown) => error);
    const waiting = job("waiting", log);
    const waitingResult = pool.run(waiting);
    await settle();
    seats.deaths.get(0)!("out of memory");
    expect(await killed).toBeInstanceOf(WorkerCrashedError);
    waiting.finish();
    expect(await waitingResult).toBe("waiting");
    expect(log).toEqual(["killed on 0", "waiting on 1"]);
  });

  it("rejects a job whose run throws, and goes on", async () => {
    const pool = poolOf(1);
    const boom = new RangeError("boom");
    const result = pool.run({
      request: "boom",
      timeoutMs: 1000,
      run: () => {
        throw boom;
      },
    });
    await expect(result).rejects.toBe(boom);
    const after = job("after", log);
    after.finish();
    expect(await pool.run(after)).toBe("after");
  });

  it("rejects each job where no worker can be started", async () => {
    const pool = new WorkerPool<Api>({
      name: "test",
      size: 1,
      spawn: () => {
        throw new Error("forbidden");
      },
    });
    for (let attempt = 0; attempt < 2; attempt++) {
      await expect(pool.run(job("any", log))).rejects.toMatchObject({ name: "CapabilityError" });
    }
    expect(pool.state().queued).toBe(0);
  });

  it("rejects everything that waits or runs when closed, and every later job", async () => {
    const pool = poolOf(1);
    const results = [pool.run(job("running", log)), pool.run(job("waiting", log))].map((result) =>
      result.catch((error: unknown) => error),
    );
    await settle();
    pool.close();
    for (const error of await Promise.all(results)) expect(error).toBeInstanceOf(PoolClosedError);
    await expect(pool.run(job("late", log))).rejects.toBeInstanceOf(PoolClosedError);
    expect(seats.alive.size).toBe(0);
  });

  it("tells its listeners of each change", async () => {
    const pool = poolOf(1);
    const queued: number[] = [];
    const stop = pool.subscribe(() => queued.push(pool.state().running));
    const one = job("one", log);
    one.finish();
    await pool.run(one);
    stop();
    const heard = queued.length;
    await pool.run(one);
    expect(queued).toContain(1);
    expect(queued.at(-1)).toBe(0);
    expect(queued.length).toBe(heard);
  });

  const visit = (run: (seat: Seat<Api>) => Promise<void>) => ({ request: "visit", timeoutMs: 1000, run });
  const never = new Promise<never>(() => {});

  it("has every worker that runs do something, after what it is at and without taking a place from a job", async () => {
    const pool = poolOf(3, 2);
    const jobs = ["a", "b"].map((name) => job(name, log));
    const results = jobs.map((one) => pool.run(one));
    const broadcast = pool.broadcast(visit(async (seat) => void log.push(`visit to ${seat.api.seat}`)));
    expect(pool.state().running).toBe(2);
    await broadcast;
    expect(log).toEqual(["a on 0", "b on 1", "visit to 0", "visit to 1"]);
    for (const one of jobs) one.finish();
    await Promise.all(results);
  });

  it("replaces a worker that hangs over a visit, and runs the job behind it on the new one", async () => {
    const pool = poolOf(1);
    pool.start();
    const broadcast = pool.broadcast(visit(() => never));
    const behind = job("behind", log);
    const result = pool.run(behind);
    await vi.advanceTimersByTimeAsync(1000);
    await broadcast;
    behind.finish();
    expect(await result).toBe("behind");
    expect(log).toEqual(["behind on 0", "behind on 1"]);
    expect(pool.state().restarts).toBe(1);
  });

  it("visits the others when one hangs, and gives jobs to those that have answered", async () => {
    const pool = poolOf(2);
    pool.start();
    const broadcast = pool.broadcast(
      visit(async ({ api }) => {
        if (api.seat === 0) await never;
        log.push(`visit to ${api.seat}`);
      }),
    );
    await settle();
    const one = job("job", log);
    one.finish();
    await pool.run(one);
    expect(log).toEqual(["visit to 1", "job on 1"]);
    await vi.advanceTimersByTimeAsync(1000);
    await broadcast;
  });

  it("ends a visit with the job that hangs before it", async () => {
    const pool = poolOf(1);
    const hung = pool.run(job("hung", log)).catch((error: unknown) => error);
    const broadcast = pool.broadcast(visit(() => never));
    await vi.advanceTimersByTimeAsync(1000);
    await broadcast;
    expect(await hung).toBeInstanceOf(WorkerStuckError);
  });

  it("ends visits with the pool", async () => {
    const pool = poolOf(1);
    pool.start();
    const broadcast = pool.broadcast(visit(() => never));
    pool.close();
    await broadcast;
  });

  it("tells of a visit that failed when all have ended", async () => {
    const pool = poolOf(2);
    pool.start();
    const broadcast = pool.broadcast(
      visit(async ({ api }) => {
        if (api.seat === 0) throw new RangeError("boom");
        await settle();
        log.push("second");
      }),
    );
    await expect(broadcast).rejects.toBeInstanceOf(RangeError);
    expect(log).toEqual(["second"]);
  });
});
