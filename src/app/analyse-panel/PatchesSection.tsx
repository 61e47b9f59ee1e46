import type { Slide } from "#slide";
import { analysisWords } from "../analysis-words.ts";
import { NumberField, Segments, Slider, Switch } from "../controls/controls.tsx";
import { formatLength, formatPercent } from "../format.ts";
import { CHOICE_LIMITS, SCALES } from "../stores/choices.ts";
import { useAnalysis } from "../stores/context.tsx";
import { useStore } from "../stores/store.ts";
import { tissueOf } from "../stores/tissue.ts";
import styles from "./AnalysePanel.module.css";

const text = analysisWords.patches;
const SIZES = [224, 256, 512, 1024];
const MAGNIFICATIONS = [40, 20, 10, 5, 2.5, 1.25];
const PIXEL_SIZES = [0.25, 0.5, 1, 2];

/** How the tissue is cut; the grid on the slide and its count follow every change in the same frame. */
export function PatchesSection({ id, slide }: { id: string; slide: Slide }) {
  const analysis = useAnalysis();
  const choices = useStore(analysis.choices, (state) => state);
  const { set } = choices;
  return (
    <section className={styles.section}>
      <div className={styles.heading}>
        <h2>
          <span className={styles.number}>2</span> {text.title}
        </h2>
        <Count id={id} slide={slide} />
      </div>
      <div className={styles.pair}>
        <Segments
          label={text.by}
          value={choices.scaleBy}
          choices={SCALES.map((value) => ({ value, label: text.byChoices[value] }))}
          onChange={(scaleBy) => set({ scaleBy })}
        />
        {choices.scaleBy === "mag" ? (
          <NumberField
            label={text.magnification}
            unit="×"
            value={choices.magnification}
            {...CHOICE_LIMITS.magnification}
            step={0.25}
            suggestions={MAGNIFICATIONS}
            onChange={(magnification) => set({ magnification })}
          />
        ) : (
          <NumberField
            label={text.mpp}
            unit="µm"
            value={choices.mpp}
            {...CHOICE_LIMITS.mpp}
            step={0.05}
            suggestions={PIXEL_SIZES}
            onChange={(mpp) => set({ mpp })}
          />
        )}
      </div>
      <div className={styles.pair}>
        <NumberField
          label={text.size}
          unit={text.px}
          value={choices.patchSizePx}
          {...CHOICE_LIMITS.patchSizePx}
          suggestions={SIZES}
          onChange={(patchSizePx) => set({ patchSizePx })}
        />
        <NumberField
          label={text.overlap}
          unit={text.px}
          value={choices.overlapPx}
          min={0}
          max={choices.patchSizePx - 1}
          onChange={(overlapPx) => set({ overlapPx })}
        />
      </div>
      <Slider
        label={text.least}
        value={choices.leastTissue}
        text={choices.leastTissue === 0 ? text.touching : formatPercent(choices.leastTissue)}
        {...CHOICE_LIMITS.leastTissue}
        step={0.01}
        onChange={(leastTissue) => set({ leastTissue })}
      />
      <NoPatches id={id} />
      <Switch isSelected={choices.showGrid} onChange={(showGrid) => set({ showGrid })}>
        {text.show}
      </Switch>
    </section>
  );
}

/** Tissue without a patch is a warning, never a silent success. */
function NoPatches({ id }: { id: string }) {
  const analysis = useAnalysis();
  const isEmpty = useStore(analysis.tissue, (state) => {
    const { tissue, preview } = tissueOf(state, id);
    const hasTissue = tissue.kind === "done" && tissue.value.polygons.length > 0;
    return hasTissue && preview.kind === "done" && preview.value.isExact && preview.value.count === 0;
  });
  return isEmpty ? <p className={styles.warning}>{text.none}</p> : null;
}

/** How many patches there would be, and how large one is on the slide. */
function Count({ id, slide }: { id: string; slide: Slide }) {
  const analysis = useAnalysis();
  const { tissue, preview, mpp } = useStore(analysis.tissue, (state) => tissueOf(state, id));
  if (tissue.kind !== "done" || preview.kind === "nothing") return null;
  if (preview.kind === "failed") return <p className={styles.warning}>{preview.failure.why}</p>;
  const um = mpp ?? slide.mpp?.x;
  return (
    <p className={styles.count} aria-live="polite">
      {preview.kind === "working" ? (
        <span className={styles.quiet}>{text.counting}</span>
      ) : (
        <>
          <strong>{(preview.value.isExact ? text.count : text.about)(preview.value.count)}</strong>
          {um !== undefined && (
            <span className={styles.quiet}>{text.wide(formatLength(preview.value.sideLevel0 * um))}</span>
          )}
        </>
      )}
    </p>
  );
}
