import { SETTINGS_KEY } from "../stores/settings.ts";
import { MODEL_CACHE, SAMPLE_CACHE } from "./cache-names.ts";

/** What of the app lies on this device. */
export interface StoredThings {
  readonly app: boolean;
  readonly sample: boolean;
  readonly settings: boolean;
  /** Results, models and what unfinished jobs have so far. */
  readonly kept: boolean;
  readonly recentNames: number;
  readonly totalBytes: number;
}

export async function storedThings(): Promise<StoredThings> {
  const caches = await cacheNames();
  const estimate = await navigator.storage?.estimate?.().catch(() => undefined);
  return {
    app: caches.some((name) => name !== SAMPLE_CACHE && name !== MODEL_CACHE),
    sample: caches.includes(SAMPLE_CACHE),
    settings: hasSettings(),
    kept: (await keptNames()).length > 0,
    recentNames: 0,
    totalBytes: estimate?.usage ?? 0,
  };
}

/**
 * Takes everything away: caches, the worker that serves them, databases, results and models, settings.
 * @returns whether the browser let us.
 */
export async function eraseEverything(): Promise<boolean> {
  try {
    for (const registration of (await navigator.serviceWorker?.getRegistrations()) ?? [])
      await registration.unregister();
    for (const name of await cacheNames()) await caches.delete(name);
    for (const { name } of (await indexedDB.databases?.()) ?? []) if (name) indexedDB.deleteDatabase(name);
    for (const name of await keptNames()) {
      await (await navigator.storage.getDirectory()).removeEntry(name, { recursive: true });
    }
    localStorage.clear();
    sessionStorage.clear();
    return true;
  } catch (error) {
    if (error instanceof DOMException) return false;
    throw error;
  }
}

async function cacheNames(): Promise<readonly string[]> {
  // Absent on plain http, refused where site data is blocked.
  if (!("caches" in globalThis)) return [];
  return caches.keys().catch(() => []);
}

/** What lies in the browser's private file system. */
async function keptNames(): Promise<readonly string[]> {
  try {
    const root = await navigator.storage.getDirectory();
    const names: string[] = [];
    for await (const name of root.keys()) names.push(name);
    return names;
  } catch {
    // Absent on plain http, refused in private windows.
    return [];
  }
}

function hasSettings(): boolean {
  try {
    return localStorage.getItem(SETTINGS_KEY) !== null;
  } catch {
    return false;
  }
}
