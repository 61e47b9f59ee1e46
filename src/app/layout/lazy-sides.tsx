import { part } from "./Loaded.tsx";

/** What stands beside a slide: loaded once there is one. */
export const Rail = part(async () => (await import("./Rail.tsx")).Rail);
export const PanelTabs = part(async () => (await import("./PanelTabs.tsx")).PanelTabs);
export const Sheet = part(async () => (await import("./Sheet.tsx")).Sheet);
