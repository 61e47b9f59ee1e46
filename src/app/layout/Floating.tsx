import { X } from "lucide-react";
import { type ReactNode, useEffect, useId, useMemo, useRef } from "react";
import { IconButton } from "../controls/buttons.tsx";
import { useChromeStore } from "../stores/context.tsx";
import { words } from "../words.ts";
import styles from "./Floating.module.css";

export interface FloatingProps {
  title: string;
  /** Beside what opened it. */
  place: "foot" | "top";
  children: ReactNode;
}

/** Where the focus was before a floating panel came, it is again when the panel has gone and taken it along. */
export function useFocusBack(isOpen: boolean): void {
  // As the panel is about to come: once it stands, a field in it may have the focus.
  const before = useMemo(() => (isOpen ? document.activeElement : null), [isOpen]);
  useEffect(() => {
    if (!(before instanceof HTMLElement)) return;
    return () => {
      // Whoever has it by now was given it on purpose.
      if (document.activeElement === document.body) before.focus();
    };
  }, [before]);
}

/** A panel over the page that blocks nothing: the slide stays alive, Escape puts it away. */
export function Floating({ title, place, children }: FloatingProps) {
  const chrome = useChromeStore();
  const panel = useRef<HTMLElement>(null);
  const titleId = useId();
  useEffect(() => {
    // A field that asks for the focus itself has it by now.
    if (!panel.current?.contains(document.activeElement)) panel.current?.focus();
  }, []);
  return (
    <section
      ref={panel}
      className={styles.floating}
      data-place={place}
      role="dialog"
      aria-labelledby={titleId}
      tabIndex={-1}
      onKeyDown={(event) => {
        if (event.key === "Escape") chrome.setState({ floating: undefined });
        // What is typed here is meant for the panel, not for the slide.
        event.stopPropagation();
      }}
    >
      <header>
        <h2 id={titleId}>{title}</h2>
        <IconButton label={words.keys.close} shortcut="Esc" onPress={() => chrome.setState({ floating: undefined })}>
          <X aria-hidden />
        </IconButton>
      </header>
      {children}
    </section>
  );
}
