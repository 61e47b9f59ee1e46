import { useSyncExternalStore } from "react";

/** Below this no panel has room beside the slide; the same line as in the style sheets. */
export const PHONE = "(max-width: 720px), (max-height: 420px)";

/** Up to here the slide has room for one panel beside it, not for two. */
export const NARROW = "(max-width: 1000px)";

/** Whether a media query holds, now and later. */
export function useMedia(query: string): boolean {
  return useSyncExternalStore(
    (changed) => {
      const media = matchMedia(query);
      media.addEventListener("change", changed);
      return () => media.removeEventListener("change", changed);
    },
    () => matchMedia(query).matches,
  );
}
