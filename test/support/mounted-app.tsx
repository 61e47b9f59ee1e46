import { createRoot } from "react-dom/client";
import { onTestFinished } from "vitest";
import { App } from "../../src/app/App.tsx";
import type { Offline } from "../../src/app/offline/register.ts";
import { type Gathered, gatherHandles } from "../../src/app/opening/gather.ts";
import type { RecentSlide } from "../../src/app/opening/kept.ts";
import { createSession } from "../../src/app/opening/session.ts";
import type { AddressBar } from "../../src/app/slide-pane/address-bar.ts";
import { createChromeStore } from "../../src/app/stores/chrome.ts";
import type { AppParts } from "../../src/app/stores/context.tsx";
import { createRequestsStore } from "../../src/app/stores/requests.ts";
import { createSettingsStore } from "../../src/app/stores/settings.ts";
import { createSlidesStore } from "../../src/app/stores/slides.ts";
import { createStore } from "../../src/app/stores/store.ts";
import "../../src/app/base.css";
import { fakeFile } from "./fake-handles.ts";
import { type FakeLibrary, type FakeSlides, fakeLibrary } from "./fake-library.ts";
import { memoryKept } from "./memory-kept.ts";
import { memoryStorage } from "./memory-storage.ts";

export interface MountedApp {
  readonly parts: AppParts;
  readonly library: FakeLibrary;
  /** What the next press of Open slide or Open folder gives. */
  pick(...handles: FileSystemHandle[]): void;
  /** Opens files of these names, as a drop would. */
  open(...names: string[]): Promise<void>;
}

/** The whole app in the test page, over a library that knows slides by name; taken away after the test. */
export async function mountApp(known: FakeSlides, recent: readonly RecentSlide[] = []): Promise<MountedApp> {
  const library = fakeLibrary(known);
  let picked: readonly FileSystemHandle[] = [];
  const pick = async (): Promise<Gathered | undefined> => (picked.length > 0 ? gatherHandles(picked) : undefined);
  const slides = createSlidesStore();
  const parts: AppParts = {
    slides,
    settings: createSettingsStore(memoryStorage()),
    chrome: createChromeStore(),
    requests: createRequestsStore(location.origin),
    session: createSession({
      library,
      slides,
      kept: memoryKept(recent),
      pickers: { pickFiles: pick, pickFolder: pick },
      page: () => new URL(location.href),
    }),
  };
  const address: AddressBar = { shown: () => {}, moved: () => {}, takeView: () => undefined };
  const offline: Offline = {
    store: createStore(() => ({ updateReady: false, reloadIsolates: false })),
    start: () => {},
    reload: () => {},
  };
  const container = document.createElement("div");
  container.id = "root";
  document.body.append(container);
  const root = createRoot(container);
  root.render(<App parts={parts} library={library} offline={offline} address={address} />);
  onTestFinished(() => {
    root.unmount();
    container.remove();
    delete document.documentElement.dataset.theme;
  });
  return {
    parts,
    library,
    pick(...handles) {
      picked = handles;
    },
    open: (...names) => parts.session.openHandles(names.map((name) => fakeFile(name, "x"))),
  };
}
