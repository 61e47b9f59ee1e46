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
  /** The view to begin with, for the first slide that is opened if it is the one the address speaks of. */
  takeView(entry: SlideEntry): ViewState | undefined;
}

export function createAddressBar(place: Pick<Window, "location" | "history" | "sessionStorage">): AddressBar {
  let first = parseViewHash(place.location.hash);
  const firstName = read();
  let firstQuery: string | undefined = place.location.search;
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
    if (latest) place.history.replaceState(null, "", formatViewHash(latest));
  }

  return {
    shown(entry) {
      clearTimeout(timer);
      timer = undefined;
      latest = undefined;
      // The address of a reload stays as it is until its slide has been opened.
      if (first && entry && isSpokenOf(entry)) return;
      const address = entry?.origin.kind === "address" ? entry.origin.address : undefined;
      place.history.replaceState(null, "", `${place.location.pathname}${queryFor(address)}`);
      keep(entry?.name);
    },
    moved(view) {
      latest = view;
      timer ??= setTimeout(write, WRITE_EVERY_MS);
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
