import { lazy } from "react";

/** What stands beside a slide: loaded once there is one. */
export const Rail = lazy(async () => ({ default: (await import("./Rail.tsx")).Rail }));
export const PanelTabs = lazy(async () => ({ default: (await import("./PanelTabs.tsx")).PanelTabs }));
export const Sheet = lazy(async () => ({ default: (await import("./Sheet.tsx")).Sheet }));
