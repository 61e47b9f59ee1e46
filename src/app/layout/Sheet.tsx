import { type PointerEvent, type ReactNode, useRef } from "react";
import { Tab, TabList, TabPanel, Tabs } from "../controls/controls.tsx";
import { SlideList } from "../slide-list/SlideList.tsx";
import type { ChromeState } from "../stores/chrome.ts";
import { useChrome, useChromeStore, useJob } from "../stores/context.tsx";
import { hasJob } from "../stores/job.ts";
import { PANEL_TABS } from "../stores/settings.ts";
import { pullUp } from "../stores/show-tab.ts";
import { words } from "../words.ts";
import styles from "./Layout.module.css";
import { Loaded } from "./Loaded.tsx";
import { JobPanel, LoadingPanel } from "./lazy-panels.tsx";
import { Panels } from "./Panels.tsx";

const STEPS = ["closed", "half", "full"] as const;
/** A drag shorter than this is a press. */
const DRAG_PX = 24;

/** Everything but the slide, below it. */
export function Sheet({ foot }: { foot: ReactNode }) {
  const chrome = useChromeStore();
  const sheet = useChrome((state) => state.sheet);
  const tab = useChrome((state) => state.sheetTab);
  const hidden = useChrome((state) => state.hidden);
  const isThereJob = useJob(hasJob);
  const open = (sheetTab: ChromeState["sheetTab"]) => pullUp(chrome, sheetTab);
  const isOpen = sheet !== "closed";
  return (
    <aside className={styles.sheet} data-sheet={sheet} hidden={hidden} aria-label={words.layout.sheet}>
      <Handle />
      <Tabs
        className={styles.tabs!}
        selectedKey={tab}
        onSelectionChange={(key) => chrome.setState({ sheetTab: key as ChromeState["sheetTab"] })}
      >
        <TabList aria-label={words.layout.sheet} className={styles.tabList!}>
          {(["slides", ...PANEL_TABS] as const).map((id) => (
            <Tab key={id} id={id} className={styles.tab!} onPress={() => open(id)}>
              {id === "slides" ? words.layout.sheetSlides : words.layout.tabs[id]}
            </Tab>
          ))}
        </TabList>
        <TabPanel id="slides" className={styles.tabPanel!} inert={!isOpen}>
          {isThereJob && (
            <Loaded fallback={<LoadingPanel />}>
              <JobPanel />
            </Loaded>
          )}
          <SlideList isTitled={isThereJob} />
        </TabPanel>
        <Panels isInert={!isOpen} belowView={foot} />
      </Tabs>
    </aside>
  );
}

/** Pressed it goes one step up, or down from the top; dragged it follows the direction. */
function Handle() {
  const chrome = useChromeStore();
  const sheet = useChrome((state) => state.sheet);
  const from = useRef<number>(undefined);
  const dragged = useRef(false);
  const step = (by: number) => {
    const next = STEPS[Math.min(Math.max(STEPS.indexOf(sheet) + by, 0), STEPS.length - 1)]!;
    chrome.setState({ sheet: next });
  };
  const onPointerUp = (event: PointerEvent) => {
    const moved = event.clientY - (from.current ?? event.clientY);
    dragged.current = Math.abs(moved) > DRAG_PX;
    if (dragged.current) step(moved < 0 ? 1 : -1);
  };
  return (
    <button
      type="button"
      className={styles.handle}
      aria-expanded={sheet !== "closed"}
      aria-label={sheet === "full" ? words.layout.sheetDown : words.layout.sheetUp}
      onPointerDown={(event) => {
        from.current = event.clientY;
        event.currentTarget.setPointerCapture(event.pointerId);
      }}
      onPointerUp={onPointerUp}
      onClick={() => {
        // A drag ends with a click as well.
        if (!dragged.current) step(sheet === "full" ? -2 : 1);
        dragged.current = false;
      }}
    />
  );
}
