import { Maximize, PanelLeftOpen, RotateCcw, RotateCw, ZoomIn, ZoomOut } from "lucide-react";
import type { Viewer } from "#viewer";
import { IconButton } from "../controls/buttons.tsx";
import { useSettings } from "../stores/context.tsx";
import { words } from "../words.ts";
import styles from "./SlidePane.module.css";

/** A double click's step. */
export const ZOOM_STEP = 2;

/** What the keyboard and the mouse do, for those who look for a button. */
export function ToolStrip({ viewer, name }: { viewer: Viewer; name: string }) {
  const railOpen = useSettings((settings) => settings.railOpen);
  const set = useSettings((settings) => settings.set);
  return (
    <div className={styles.tools} role="toolbar" aria-label={words.pane.tools}>
      {!railOpen && (
        <IconButton
          forTouch
          className={styles.railButton}
          label={words.layout.showRail}
          shortcut="["
          onPress={() => set({ railOpen: true })}
        >
          <PanelLeftOpen aria-hidden />
        </IconButton>
      )}
      <IconButton label={words.pane.zoomIn} shortcut="+" onPress={() => viewer.zoomBy(ZOOM_STEP)}>
        <ZoomIn aria-hidden />
      </IconButton>
      <IconButton label={words.pane.zoomOut} shortcut="−" onPress={() => viewer.zoomBy(1 / ZOOM_STEP)}>
        <ZoomOut aria-hidden />
      </IconButton>
      <IconButton forTouch label={words.pane.fit} shortcut="0" onPress={() => viewer.fit({ animate: true })}>
        <Maximize aria-hidden />
      </IconButton>
      <IconButton label={words.pane.rotateLeft} onPress={() => turn(viewer, -90)}>
        <RotateCcw aria-hidden />
      </IconButton>
      <IconButton forTouch label={words.pane.rotateRight} onPress={() => turn(viewer, 90)}>
        <RotateCw aria-hidden />
      </IconButton>
      {!railOpen && <span className={styles.name}>{name}</span>}
    </div>
  );
}

/** Turns the slide clockwise as the reader sees it; at once, so that a second press adds to a whole turn. */
export function turn(viewer: Viewer, degrees: number): void {
  viewer.setView({ rotation: viewer.view.rotation + (degrees * Math.PI) / 180 });
}
