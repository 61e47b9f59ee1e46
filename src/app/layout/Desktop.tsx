import type { ReactNode } from "react";
import { useSettings } from "../stores/context.tsx";
import { words } from "../words.ts";
import styles from "./Layout.module.css";
import { Loaded } from "./Loaded.tsx";
import { LoadingPanel } from "./lazy-panels.tsx";
import { PanelTabs, Rail } from "./lazy-sides.tsx";
import { Splitter } from "./Splitter.tsx";
import { useFirstAnswer } from "./use-first-answer.ts";
import { useHasSides } from "./use-has-sides.ts";
import { useOneSide } from "./use-one-side.ts";

/** Slides at the left, the slide, panels at the right, the status line below. */
export function Desktop({ pane, foot }: { pane: ReactNode; foot: ReactNode }) {
  const { railOpen, railWidthPx, panelOpen, panelWidthPx, set } = useSettings((settings) => settings);
  useOneSide();
  const hasSides = useHasSides();
  const hasAnswer = useFirstAnswer();
  const rail = railOpen && hasSides;
  const panel = panelOpen && hasSides;
  // Panels made wide in a larger window leave the slide its room in a smaller one.
  const widest = rail && panel ? "50vw - 160px" : "100vw - 380px";
  const side = (isOpen: boolean, widthPx: number) => (isOpen ? `min(${widthPx}px, ${widest})` : "0");
  const columns = `${side(rail, railWidthPx)} minmax(0, 1fr) ${side(panel, panelWidthPx)}`;
  return (
    <div className={styles.desktop} style={{ gridTemplateColumns: columns }}>
      {rail && (
        <nav className={styles.rail} aria-label={words.slides.title}>
          {hasAnswer && (
            <Loaded>
              <Rail />
            </Loaded>
          )}
          <Splitter
            label={words.layout.railWidth}
            side="left"
            widthPx={railWidthPx}
            onResize={(width) => set({ railWidthPx: width })}
          />
        </nav>
      )}
      <div className={styles.pane}>{pane}</div>
      {panel && (
        <aside className={styles.panel} aria-label={words.layout.panel}>
          {hasAnswer && (
            <Loaded fallback={<LoadingPanel />}>
              <PanelTabs />
            </Loaded>
          )}
          <Splitter
            label={words.layout.panelWidth}
            side="right"
            widthPx={panelWidthPx}
            onResize={(width) => set({ panelWidthPx: width })}
          />
        </aside>
      )}
      <div className={styles.foot}>{foot}</div>
    </div>
  );
}
