import { X } from "lucide-react";
import { type ReactNode, useEffect, useId, useRef } from "react";
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

/** A panel over the page that blocks nothing: the slide stays alive, Escape puts it away and gives the focus back. */
export function Floating({ title, place, children }: FloatingProps) {
  const chrome = useChromeStore();
  const panel = useRef<HTMLElement>(null);
  const titleId = useId();
  useEffect(() => {
    const before = document.activeElement;
    // A field that asks for the focus itself has it by now.
    if (!panel.current?.contains(before)) panel.current?.focus();
    return () => {
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
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
