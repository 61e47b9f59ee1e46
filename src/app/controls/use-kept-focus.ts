import { type RefObject, useEffect, useRef } from "react";

/** Where buttons take each other's place: the focus of one that has gone goes to the next thing to do. */
export function useKeptFocus<T extends HTMLElement>(): RefObject<T | null> {
  const place = useRef<T>(null);
  useEffect(() => {
    const element = place.current;
    if (!element) return;
    let wasHere = element.contains(document.activeElement);
    const went = ({ target }: Event) => {
      wasHere = element.contains(target as Node);
    };
    const observer = new MutationObserver(() => {
      if (!wasHere || document.activeElement !== document.body) return;
      const enabled = [...element.querySelectorAll<HTMLElement>("button:enabled")];
      const next = enabled.find((button) => button.dataset.kind === "primary") ?? enabled[0];
      next?.focus();
    });
    observer.observe(element, { childList: true, subtree: true, attributeFilter: ["disabled"] });
    document.addEventListener("focusin", went);
    // Pressing where nothing takes the focus lets go of it too.
    document.addEventListener("pointerdown", went);
    return () => {
      observer.disconnect();
      document.removeEventListener("focusin", went);
      document.removeEventListener("pointerdown", went);
    };
  }, []);
  return place;
}
