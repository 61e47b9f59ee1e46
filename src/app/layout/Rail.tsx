import { Tab, TabList, TabPanel, Tabs } from "../controls/controls.tsx";
import { SlideList } from "../slide-list/SlideList.tsx";
import { useJob, useSettings } from "../stores/context.tsx";
import { hasJob } from "../stores/job.ts";
import { RAIL_TABS, type RailTab } from "../stores/settings.ts";
import { words } from "../words.ts";
import styles from "./Layout.module.css";
import { Loaded } from "./Loaded.tsx";
import { JobPanel, LoadingPanel } from "./lazy-panels.tsx";

/** The slides; beside them the job, once there is one. */
export function Rail() {
  const set = useSettings((settings) => settings.set);
  const tab = useSettings((settings) => settings.railTab);
  const isThereJob = useJob(hasJob);
  const hide = () => set({ railOpen: false });
  if (!isThereJob) return <SlideList onHide={hide} />;
  return (
    <Tabs className={styles.tabs!} selectedKey={tab} onSelectionChange={(key) => set({ railTab: key as RailTab })}>
      <TabList aria-label={words.layout.railTabsLabel} className={styles.railTabs!}>
        {RAIL_TABS.map((id) => (
          <Tab key={id} id={id} className={styles.tab!}>
            {words.layout.railTabs[id]}
          </Tab>
        ))}
      </TabList>
      <TabPanel id="slides" className={styles.railPanel!}>
        <SlideList onHide={hide} isTitled={false} />
      </TabPanel>
      <TabPanel id="job" className={styles.railPanel!}>
        <Loaded fallback={<LoadingPanel />}>
          <JobPanel />
        </Loaded>
      </TabPanel>
    </Tabs>
  );
}
