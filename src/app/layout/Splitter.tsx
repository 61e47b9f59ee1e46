import type { KeyboardEvent, PointerEvent } from "react";
import { PANEL_WIDTH_PX } from "../stores/settings.ts";
import styles from "./Layout.module.css";

/** A step of an arrow key. */
const STEP_PX = 16;

export interface SplitterProps {
  label: string;
  /** The side on which the panel lies that it resizes. */
  side: "left" | "right";
  widthPx: number;
  onResize: (widthPx: number) => void;
}

/** The edge of a panel, to drag or to move with the arrow keys. */
export function Splitter({ label, side, widthPx, onResize }: SplitterProps) {
  const away = side === "left" ? 1 : -1;
  const resize = (width: number) =>
    onResize(Math.round(Math.min(Math.max(width, PANEL_WIDTH_PX.min), PANEL_WIDTH_PX.max)));
  const onPointerDown = (event: PointerEvent<HTMLElement>) => {
    const edge = event.currentTarget;
    const { pointerId, clientX } = event;
    edge.setPointerCapture(pointerId);
    const abort = new AbortController();
    const { signal } = abort;
    const onMove = (move: globalThis.PointerEvent) => resize(widthPx + (move.clientX - clientX) * away);
    edge.addEventListener("pointermove", onMove as EventListener, { signal });
    edge.addEventListener("lostpointercapture", () => abort.abort(), { signal });
    event.preventDefault();
    edge.focus();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const by = { ArrowLeft: -STEP_PX, ArrowRight: STEP_PX }[event.key];
    if (by === undefined) return;
    // Arrow keys of a focused edge are not meant for the slide.
    event.stopPropagation();
    event.preventDefault();
    resize(widthPx + by * away);
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: <hr> cannot be moved
    <div
      className={styles.splitter}
      data-side={side}
      role="separator"
      aria-label={label}
      aria-orientation="vertical"
      aria-valuenow={widthPx}
      aria-valuemin={PANEL_WIDTH_PX.min}
      aria-valuemax={PANEL_WIDTH_PX.max}
      tabIndex={0}
      onPointerDown={onPointerDown}
      onKeyDown={onKeyDown}
    />
  );
}
