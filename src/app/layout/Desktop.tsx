import { type ReactNode, Suspense, useDeferredValue, useState } from "react";
import { useSettings, useSlides } from "../stores/context.tsx";
import { activeEntry } from "../stores/slides.ts";
import { words } from "../words.ts";
import styles from "./Layout.module.css";
import { LoadingPanel } from "./lazy-panels.tsx";
import { PanelTabs, Rail } from "./lazy-sides.tsx";
import { Splitter } from "./Splitter.tsx";

/** Slides at the left, the slide, panels at the right, the status line below. */
export function Desktop({ pane, foot }: { pane: ReactNode; foot: ReactNode }) {
  const { railOpen, railWidthPx, panelOpen, panelWidthPx, set } = useSettings((settings) => settings);
  // With no slide there is nothing to list or to tell.
  const hasEntries = useSlides((state) => state.entries.length > 0);
  const hasAnswer = useFirstAnswer();
  const rail = railOpen && hasEntries;
  const panel = panelOpen && hasEntries;
  const columns = `${rail ? `${railWidthPx}px` : "0"} minmax(0, 1fr) ${panel ? `${panelWidthPx}px` : "0"}`;
  return (
    <div className={styles.desktop} style={{ gridTemplateColumns: columns }}>
      {rail && (
        <nav className={styles.rail} aria-label={words.slides.title}>
          {hasAnswer && (
            <Suspense>
              <Rail />
            </Suspense>
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
            <Suspense fallback={<LoadingPanel />}>
              <PanelTabs />
            </Suspense>
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

/** Whether a slide has been painted or has failed since the page began: its pixels come before rail and panels. */
function useFirstAnswer(): boolean {
  const isThere = useDeferredValue(
    useSlides((state) => state.painted || activeEntry(state)?.state.kind === "failed"),
    false,
  );
  const [wasThere, setWasThere] = useState(false);
  if (isThere && !wasThere) setWasThere(true);
  return isThere || wasThere;
}
