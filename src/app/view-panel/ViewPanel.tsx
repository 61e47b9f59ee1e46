import { useRef } from "react";
import type { Viewer } from "#viewer";
import { Button, Segments, Switch } from "../controls/controls.tsx";
import { useEveryView } from "../slide-pane/use-view.ts";
import { useChrome, useSettings, useSlides } from "../stores/context.tsx";
import { RENDERERS, THEMES } from "../stores/settings.ts";
import { words } from "../words.ts";
import styles from "./ViewPanel.module.css";

const text = words.viewPanel;

/** How the slide is shown; nothing here changes a pixel of it. */
export function ViewPanel() {
  const settings = useSettings((state) => state);
  const viewer = useChrome((state) => state.viewer);
  const hasSlide = useSlides((state) => state.slide !== undefined);
  const { set } = settings;
  return (
    <div>
      {viewer && hasSlide && (
        <section className={styles.section}>
          <h2>{text.orientation}</h2>
          <div className={styles.line}>
            <Rotation viewer={viewer} />
            <Button
              onPress={() => {
                viewer.setView({ rotation: 0 });
                viewer.fit({ animate: true });
              }}
            >
              {text.resetView}
            </Button>
          </div>
        </section>
      )}
      <section className={styles.section}>
        <h2>{text.over}</h2>
        <Switch isSelected={settings.showOverview} onChange={(showOverview) => set({ showOverview })}>
          {text.overview}
        </Switch>
        <Switch isSelected={settings.showScaleBar} onChange={(showScaleBar) => set({ showScaleBar })}>
          {text.scaleBar}
        </Switch>
        <Switch isSelected={settings.showReadout} onChange={(showReadout) => set({ showReadout })}>
          {text.readout}
        </Switch>
      </section>
      <section className={styles.section}>
        <Segments
          label={text.drawing}
          value={settings.renderer}
          choices={RENDERERS.map((value) => ({ value, label: text.drawers[value] }))}
          onChange={(renderer) => set({ renderer })}
        />
        {viewer && <p className={styles.quiet}>{text.drawsBy(text.drawers[viewer.renderer], viewer.rendererReason)}</p>}
      </section>
      <section className={styles.section}>
        <Segments
          label={text.theme}
          value={settings.theme}
          choices={THEMES.map((value) => ({ value, label: text.themes[value] }))}
          onChange={(theme) => set({ theme })}
        />
      </section>
      <section className={styles.section}>
        <Button onPress={settings.reset}>{text.resetSettings}</Button>
      </section>
    </div>
  );
}

function Rotation({ viewer }: { viewer: Viewer }) {
  const input = useRef<HTMLInputElement>(null);
  const degrees = () => Math.round(((((viewer.view.rotation * 180) / Math.PI) % 360) + 360) % 360) % 360;
  const write = () => {
    if (input.current) input.current.value = String(degrees());
  };
  useEveryView(viewer, () => {
    if (document.activeElement !== input.current) write();
  });
  return (
    <label className={styles.rotation}>
      <span>{text.rotation}</span>
      <input
        ref={input}
        type="number"
        step={15}
        onChange={(event) => {
          const typed = event.currentTarget.valueAsNumber;
          if (Number.isFinite(typed)) viewer.setView({ rotation: (typed * Math.PI) / 180 });
        }}
        onBlur={write}
      />
    </label>
  );
}
