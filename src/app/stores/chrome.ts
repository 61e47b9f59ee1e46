import type { Viewer } from "#viewer";
import type { PanelTab } from "./settings.ts";
import { createStore, type StoreApi } from "./store.ts";

/** What lies over the page and is not worth keeping. */
export interface ChromeState {
  /** The one floating panel that is open. */
  readonly floating: "commands" | "keys" | "requests" | undefined;
  /** H is held: nothing lies over the tissue. */
  readonly hidden: boolean;
  /** The drawing surface of the slide pane, once it stands. */
  readonly viewer: Viewer | undefined;
  /** How far the phone's bottom sheet is pulled up. */
  readonly sheet: "closed" | "half" | "full";
  readonly sheetTab: "slides" | PanelTab;
}

export type ChromeStore = StoreApi<ChromeState>;

export function createChromeStore(): ChromeStore {
  return createStore<ChromeState>()(() => ({
    floating: undefined,
    hidden: false,
    viewer: undefined,
    sheet: "closed",
    sheetTab: "slide",
  }));
}
