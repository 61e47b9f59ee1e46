import { PanelRightClose } from "lucide-react";
import { Suspense } from "react";
import { IconButton, Tab, TabList, TabPanel, Tabs } from "../controls/controls.tsx";
import { SlidePanel } from "../slide-panel/SlidePanel.tsx";
import { useSettings } from "../stores/context.tsx";
import { PANEL_TABS, type PanelTab } from "../stores/settings.ts";
import { ViewPanel } from "../view-panel/ViewPanel.tsx";
import { words } from "../words.ts";
import styles from "./Layout.module.css";
import { AnalysePanel, LoadingPanel, ResultsPanel } from "./lazy-panels.tsx";

/** What is known of the slide, how it is shown, and what is made of it. */
export function PanelTabs() {
  const tab = useSettings((settings) => settings.panelTab);
  const set = useSettings((settings) => settings.set);
  return (
    <Tabs className={styles.tabs!} selectedKey={tab} onSelectionChange={(key) => set({ panelTab: key as PanelTab })}>
      <div className={styles.tabLine}>
        <TabList aria-label={words.layout.panel} className={styles.tabList!}>
          {PANEL_TABS.map((id) => (
            <Tab key={id} id={id} className={styles.tab!}>
              {words.layout.tabs[id]}
            </Tab>
          ))}
        </TabList>
        <IconButton label={words.layout.hidePanel} shortcut="]" onPress={() => set({ panelOpen: false })}>
          <PanelRightClose aria-hidden />
        </IconButton>
      </div>
      <TabPanel id="slide" className={styles.tabPanel!} data-scroller>
        <SlidePanel />
      </TabPanel>
      <TabPanel id="view" className={styles.tabPanel!}>
        <ViewPanel />
      </TabPanel>
      <TabPanel id="analyse" className={styles.tabPanel!}>
        <Suspense fallback={<LoadingPanel />}>
          <AnalysePanel />
        </Suspense>
      </TabPanel>
      <TabPanel id="results" className={styles.tabPanel!}>
        <Suspense fallback={<LoadingPanel />}>
          <ResultsPanel />
        </Suspense>
      </TabPanel>
    </Tabs>
  );
}
