import { createRoot } from "react-dom/client";
import { findSlides, getSlidePool, openSlide } from "#slide";
import { App } from "./App.tsx";
import { createAnalysisDoor } from "./analysis/door.ts";
import { browserFolderPicker } from "./analysis/folder-picker.ts";
import "./base.css";
import { watchRequests } from "./foot/watch-requests.ts";
import type { Library } from "./library.ts";
import { createOffline } from "./offline/register.ts";
import { askedFor } from "./opening/address.ts";
import { comeBack } from "./opening/come-back.ts";
import { openKept } from "./opening/kept.ts";
import { listenLaunches } from "./opening/launches.ts";
import { browserPickers } from "./opening/pickers.ts";
import { createSession } from "./opening/session.ts";
import { createAddressBar } from "./slide-pane/address-bar.ts";
import { createChromeStore } from "./stores/chrome.ts";
import { createRequestsStore } from "./stores/requests.ts";
import { createSettingsStore, usableStorage } from "./stores/settings.ts";
import { createSlidesStore } from "./stores/slides.ts";

/** The introductions: which library, which stores, which browser. Everything below gets what it needs from here. */
const library: Library = { openSlide, findSlides, pool: getSlidePool };
const slides = createSlidesStore();
const settings = createSettingsStore();
const chrome = createChromeStore();
const requests = createRequestsStore(location.origin);
const offline = createOffline(slides);
const address = createAddressBar(window);
const kept = openKept();
const session = createSession({
  library,
  slides,
  kept,
  pickers: browserPickers(),
  tabStorage: usableStorage("sessionStorage"),
  page: () => new URL(location.href),
  onShown: (entry) => address.shown(entry),
});

const analysis = createAnalysisDoor(async () => {
  const { createAnalysis } = await import("./analysis/analysis.ts");
  const needs = { library, session, kept, slides, chrome, settings, folderPicker: browserFolderPicker() };
  return createAnalysis({ ...needs, storage: usableStorage(), engine: () => import("./analysis/engine.ts") });
});

if (new URL(location.href).searchParams.has("driven")) {
  // The command line has opened the page, and nobody looks at it.
  void import("./driven/driven.ts").then(({ startDriven }) => startDriven());
} else {
  start();
}

function start(): void {
  watchRequests(requests);
  const asked = askedFor(new URL(location.href));
  createRoot(document.getElementById("root")!).render(
    <App
      parts={{ slides, settings, chrome, requests, session, analysis }}
      library={library}
      offline={offline}
      address={address}
    />,
  );

  // After the first paint: what makes a drop show pixels at once, and then what only later visits need.
  requestAnimationFrame(() =>
    setTimeout(() => {
      session.openAsked(asked);
      listenLaunches(session);
      document.addEventListener("visibilitychange", () => document.hidden || void session.seen());
      library
        .pool()
        .warmUp()
        // A slide that is opened then meets the same trouble, and says so in its place.
        .catch(() => {});
      void comeBack({ asked, slides, session, kept, analysis, offline });
    }),
  );
}
