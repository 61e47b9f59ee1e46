import { createRoot } from "react-dom/client";
import { onTestFinished } from "vitest";
import type { ViewState } from "#viewer";
import { App } from "../../src/app/App.tsx";
import { createAnalysis } from "../../src/app/analysis/analysis.ts";
import { createAnalysisDoor } from "../../src/app/analysis/door.ts";
import type { FolderPicker } from "../../src/app/analysis/folder-picker.ts";
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
import { type FakeEngine, fakeEngine } from "./fake-engine.ts";
import { fakeFile } from "./fake-handles.ts";
import { type FakeLibrary, type FakeSlides, fakeLibrary } from "./fake-library.ts";
import { memoryKept } from "./memory-kept.ts";
import { memoryStorage } from "./memory-storage.ts";

export interface MountedApp {
  readonly parts: AppParts;
  readonly library: FakeLibrary;
  readonly engine: FakeEngine;
  readonly kept: ReturnType<typeof memoryKept>;
  /** What the next press of Choose a folder gives. */
  pickJobFolder(handle: FileSystemDirectoryHandle): void;
  /** What the next press of Open slide or Open folder gives. */
  pick(...handles: FileSystemHandle[]): void;
  /** As if a link to this view came into the address of the page. */
  pasteView(view: ViewState): void;
  /** Opens files of these names, as a drop would. */
  open(...names: string[]): Promise<void>;
}

/** The whole app in the test page, over a library that knows slides by name; taken away after the test. */
export async function mountApp(known: FakeSlides, recent: readonly RecentSlide[] = []): Promise<MountedApp> {
  const library = fakeLibrary(known);
  let picked: readonly FileSystemHandle[] = [];
  const pick = async (): Promise<Gathered | undefined> => (picked.length > 0 ? gatherHandles(picked) : undefined);
  const slides = createSlidesStore();
  const settings = createSettingsStore(memoryStorage());
  const chrome = createChromeStore();
  const kept = memoryKept(recent);
  const session = createSession({
    library,
    slides,
    kept,
    pickers: { pickFiles: pick, pickFolder: pick },
    page: () => new URL(location.href),
  });
  const engine = fakeEngine();
  let jobFolder: FileSystemDirectoryHandle | undefined;
  const folderPicker: FolderPicker = { isPossible: true, pick: async () => jobFolder };
  const needs = { library, session, kept, slides, chrome, settings, folderPicker };
  const analysis = createAnalysisDoor(async () =>
    createAnalysis({ ...needs, storage: memoryStorage(), engine: async () => engine }),
  );
  const requests = createRequestsStore(location.origin);
  const parts: AppParts = { slides, settings, chrome, requests, session, analysis };
  let pasteView: (view: ViewState) => void = () => {};
  const follow: AddressBar["follow"] = (go) => {
    pasteView = go;
    return () => {};
  };
  const address: AddressBar = { shown: () => {}, moved: () => {}, takeView: () => undefined, follow };
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
    analysis.store.getState().analysis?.stop();
    container.remove();
    delete document.documentElement.dataset.theme;
  });
  return {
    parts,
    library,
    engine,
    kept,
    pickJobFolder(handle) {
      jobFolder = handle;
    },
    pick(...handles) {
      picked = handles;
    },
    pasteView: (view) => pasteView(view),
    open: (...names) => parts.session.openHandles(names.map((name) => fakeFile(name, "x"))),
  };
}
