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
}

/** What the app keeps on this device besides settings: names and handles, never a slide's content. */
export interface Kept {
  recent(): Promise<readonly RecentSlide[]>;
  remember(slide: RecentSlide): Promise<void>;
  forget(id: string): Promise<void>;
  forgetAll(): Promise<void>;
  lastSession(): Promise<LastSession | undefined>;
  saveSession(session: LastSession | undefined): Promise<void>;
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

  return {
    recent,
    forget,
    async remember(slide) {
      await within(RECENT, "readwrite", (store) => store.put(slide));
      for (const old of (await recent()).slice(MAX_RECENT)) await forget(old.id);
    },
    forgetAll: async () => void (await within(RECENT, "readwrite", (store) => store.clear())),
    lastSession: () => within<LastSession | undefined>(SESSION, "readonly", (store) => store.get("last")),
    async saveSession(session) {
      await within(SESSION, "readwrite", (store) => (session ? store.put(session, "last") : store.delete("last")));
    },
  };
}

function settled<T>(request: IDBRequest): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
