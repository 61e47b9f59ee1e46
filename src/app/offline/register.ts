import { SAMPLE_ADDRESS } from "../opening/address.ts";
import type { SlidesStore } from "../stores/slides.ts";
import { createStore, type StoreApi } from "../stores/store.ts";
import type { OfflineMessage } from "./cache-names.ts";
import { calm } from "./calm.ts";

/** Set for the one reload that isolates the page, so that a browser that stays unisolated is not reloaded for ever. */
const RELOADED_KEY = "coverslip.reloaded-to-isolate";

/** A first visit stores the app, which takes a core or two for a second: the pixels of a first slide go before. */
const CALM_MS = 1500;

export interface OfflineState {
  /** A new version is stored and waits for a reload. */
  readonly updateReady: boolean;
  /** A reload would isolate the page, but a slide is open. */
  readonly reloadIsolates: boolean;
}

export interface Offline {
  readonly store: StoreApi<OfflineState>;
  start(): void;
  /** Reloads into the new version or into isolation: the user asked. */
  reload(): void;
}

/** The page's side of the service worker: storing the app, its updates, and isolation on hosts that send no headers. */
export function createOffline(slides: SlidesStore): Offline {
  const store = createStore<OfflineState>()(() => ({ updateReady: false, reloadIsolates: false }));
  const container = navigator.serviceWorker;
  let registration: ServiceWorkerRegistration | undefined;
  let isUpdating = false;

  async function start(): Promise<void> {
    // Absent on plain http other than localhost; the development server has no worker to offer.
    if (!container || import.meta.env.DEV) return;
    container.addEventListener("controllerchange", () => {
      if (isUpdating) location.reload();
      else isolate();
    });
    // A page that it must first isolate cannot wait.
    if (!container.controller && globalThis.crossOriginIsolated) await calm(slides, CALM_MS);
    try {
      registration = await container.register("./service-worker.js", { scope: "./" });
    } catch {
      // Site data may be blocked: everything works as before, only not offline.
      return;
    }
    if (!globalThis.crossOriginIsolated)
      registration.installing?.postMessage({ kind: "hurry" } satisfies OfflineMessage);
    if (container.controller) isolate();
    noticeUpdate(registration);
    registration.addEventListener("updatefound", () => noticeUpdate(registration!));
    await container.ready;
    slides.subscribe(keepSample);
    keepSample();
  }

  function noticeUpdate({ waiting, installing }: ServiceWorkerRegistration): void {
    // Without a controller the worker is the first one, not an update.
    if (waiting && container.controller) store.setState({ updateReady: true });
    installing?.addEventListener("statechange", () => {
      if (installing.state === "installed" && container.controller) store.setState({ updateReady: true });
    });
  }

  /** The worker answers with the isolation headers from the next load on: load once more, unless that would disturb. */
  function isolate(): void {
    if (globalThis.crossOriginIsolated || wasReloaded()) return;
    if (slides.getState().entries.length > 0 || slides.getState().gathering) store.setState({ reloadIsolates: true });
    else reloadToIsolate();
  }

  /** Once the sample is on screen, all of it is fetched for the train ride home. */
  let hasAsked = false;
  function keepSample(): void {
    const { slide, entries, activeId } = slides.getState();
    const origin = entries.find(({ id }) => id === activeId)?.origin;
    if (hasAsked || !slide || origin?.kind !== "address" || origin.address !== SAMPLE_ADDRESS) return;
    hasAsked = true;
    const whenIdle = globalThis.requestIdleCallback ?? ((run: () => void) => setTimeout(run, 3000));
    whenIdle(() => post({ kind: "keep-sample", url: new URL(SAMPLE_ADDRESS, location.href).href }));
  }

  function post(message: OfflineMessage): void {
    registration?.active?.postMessage(message);
  }

  return {
    store,
    start: () => void start(),
    reload() {
      if (store.getState().updateReady && registration?.waiting) {
        isUpdating = true;
        registration.waiting.postMessage({ kind: "take-over" } satisfies OfflineMessage);
      } else {
        reloadToIsolate();
      }
    },
  };
}

function wasReloaded(): boolean {
  try {
    return sessionStorage.getItem(RELOADED_KEY) !== null;
  } catch {
    // Without site data there is no telling: better slow than reloading for ever.
    return true;
  }
}

function reloadToIsolate(): void {
  try {
    sessionStorage.setItem(RELOADED_KEY, "1");
  } catch {
    // `wasReloaded` then says so anyway.
  }
  location.reload();
}
