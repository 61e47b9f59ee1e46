import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createMemoryFolder } from "#storage";
import { judgeLock, type LockMaker, type LockOptions, OutputLock } from "../../../src/pipeline/output-lock.ts";
import { createOriginLocks } from "../../support/job-engines.ts";

const HOUR = 3_600_000;
const options = (more: Partial<LockOptions> = {}): LockOptions => ({
  owner: { hostname: "browser:me", pid: 0 },
  scope: "job",
  originLocks: createOriginLocks(),
  staleHours: 24,
  ...more,
});

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe("a lock file", () => {
  const textOf = (hostname: string, ageMs: number, pid = 1) =>
    JSON.stringify({ pid, hostname, created_at: (Date.now() - ageMs) / 1000 });
  const judge = (text: string, more: Partial<LockOptions> = {}, modifiedMs = Date.now()) =>
    judgeLock(text, modifiedMs, options(more));

  it("of another program counts until it is a day old", async () => {
    expect(await judge(textOf("lab", 23 * HOUR))).toBe("unknown");
    expect(await judge(textOf("lab", 24 * HOUR))).toBe("dead");
    expect(await judge(textOf("lab", 2 * HOUR), { staleHours: 1 })).toBe("dead");
  });

  it("that is empty or no JSON is judged by the file's time", async () => {
    expect(await judge("", {}, Date.now() - 25 * HOUR)).toBe("dead");
    expect(await judge("not json", {}, Date.now() - 2 * HOUR)).toBe("unknown");
  });

  it("of another browser counts while it is refreshed", async () => {
    expect(await judge(textOf("browser:other", 60_000))).toBe("live");
    expect(await judge(textOf("browser:other", 6 * 60_000))).toBe("dead");
  });

  it("of this browser is dead at once where the origin's lock was to be had", async () => {
    expect(await judge(textOf("browser:me", 0, 0))).toBe("dead");
    expect(await judge(textOf("browser:me", 0, 0), { originLocks: undefined })).toBe("live");
  });

  it("of a process that is known to run counts at any age, of one that is gone not at all", async () => {
    const isRunning = async ({ pid }: LockMaker) => (pid === 9 ? undefined : pid === 7);
    const owner = { hostname: "lab", pid: 5, isRunning };
    expect(await judge(textOf("lab", 25 * HOUR, 7), { owner })).toBe("unknown");
    expect(await judge(textOf("lab", 0, 8), { owner })).toBe("dead");
    expect(await judge(textOf("lab", 23 * HOUR, 9), { owner })).toBe("unknown");
    expect(await judge(textOf("lab", 24 * HOUR, 9), { owner })).toBe("dead");
  });

  it("of another program of ours counts while it is refreshed, as long as its process may run", async () => {
    const isRunning = async ({ pid }: LockMaker) => (pid === 8 ? false : undefined);
    const owner = { hostname: "lab", pid: 5, pidSpace: "here", isRunning };
    const ours = (pid: number, ageMs: number) =>
      JSON.stringify({ ...JSON.parse(textOf("lab", ageMs, pid)), pid_space: "there", session: "other" });
    expect(await judge(ours(7, 60_000), { owner })).toBe("live");
    expect(await judge(ours(7, 6 * 60_000), { owner })).toBe("dead");
    expect(await judge(ours(8, 0), { owner })).toBe("dead");
    // The same number in another container is another process.
    expect(await judge(ours(5, 0), { owner })).toBe("live");
    expect(await judge(ours(5, 0), { owner: { ...owner, pidSpace: "there" } })).toBe("dead");
  });
});

describe("locking an output", () => {
  it("keeps others out until it is released", async () => {
    const folder = createMemoryFolder();
    const shared = options();
    const lock = await OutputLock.take(folder, "a.h5", shared);
    expect(lock).toBeInstanceOf(OutputLock);
    expect(await OutputLock.take(folder, "a.h5", shared)).toBe("live");
    // Another browser has other locks of the origin, and sees the file.
    const elsewhere = options({ owner: { hostname: "browser:other", pid: 0 } });
    expect(await OutputLock.take(folder, "a.h5", elsewhere)).toBe("live");
    await (lock as OutputLock).release();
    expect(await folder.read("a.h5.lock")).toBeUndefined();
    const next = await OutputLock.take(folder, "a.h5", elsewhere);
    expect(next).toBeInstanceOf(OutputLock);
    await (next as OutputLock).release();
  });

  it("is written as TRIDENT reads it, with the host and process of who has them", async () => {
    const folder = createMemoryFolder();
    const owner = { hostname: "lab", pid: 5, pidSpace: "here" };
    const lock = (await OutputLock.take(folder, "a.h5", options({ owner }))) as OutputLock;
    expect(JSON.parse(await (await folder.read("a.h5.lock"))!.text())).toEqual({
      pid: 5,
      hostname: "lab",
      created_at: Date.now() / 1000,
      pid_space: "here",
      session: expect.any(String),
    });
    await lock.release();
  });

  it("stays fresh while it is held, however long", async () => {
    const folder = createMemoryFolder();
    const lock = (await OutputLock.take(folder, "a.h5", options())) as OutputLock;
    await vi.advanceTimersByTimeAsync(30 * 60_000);
    const text = await (await folder.read("a.h5.lock"))!.text();
    const elsewhere = options({ owner: { hostname: "browser:other", pid: 0 } });
    expect(await judgeLock(text, 0, elsewhere)).toBe("live");
    await lock.release();
  });

  it("tells when it was taken over, and leaves the new owner's lock alone", async () => {
    const folder = createMemoryFolder();
    const lock = (await OutputLock.take(folder, "a.h5", options())) as OutputLock;
    await folder.write("a.h5.lock", "somebody else's");
    await expect(lock.check()).rejects.toMatchObject({ name: "LockLostError" });
    expect(lock.lost.aborted).toBe(true);
    await lock.release();
    expect(await (await folder.read("a.h5.lock"))!.text()).toBe("somebody else's");
  });

  it("takes a dead lock over, and says that what lies there may be half written", async () => {
    const folder = createMemoryFolder();
    await folder.write("a.h5.lock", JSON.stringify({ pid: 1, hostname: "lab", created_at: 0 }));
    const lock = (await OutputLock.take(folder, "a.h5", options())) as OutputLock;
    expect(lock).toBeInstanceOf(OutputLock);
    expect(lock.tookOver).toBe(true);
    await lock.release();
  });

  it("of several who find a lock dead, one gets it", async () => {
    const folder = createMemoryFolder();
    await folder.write("a.h5.lock", JSON.stringify({ pid: 1, hostname: "lab", created_at: 0 }));
    const others = ["browser:1", "browser:2", "browser:3", "browser:4"];
    const taken = await Promise.all(
      others.map((hostname) => OutputLock.take(folder, "a.h5", options({ owner: { hostname, pid: 0 } }))),
    );
    const locks = taken.filter((lock) => lock instanceof OutputLock);
    expect(locks.length).toBe(1);
    await locks[0]!.release();
    const left = (await folder.list("")).map(({ name }) => name);
    expect(left).toEqual([]);
  });
});
