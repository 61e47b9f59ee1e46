import { createJSONStorage, createStore, persist, type StoreApi } from "./store.ts";

export const THEMES = ["system", "dark", "light"] as const;
export type Theme = (typeof THEMES)[number];

export const RENDERERS = ["auto", "webgl2", "canvas2d"] as const;
export type RendererChoice = (typeof RENDERERS)[number];

export const PANEL_TABS = ["slide", "view", "analyse", "results"] as const;
export type PanelTab = (typeof PANEL_TABS)[number];

export const RAIL_TABS = ["slides", "job"] as const;
export type RailTab = (typeof RAIL_TABS)[number];

export interface Settings {
  readonly theme: Theme;
  readonly renderer: RendererChoice;
  readonly railOpen: boolean;
  readonly railWidthPx: number;
  readonly railTab: RailTab;
  readonly panelOpen: boolean;
  readonly panelWidthPx: number;
  readonly panelTab: PanelTab;
  readonly showOverview: boolean;
  readonly showScaleBar: boolean;
  readonly showReadout: boolean;
}

export const DEFAULT_SETTINGS: Settings = {
  theme: "system",
  renderer: "auto",
  railOpen: true,
  railWidthPx: 264,
  railTab: "slides",
  panelOpen: true,
  panelWidthPx: 344,
  panelTab: "slide",
  showOverview: true,
  showScaleBar: true,
  showReadout: true,
};

/** Narrower than this a panel cannot be read, wider it leaves no slide. */
export const PANEL_WIDTH_PX = { min: 180, max: 560 };

export interface SettingsActions {
  set(change: Partial<Settings>): void;
  /** Back to how a new user finds the app. */
  reset(): void;
}

export type SettingsStore = StoreApi<Settings & SettingsActions>;

/** Raised when a stored setting changes its meaning; `migrate` then has to say what becomes of the old one. */
export const SETTINGS_VERSION = 1;
export const SETTINGS_KEY = "coverslip.settings";

/** What the user chose, kept on this device. `storage` is a parameter for tests and for browsers that refuse storage. */
export function createSettingsStore(storage: Storage | undefined = usableStorage()): SettingsStore {
  return createStore<Settings & SettingsActions>()(
    persist(
      (set) => ({
        ...DEFAULT_SETTINGS,
        set: (change) => set(change),
        reset: () => set(DEFAULT_SETTINGS),
      }),
      {
        name: SETTINGS_KEY,
        version: SETTINGS_VERSION,
        storage: storage && createJSONStorage(() => storage),
        partialize: ({ set: _set, reset: _reset, ...settings }) => settings,
        merge: (stored, current) => ({ ...current, ...readSettings(stored) }),
      },
    ),
  );
}

/** Takes from stored data only what is a setting with a value it may have: a hand-edited store must not break the app. */
export function readSettings(stored: unknown): Partial<Settings> {
  if (typeof stored !== "object" || stored === null) return {};
  const found = stored as Record<string, unknown>;
  const settings: Record<string, unknown> = {};
  for (const [key, standard] of Object.entries(DEFAULT_SETTINGS)) {
    const value = found[key];
    if (typeof value !== typeof standard) continue;
    if (typeof value === "number" && !(value >= PANEL_WIDTH_PX.min && value <= PANEL_WIDTH_PX.max)) continue;
    const choices: readonly unknown[] | undefined = CHOICES[key];
    if (choices && !choices.includes(value)) continue;
    settings[key] = value;
  }
  return settings;
}

const CHOICES: Readonly<Record<string, readonly unknown[]>> = {
  theme: THEMES,
  renderer: RENDERERS,
  panelTab: PANEL_TABS,
  railTab: RAIL_TABS,
};

/** Reading `localStorage` throws where the user blocks site data; so does reading `sessionStorage`. */
export function usableStorage(which: "localStorage" | "sessionStorage" = "localStorage"): Storage | undefined {
  try {
    return globalThis[which];
  } catch {
    return undefined;
  }
}
