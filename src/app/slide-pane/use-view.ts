import { useEffectEvent, useLayoutEffect } from "react";
import type { Viewer } from "#viewer";

/**
 * For text and styles written straight to elements: runs when the component has been drawn, before anybody can see it,
 * on every frame in which the view changes, and when the view has another size.
 */
export function useEveryView(viewer: Viewer | undefined, draw: (viewer: Viewer) => void): void {
  const onView = useEffectEvent(draw);
  // Drawn anew, the component may go by another scale.
  useLayoutEffect(() => viewer && onView(viewer));
  useLayoutEffect(() => {
    if (!viewer) return;
    const stop = [viewer.on("view", () => onView(viewer)), viewer.on("size", () => onView(viewer))];
    return () => {
      for (const off of stop) off();
    };
  }, [viewer]);
}
