import type { ReactNode } from "react";
import { TabPanel } from "../controls/controls.tsx";
import { SlidePanel } from "../slide-panel/SlidePanel.tsx";
import { PANEL_TABS, type PanelTab } from "../stores/settings.ts";
import { ViewPanel } from "../view-panel/ViewPanel.tsx";
import styles from "./Layout.module.css";
import { Loaded } from "./Loaded.tsx";
import { AnalysePanel, LoadingPanel, ResultsPanel } from "./lazy-panels.tsx";

export interface PanelsProps {
  /** In a closed sheet nothing can be reached. */
  isInert?: boolean;
  /** Stands below the settings of the view. */
  belowView?: ReactNode;
}

/** What is known of the slide, how it is shown, and what is made of it: a panel for each of `PANEL_TABS`. */
export function Panels({ isInert = false, belowView }: PanelsProps) {
  return PANEL_TABS.map((id) => (
    <TabPanel key={id} id={id} className={styles.tabPanel!} inert={isInert} data-scroller>
      <Panel id={id} />
      {id === "view" && belowView}
    </TabPanel>
  ));
}

function Panel({ id }: { id: PanelTab }) {
  switch (id) {
    case "slide":
      return <SlidePanel />;
    case "view":
      return <ViewPanel />;
    case "analyse":
      return (
        <Loaded fallback={<LoadingPanel />}>
          <AnalysePanel />
        </Loaded>
      );
    case "results":
      return (
        <Loaded fallback={<LoadingPanel />}>
          <ResultsPanel />
        </Loaded>
      );
  }
}
