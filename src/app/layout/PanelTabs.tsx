import { PanelRightClose } from "lucide-react";
import { IconButton, Tab, TabList, Tabs } from "../controls/controls.tsx";
import { useSettings } from "../stores/context.tsx";
import { PANEL_TABS, type PanelTab } from "../stores/settings.ts";
import { words } from "../words.ts";
import styles from "./Layout.module.css";
import { Panels } from "./Panels.tsx";

/** The panels beside the slide. */
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
      <Panels />
    </Tabs>
  );
}
