import { PanelRightOpen } from "lucide-react";
import { IconButton } from "../controls/buttons.tsx";
import { FailurePanel } from "../failures/FailurePanel.tsx";
import { useFailureAction } from "../failures/use-failure-action.ts";
import { FirstScreen } from "../first-screen/FirstScreen.tsx";
import { useHasSides } from "../layout/use-has-sides.ts";
import { useChrome, useSettings, useSlides } from "../stores/context.tsx";
import { activeEntry } from "../stores/slides.ts";
import { usePaintedSlide } from "../stores/use-painted-slide.ts";
import { words } from "../words.ts";
import type { AddressBar } from "./address-bar.ts";
import { Magnification } from "./Magnification.tsx";
import { OverviewMap } from "./OverviewMap.tsx";
import { Readout } from "./Readout.tsx";
import { ScaleBar } from "./ScaleBar.tsx";
import { SlideCanvas } from "./SlideCanvas.tsx";
import styles from "./SlidePane.module.css";
import { ToolStrip } from "./ToolStrip.tsx";

/** The slide, and what lies over it; or the reason why there is none. */
export function SlidePane({ address }: { address: AddressBar }) {
  const entry = useSlides(activeEntry);
  const hasEntries = useSlides((state) => state.entries.length > 0);
  const hasSides = useHasSides();
  const hidden = useChrome((state) => state.hidden);
  const panelOpen = useSettings((settings) => settings.panelOpen);
  const set = useSettings((settings) => settings.set);
  return (
    <main className={styles.pane} data-hidden={hidden || undefined}>
      <h1 className="visually-hidden">{words.title(entry?.name)}</h1>
      <SlideCanvas address={address} />
      <OverSlide />
      {!panelOpen && hasSides && (
        <div className={styles.panelButton}>
          <IconButton label={words.layout.showPanel} shortcut="]" onPress={() => set({ panelOpen: true })}>
            <PanelRightOpen aria-hidden />
          </IconButton>
        </div>
      )}
      {entry ? <Progress /> : hasEntries ? <p className={styles.middle}>{words.pane.empty}</p> : <FirstScreen />}
      <Notices />
    </main>
  );
}

function OverSlide() {
  const slide = usePaintedSlide();
  const viewer = useChrome((state) => state.viewer);
  const { showOverview, showScaleBar, showReadout, panelOpen } = useSettings((settings) => settings);
  if (!slide || !viewer) return null;
  return (
    <div className={styles.over} data-panel-closed={!panelOpen || undefined}>
      <ToolStrip viewer={viewer} name={slide.name} />
      {showOverview && <OverviewMap />}
      {showScaleBar && <ScaleBar />}
      {showReadout && (
        <div className={styles.corner}>
          <Magnification slide={slide} viewer={viewer} />
          <Readout slide={slide} viewer={viewer} />
        </div>
      )}
    </div>
  );
}

/** The shown entry while it opens, and when it could not be. */
function Progress() {
  const entry = useSlides(activeEntry);
  const act = useFailureAction(entry?.id);
  if (!entry) return null;
  const { state } = entry;
  if (state.kind === "opening")
    return (
      <p className={`${styles.middle} ${styles.patience}`} role="status">
        {words.pane.opening(entry.name)}
      </p>
    );
  if (state.kind !== "failed") return null;
  return (
    <div className={styles.middle}>
      <FailurePanel key={entry.id} failure={state.failure} onAction={act} />
    </div>
  );
}

/** What went wrong beside the shown slide; stays until it is put away. */
function Notices() {
  const notices = useSlides((state) => state.notices);
  const dismiss = useSlides((state) => state.dismiss);
  const activeId = useSlides((state) => state.activeId);
  const act = useFailureAction(activeId);
  if (notices.length === 0) return null;
  return (
    <div className={styles.notices}>
      {notices.map(({ id, failure }) => (
        <FailurePanel
          key={id}
          failure={failure}
          onAction={(action) => {
            dismiss(id);
            act(action);
          }}
          onDismiss={() => dismiss(id)}
        />
      ))}
    </div>
  );
}
