import { useLayoutEffect } from "react";
import { useSettingsStore } from "../stores/context.tsx";
import { NARROW, useMedia } from "./use-media.ts";

/** In a narrow window the side that is opened takes the other's room. A rail that gave way comes back with the room. */
export function useOneSide(): void {
  const settings = useSettingsStore();
  const isNarrow = useMedia(NARROW);
  // Before anything is painted: both sides leave no slide.
  useLayoutEffect(() => {
    if (!isNarrow) return;
    const { railOpen, panelOpen, set } = settings.getState();
    const gaveWay = railOpen && panelOpen;
    if (gaveWay) set({ railOpen: false });
    const stop = settings.subscribe((now, before) => {
      if (now.railOpen && now.panelOpen) set(before.panelOpen ? { panelOpen: false } : { railOpen: false });
    });
    return () => {
      stop();
      if (gaveWay) set({ railOpen: true, panelOpen: true });
    };
  }, [settings, isNarrow]);
}
