import { useEffect, useEffectEvent } from "react";
import type { Viewer } from "#viewer";

/** Runs now, on every frame in which the view changes, and when it has another size: for text and styles written straight to elements. */
export function useEveryView(viewer: Viewer | undefined, draw: (viewer: Viewer) => void): void {
  const onView = useEffectEvent(draw);
  useEffect(() => {
    if (!viewer) return;
    onView(viewer);
    const stop = [viewer.on("view", () => onView(viewer)), viewer.on("size", () => onView(viewer))];
    return () => {
      for (const off of stop) off();
    };
  }, [viewer]);
}
