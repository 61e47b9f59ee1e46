import { createRoot } from "react-dom/client";
import { findSlides, getSlidePool, openSlide } from "#slide";
import { App } from "./App.tsx";
import "./base.css";
import { watchRequests } from "./foot/watch-requests.ts";
import type { Library } from "./library.ts";
import { createOffline } from "./offline/register.ts";
import { askedFor } from "./opening/address.ts";
import { openKept } from "./opening/kept.ts";
import { listenLaunches } from "./opening/launches.ts";
import { browserPickers } from "./opening/pickers.ts";
import { createSession } from "./opening/session.ts";
import { createAddressBar } from "./slide-pane/address-bar.ts";
import { createChromeStore } from "./stores/chrome.ts";
import { createRequestsStore } from "./stores/requests.ts";
import { createSettingsStore } from "./stores/settings.ts";
import { createSlidesStore } from "./stores/slides.ts";

/** The introductions: which library, which stores, which browser. Everything below gets what it needs from here. */
const library: Library = { openSlide, findSlides, pool: getSlidePool };
const slides = createSlidesStore();
const settings = createSettingsStore();
const chrome = createChromeStore();
const requests = createRequestsStore(location.origin);
const offline = createOffline(slides);
const address = createAddressBar(window);
const session = createSession({
  library,
  slides,
  kept: openKept(),
  pickers: browserPickers(),
  page: () => new URL(location.href),
  onShown: (entry) => address.shown(entry),
});

watchRequests(requests);
const asked = askedFor(new URL(location.href));
createRoot(document.getElementById("root")!).render(
  <App parts={{ slides, settings, chrome, requests, session }} library={library} offline={offline} address={address} />,
);

// After the first paint: what makes a drop show pixels at once, and then what only later visits need.
requestAnimationFrame(() =>
  setTimeout(async () => {
    session.openAsked(asked);
    listenLaunches(session);
    library
      .pool()
      .warmUp()
      // A slide that is opened then meets the same trouble, and says so in its place.
      .catch(() => {});
    if (asked.kind === "nothing") {
      const last = await session.lastSession();
      if (last?.granted && slides.getState().entries.length === 0) await session.resume(last.session);
    }
    offline.start();
  }),
);
