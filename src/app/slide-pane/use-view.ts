import { useEffect, useEffectEvent } from "react";
import type { Viewer } from "#viewer";

/** Runs now and on every frame in which the view changes: for text and styles written straight to elements. */
export function useEveryView(viewer: Viewer | undefined, draw: (viewer: Viewer) => void): void {
  const onView = useEffectEvent(draw);
  useEffect(() => {
    if (!viewer) return;
    onView(viewer);
    return viewer.on("view", () => onView(viewer));
  }, [viewer]);
}
