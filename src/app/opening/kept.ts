import type { JobSettings } from "#pipeline";
import type { Origin } from "./origin.ts";

/** A slide that was open once: its name and, where the browser allows, a way back to it. */
export interface RecentSlide {
  readonly id: string;
  readonly name: string;
  readonly openedAt: number;
  readonly origin: Origin;
}

/** Slides that are open, and the way back to them. */
export interface OpenSlides {
  readonly roots: readonly FileSystemHandle[];
  /** Names of the slides in the rail, the shown one first. */
  readonly names: readonly string[];
  /** Those slides as `idOf` tells them apart. */
  readonly ids: readonly string[];
}

/** What a tab has open, or had when it was left. */
export interface LastSession extends OpenSlides {
  /** The tab's. */
  readonly id: string;
  /** When its slides changed or it came to the front, the later; milliseconds since 1970. */
  readonly seenAt: number;
}

/** A job that is under way, for going on with it after the page was left. */
export interface LastJob {
  readonly id: string;
  /** Milliseconds since 1970. */
  readonly begunAt: number;
  /** The folder that was picked; undefined: the browser's own storage. */
  readonly folder: FileSystemDirectoryHandle | undefined;
  readonly settings: JobSettings;
  readonly slides: readonly {
    readonly name: string;
    readonly folder: string;
    readonly origin: Origin;
    readonly mpp?: number | undefined;
  }[];
}

/** What the app keeps on this device besides settings: names and handles, never a slide's content. */
export interface Kept {
  recent(): Promise<readonly RecentSlide[]>;
  remember(slide: RecentSlide): Promise<void>;
  forget(id: string): Promise<void>;
  /** Recent slides, and what tabs had open. */
  forgetAll(): Promise<void>;
  lastSession(id: string): Promise<LastSession | undefined>;
  /** Those of tabs that are no longer there, the last one seen first. */
  leftSessions(): Promise<readonly LastSession[]>;
  saveSession(session: LastSession): Promise<void>;
  forgetSession(id: string): Promise<void>;
  /**
   * Marks a session as this tab's for as long as the tab lives.
   * @returns whether it is: another tab may have it.
   */
  holdSession(id: string): Promise<boolean>;
  /** Jobs that were left in the middle and that no tab is at work on, the last one begun first. */
  unfinishedJobs(): Promise<readonly LastJob[]>;
  saveJob(job: LastJob): Promise<void>;
  forgetJob(id: string): Promise<void>;
  /**
   * Marks a job as this tab's, for as long as the tab lives or until it is let go.
   * @returns what lets it go; undefined where another tab holds it.
   */
  holdJob(id: string): Promise<(() => void) | undefined>;
}

export const DATABASE = "coverslip";
const RECENT = "recent";
const SESSION = "session";
/** Begin the key of a record and the name of its lock. */
const TAB = "tab ";
const JOB = "job ";
const MAX_RECENT = 12;
/** Of tabs that were closed with slides open. */
const MAX_LEFT = 8;
/** A page that is left lets go of its locks a moment after the next one has begun. */
const LETTING_GO = { tries: 5, everyMs: 200 };

/** Keeps in IndexedDB, the only place that can hold file handles. Where it is refused, nothing is kept. */
export function openKept(
  factory: IDBFactory | undefined = globalThis.indexedDB,
  locks: LockManager | undefined = navigator.locks,
): Kept {
  /** Opened for each use and closed again, so that erasing the database never waits for this page. */
  async function within<T>(
    store: string,
    mode: IDBTransactionMode,
    ask: (store: IDBObjectStore) => IDBRequest,
  ): Promise<T | undefined> {
    if (!factory) return undefined;
    let database: IDBDatabase | undefined;
    try {
      const opening = factory.open(DATABASE, 1);
      opening.onupgradeneeded = () => {
        opening.result.createObjectStore(RECENT, { keyPath: "id" });
        opening.result.createObjectStore(SESSION);
      };
      database = await settled<IDBDatabase>(opening);
      return await settled<T>(ask(database.transaction(store, mode).objectStore(store)));
    } catch (error) {
      // Private windows and site settings refuse storage: then the list is empty, and nothing else is lost.
      if (error instanceof DOMException) return undefined;
      throw error;
    } finally {
      database?.close();
    }
  }

  const recent = async () => {
    const slides = (await within<RecentSlide[]>(RECENT, "readonly", (store) => store.getAll())) ?? [];
    return slides.sort((a, b) => b.openedAt - a.openedAt);
  };
  const forget = async (id: string) => void (await within(RECENT, "readwrite", (store) => store.delete(id)));

  async function keep(key: string, value: LastSession | LastJob | undefined): Promise<void> {
    await within(SESSION, "readwrite", (store) => (value ? store.put(value, key) : store.delete(key)));
  }

  /** All records of a kind, and of them those that no tab holds. */
  async function records<T extends LastSession | LastJob>(kind: string): Promise<{ all: readonly T[]; free: T[] }> {
    const all = (await within<T[]>(SESSION, "readonly", (store) => store.getAll(rangeOf(kind)))) ?? [];
    const { held = [] } = (await locks?.query()) ?? {};
    return { all, free: all.filter(({ id }) => !held.some(({ name }) => name === kind + id)) };
  }

  function hold(key: string, options: LockOptions): Promise<(() => void) | undefined> {
    return new Promise((resolve) => {
      // Where there are no locks, or none are given, tabs do without.
      if (!locks) return resolve(() => {});
      locks
        .request(key, options, (lock) => {
          if (!lock) return resolve(undefined);
          return new Promise<void>((letGo) => resolve(letGo));
        })
        .catch(() => resolve(options.signal?.aborted ? undefined : () => {}));
    });
  }

  async function leftSessions(): Promise<readonly LastSession[]> {
    const left = (await records<LastSession>(TAB)).free.sort((a, b) => b.seenAt - a.seenAt);
    for (const { id } of left.splice(MAX_LEFT)) await keep(TAB + id, undefined);
    return left;
  }

  async function holdSession(id: string): Promise<boolean> {
    const signal = AbortSignal.timeout(LETTING_GO.tries * LETTING_GO.everyMs);
    return (await hold(TAB + id, { signal })) !== undefined;
  }

  async function unfinishedJobs(): Promise<readonly LastJob[]> {
    for (let tries = LETTING_GO.tries; ; tries--) {
      const { all, free } = await records<LastJob>(JOB);
      if (free.length > 0 || all.length === 0 || tries === 0) return free.sort((a, b) => b.begunAt - a.begunAt);
      await new Promise((resolve) => setTimeout(resolve, LETTING_GO.everyMs));
    }
  }

  return {
    recent,
    forget,
    async remember(slide) {
      await within(RECENT, "readwrite", (store) => store.put(slide));
      for (const old of (await recent()).slice(MAX_RECENT)) await forget(old.id);
    },
    async forgetAll() {
      await within(RECENT, "readwrite", (store) => store.clear());
      await within(SESSION, "readwrite", (store) => store.delete(rangeOf(TAB)));
    },
    lastSession: (id) => within<LastSession | undefined>(SESSION, "readonly", (store) => store.get(TAB + id)),
    leftSessions,
    saveSession: (session) => keep(TAB + session.id, session),
    forgetSession: (id) => keep(TAB + id, undefined),
    holdSession,
    unfinishedJobs,
    saveJob: (job) => keep(JOB + job.id, job),
    forgetJob: (id) => keep(JOB + id, undefined),
    holdJob: (id) => hold(JOB + id, { ifAvailable: true }),
  };
}

/** Of the keys that begin so. */
function rangeOf(kind: string): IDBKeyRange {
  return IDBKeyRange.bound(kind, `${kind}\uffff`);
}

function settled<T>(request: IDBRequest): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
