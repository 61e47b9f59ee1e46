import type { ViewState } from "#viewer";
import { queryFor } from "../opening/address.ts";
import type { SlideEntry } from "../stores/slides.ts";
import { formatViewHash, parseViewHash } from "./view-hash.ts";

/** Writing history more often than this makes Safari throw (100 times in 30 s). */
const WRITE_EVERY_MS = 400;
/** Which slide the hash of this tab speaks of: names of local slides do not belong into an address that is shared. */
const SHOWN_KEY = "coverslip.shown";

/** Keeps the address in step with the slide and the view, and gives the view of a reloaded or shared address back once. */
export interface AddressBar {
  /** The slide pane is now about this slide. */
  shown(entry: SlideEntry | undefined): void;
  moved(view: ViewState): void;
  /** Tells of a view that was pasted into the address of this page, or gone back to; what this writes itself is none. */
  follow(go: (view: ViewState) => void): () => void;
  /** The view to begin with, for the first slide that is opened if it is the one the address speaks of. */
  takeView(entry: SlideEntry): ViewState | undefined;
}

/** What of the window it needs. */
type Place = Pick<Window, "location" | "history" | "sessionStorage"> &
  Pick<EventTarget, "addEventListener" | "removeEventListener">;

export function createAddressBar(place: Place): AddressBar {
  let first = parseViewHash(place.location.hash);
  const firstName = read();
  let firstQuery: string | undefined = place.location.search;
  let now: SlideEntry | undefined;
  let latest: ViewState | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;

  function read(): string | null {
    try {
      return place.sessionStorage.getItem(SHOWN_KEY);
    } catch {
      return null;
    }
  }

  function keep(name: string | undefined): void {
    try {
      if (name === undefined) place.sessionStorage.removeItem(SHOWN_KEY);
      else place.sessionStorage.setItem(SHOWN_KEY, name);
    } catch {
      // Where site data is blocked, a reload begins with the whole slide.
    }
  }

  function write(): void {
    timer = undefined;
    if (latest) replace(formatViewHash(latest));
  }

  /** With the name of its slide, so that going back to it does not move another one. */
  function replace(address: string): void {
    place.history.replaceState(now ? { slide: now.name } : null, "", address);
  }

  function addressOf(entry: SlideEntry | undefined): string {
    return queryFor(entry?.origin.kind === "address" ? entry.origin.address : undefined);
  }

  /** Whether the address speaks of the slide that is shown: it may be one that was left for another slide. */
  function isOfShown(): boolean {
    const { slide } = (place.history.state ?? {}) as { slide?: unknown };
    return place.location.search === addressOf(now) && (slide === undefined || slide === now?.name);
  }

  return {
    shown(entry) {
      now = entry;
      clearTimeout(timer);
      timer = undefined;
      latest = undefined;
      // The address of a reload stays as it is until its slide has been opened.
      if (first && entry && isSpokenOf(entry)) return;
      replace(`${place.location.pathname}${addressOf(entry)}`);
      keep(entry?.name);
    },
    moved(view) {
      latest = view;
      timer ??= setTimeout(write, WRITE_EVERY_MS);
    },
    follow(go) {
      const changed = () => {
        const view = parseViewHash(place.location.hash);
        // The first slide is still on its way.
        if (first) first = view;
        else if (now && !isOfShown()) {
          replace(`${place.location.pathname}${addressOf(now)}${latest ? formatViewHash(latest) : ""}`);
        } else if (now && view) {
          // Not the view from before over the one that was asked for.
          clearTimeout(timer);
          timer = undefined;
          go(view);
        }
      };
      place.addEventListener("hashchange", changed);
      return () => place.removeEventListener("hashchange", changed);
    },
    takeView(entry) {
      const view = first && isSpokenOf(entry) ? first : undefined;
      first = undefined;
      firstQuery = undefined;
      keep(entry.name);
      return view;
    },
  };

  function isSpokenOf(entry: SlideEntry): boolean {
    if (entry.origin.kind === "address") return queryFor(entry.origin.address) === firstQuery;
    return firstQuery === "" && (firstName === null || firstName === entry.name);
  }
}
