import type { ChromeStore } from "./chrome.ts";
import type { PanelTab, SettingsStore } from "./settings.ts";

/** Where tabs stand: beside the slide on a desktop, in the sheet on a phone. */
export interface Sides {
  readonly settings: SettingsStore;
  readonly chrome: ChromeStore;
}

/** Brings a tab in sight, whether its panel was hidden or another tab was in front. */
export function showTab({ settings, chrome }: Sides, tab: PanelTab): void {
  settings.getState().set({ panelOpen: true, panelTab: tab });
  pullUp(chrome, tab);
}

/** Brings the table of the job in sight. */
export function showJob({ settings, chrome }: Sides): void {
  settings.getState().set({ railOpen: true, railTab: "job" });
  pullUp(chrome, "slides");
}

/** Puts a tab in front in the phone's sheet, which comes half up where it was closed. */
export function pullUp(chrome: ChromeStore, sheetTab: "slides" | PanelTab): void {
  chrome.setState(({ sheet }) => ({ sheet: sheet === "closed" ? "half" : sheet, sheetTab }));
}
