import type { JobSettings } from "#pipeline";
import type { Origin } from "./origin.ts";

/** A slide that was open once: its name and, where the browser allows, a way back to it. */
export interface RecentSlide {
  readonly id: string;
  readonly name: string;
  readonly openedAt: number;
  readonly origin: Origin;
}

/** What was open when the page was left. */
export interface LastSession {
  readonly roots: readonly FileSystemHandle[];
  /** Names of the slides in the rail, the shown one first. */
  readonly names: readonly string[];
  /** Those slides as `idOf` tells them apart; missing in what an earlier version kept. */
  readonly ids?: readonly string[];
}

/** A job that is under way, for going on with it after the page was left. */
export interface LastJob {
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
  forgetAll(): Promise<void>;
  lastSession(): Promise<LastSession | undefined>;
  saveSession(session: LastSession | undefined): Promise<void>;
  lastJob(): Promise<LastJob | undefined>;
  saveJob(job: LastJob | undefined): Promise<void>;
}

export const DATABASE = "coverslip";
const RECENT = "recent";
const SESSION = "session";
const MAX_RECENT = 12;

/** Keeps in IndexedDB, the only place that can hold file handles. Where it is refused, nothing is kept. */
export function openKept(factory: IDBFactory | undefined = globalThis.indexedDB): Kept {
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

  async function keep(key: "last" | "job", value: LastSession | LastJob | undefined): Promise<void> {
    await within(SESSION, "readwrite", (store) => (value ? store.put(value, key) : store.delete(key)));
  }

  return {
    recent,
    forget,
    async remember(slide) {
      await within(RECENT, "readwrite", (store) => store.put(slide));
      for (const old of (await recent()).slice(MAX_RECENT)) await forget(old.id);
    },
    forgetAll: async () => void (await within(RECENT, "readwrite", (store) => store.clear())),
    lastSession: () => within<LastSession | undefined>(SESSION, "readonly", (store) => store.get("last")),
    saveSession: (session) => keep("last", session),
    lastJob: () => within<LastJob | undefined>(SESSION, "readonly", (store) => store.get("job")),
    saveJob: (job) => keep("job", job),
  };
}

function settled<T>(request: IDBRequest): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
