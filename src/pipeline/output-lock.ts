import { randomHex } from "#base";
import type { Folder } from "#storage";
import { LockLostError } from "./errors.ts";
import { parseObject } from "./json-text.ts";
import { LOCK_SUFFIX } from "./layout.ts";

/** How often a held lock says that its holder is alive. */
const REFRESH_MS = 20_000;
/** A lock of this app that was not refreshed for so long is dead. Timers of hidden tabs may come only once a minute. */
const UNREFRESHED_MS = 5 * 60_000;
/** Who clears a dead lock marks it first; a mark of this age was left by somebody who died doing so. */
const CLEARING_MS = 60_000;
const CLEARING_SUFFIX = ".clearing";

/** Who a lock says has made it. */
export interface LockMaker {
  /** "browser:<random id>", the same for all tabs of a profile; a program gives its host's name, as TRIDENT does. */
  readonly hostname: string;
  /** 0 in a browser, which knows none. */
  readonly pid: number;
  /** Where `pid` counts: containers of one host name number their processes each for itself. TRIDENT's locks do not say. */
  readonly pidSpace?: string;
}

/** Who takes locks: a browser profile, or a program that drives one. */
export interface LockOwner extends LockMaker {
  /** Whether the process that a lock names runs; undefined where that cannot be told, and always for a browser. */
  isRunning?(maker: LockMaker): Promise<boolean | undefined>;
}

/** The part of `navigator.locks` used here. */
export type OriginLocks = Pick<LockManager, "request">;

export interface LockOptions {
  readonly owner: LockOwner;
  /** Tells job folders apart among all tabs of this origin. */
  readonly scope: string;
  /** Keeps tabs of one origin apart without any race; undefined where the browser has none (then age alone decides). */
  readonly originLocks: OriginLocks | undefined;
  /** Locks of other programs are dead at this age, where nobody can tell whether their process runs. */
  readonly staleHours: number;
  readonly now?: () => number;
}

/**
 * Why a lock was not to be had. "live": its holder is at work, waiting makes sense. "unknown": another program's, which does not
 * say whether it still runs.
 */
export type LockHolder = "live" | "unknown";

/**
 * `<output>.lock`: a file that keeps others from making the same output, TRIDENT's form, with `created_at` kept fresh.
 * Within one origin a lock of `navigator.locks` goes before it, which ends with its tab: so the lock file of a killed tab
 * is known to be dead at once. So is that of a process that is gone, for an owner that can tell. Others are judged by age.
 */
export class OutputLock {
  readonly path: string;
  readonly #folder: Folder;
  readonly #options: LockOptions;
  readonly #session = randomHex(16);
  readonly #lost = new AbortController();
  #releaseOrigin: (() => void) | undefined;
  #tookOver = false;
  #timer: ReturnType<typeof setInterval> | undefined;
  #refreshing: Promise<void> = Promise.resolve();

  private constructor(folder: Folder, outputPath: string, options: LockOptions) {
    this.#folder = folder;
    this.path = outputPath + LOCK_SUFFIX;
    this.#options = options;
  }

  /** A dead lock was in its place: what lies there may be half written. */
  get tookOver(): boolean {
    return this.#tookOver;
  }

  /** Aborts with `LockLostError` when somebody else took the lock over. */
  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  static async take(folder: Folder, outputPath: string, options: LockOptions): Promise<OutputLock | LockHolder> {
    const lock = new OutputLock(folder, outputPath, options);
    lock.#releaseOrigin = await holdOriginLock(`coverslip:${options.scope}:${lock.path}`, options.originLocks);
    if (!lock.#releaseOrigin) return "live";
    try {
      const holder = await lock.#create();
      if (holder) {
        lock.#releaseOrigin();
        return holder;
      }
    } catch (error) {
      lock.#releaseOrigin();
      throw error;
    }
    lock.#timer = setInterval(() => {
      lock.#refreshing = lock.#refresh().catch(() => {});
    }, REFRESH_MS);
    return lock;
  }

  /** Makes sure that the lock is still ours; before an output is put in its place. */
  async check(): Promise<void> {
    await this.#refreshing;
    this.#lost.signal.throwIfAborted();
    if (await this.#isOurs()) return;
    this.#lost.abort(new LockLostError(this.path));
    this.#lost.signal.throwIfAborted();
  }

  /** Lets others at the output. A lock file that cannot be removed now is found dead by whoever comes next. */
  async release(): Promise<void> {
    clearInterval(this.#timer);
    // One under way would make the file again after it was removed.
    await this.#refreshing;
    try {
      if (await this.#isOurs()) await this.#folder.remove(this.path);
    } catch {
      // Permission gone or folder vanished: the job reports that where it matters.
    } finally {
      this.#releaseOrigin?.();
    }
  }

  async #create(): Promise<LockHolder | undefined> {
    for (let attempt = 0; attempt < 3; attempt++) {
      if (await this.#folder.createNew(this.path, this.#text())) return undefined;
      const found = await readLock(this.#folder, this.path);
      if (!found) continue;
      const verdict = await judgeLock(found.text, found.modifiedMs, this.#options);
      if (verdict !== "dead") return verdict;
      this.#tookOver = true;
      const isDead = async ({ text, modifiedMs }: FoundLock) =>
        (await judgeLock(text, modifiedMs, this.#options)) === "dead";
      await removeDeadLock(this.#folder, this.path, isDead, this.#options.now);
    }
    return "live";
  }

  async #refresh(): Promise<void> {
    if (this.#lost.signal.aborted) return;
    if (await this.#isOurs()) await this.#folder.write(this.path, this.#text());
    else this.#lost.abort(new LockLostError(this.path));
  }

  async #isOurs(): Promise<boolean> {
    const found = await readLock(this.#folder, this.path);
    return parseObject(found?.text ?? "")?.session === this.#session;
  }

  #text(): string {
    const { owner } = this.#options;
    const now = this.#options.now ?? Date.now;
    return JSON.stringify({ ...makerFields(owner), created_at: now() / 1000, session: this.#session });
  }
}

/** What a lock file says of its maker; the first two in TRIDENT's words. */
export function makerFields({ pid, hostname, pidSpace }: LockMaker): Readonly<Record<string, unknown>> {
  return { pid, hostname, pid_space: pidSpace };
}

function makerOf(lock: Readonly<Record<string, unknown>> | undefined): LockMaker {
  const { pid, hostname, pid_space: pidSpace } = lock ?? {};
  return {
    hostname: typeof hostname === "string" ? hostname : "",
    pid: typeof pid === "number" ? pid : 0,
    ...(typeof pidSpace === "string" ? { pidSpace } : {}),
  };
}

interface FoundLock {
  readonly text: string;
  readonly modifiedMs: number;
}

/** A lock file as it is now; undefined where there is none, or it went while it was read. */
export async function readLock(folder: Folder, path: string): Promise<FoundLock | undefined> {
  const file = await folder.read(path);
  try {
    return file && { text: await file.text(), modifiedMs: file.lastModified };
  } catch (error) {
    if (error instanceof DOMException) return undefined;
    throw error;
  }
}

/**
 * What a lock file's holder is up to. Called with the origin's lock held, where there is one: then a lock of this very browser
 * belongs to a tab that is gone.
 */
export async function judgeLock(text: string, modifiedMs: number, options: LockOptions): Promise<"dead" | LockHolder> {
  const isAlive = await isMakerAlive(text, options);
  if (isAlive === false) return "dead";
  const lock = parseObject(text);
  const createdMs = typeof lock?.created_at === "number" ? lock.created_at * 1000 : modifiedMs;
  const ageMs = (options.now ?? Date.now)() - createdMs;
  const isRefreshed = typeof lock?.session === "string" || makerOf(lock).hostname.startsWith("browser:");
  if (isRefreshed) return ageMs >= UNREFRESHED_MS ? "dead" : "live";
  // A process of TRIDENT's may have left the slide and its lock, and run on.
  return !isAlive && ageMs >= options.staleHours * 3_600_000 ? "dead" : "unknown";
}

/** Whether who made a lock still runs; undefined where that cannot be told. As `judgeLock` with the origin's lock held. */
export async function isMakerAlive(
  text: string,
  { owner, originLocks }: Pick<LockOptions, "owner" | "originLocks">,
): Promise<boolean | undefined> {
  const maker = makerOf(parseObject(text));
  const { hostname, pid, pidSpace } = owner;
  const isOwn = maker.hostname === hostname && maker.pid === pid && maker.pidSpace === pidSpace;
  if (isOwn) return originLocks ? false : undefined;
  return owner.isRunning?.(maker);
}

/**
 * Removes a dead lock; of several that find it dead, one does, so that nobody removes the lock made in its place.
 * @returns whether it was this one.
 */
export async function removeDeadLock(
  folder: Folder,
  path: string,
  isDead: (lock: FoundLock) => Promise<boolean>,
  now: () => number = Date.now,
): Promise<boolean> {
  const mark = path + CLEARING_SUFFIX;
  if (!(await folder.createNew(mark, ""))) {
    const marked = await folder.read(mark);
    if (marked && now() - marked.lastModified > CLEARING_MS) await folder.remove(mark);
    return false;
  }
  try {
    const found = await readLock(folder, path);
    if (found && (await isDead(found))) await folder.remove(path);
    return true;
  } finally {
    await folder.remove(mark);
  }
}

/** Takes an origin-wide lock if it is free; resolves with how to let it go, undefined where another tab has it. */
function holdOriginLock(name: string, locks: OriginLocks | undefined): Promise<(() => void) | undefined> {
  if (!locks) return Promise.resolve(() => {});
  return new Promise((resolve, reject) => {
    locks
      .request(name, { ifAvailable: true }, (lock) => {
        if (lock) return new Promise<void>((release) => resolve(release));
        resolve(undefined);
        return undefined;
      })
      .catch(reject);
  });
}

/** Whether an output is locked by anybody, as TRIDENT's "done" test asks. */
export async function isLocked(folder: Folder, outputPath: string): Promise<boolean> {
  return (await folder.read(outputPath + LOCK_SUFFIX)) !== undefined;
}

/** Removes an output's lock where its holder is dead, without taking part in making the output. */
export async function clearDeadLock(folder: Folder, outputPath: string, options: LockOptions): Promise<void> {
  const lock = await OutputLock.take(folder, outputPath, options);
  if (lock instanceof OutputLock) await lock.release();
}
