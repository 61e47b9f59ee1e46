import { Crosshair, X } from "lucide-react";
import { useEffect } from "react";
import { COLOR_MAP_NAMES, WHOLE_SCALE } from "#viewer";
import { middleOf, nearestPatch } from "../analysis/patch-squares.ts";
import { analysisWords } from "../analysis-words.ts";
import { Button, Segments, Select, Slider, Switch } from "../controls/controls.tsx";
import { SmallFailure } from "../failures/SmallFailure.tsx";
import { formatPercent } from "../format.ts";
import { COLOR_RANGES } from "../stores/choices.ts";
import { useAnalysis, useChrome, useSlides } from "../stores/context.tsx";
import type { ChosenPatch, Embedded, FeaturesName } from "../stores/results.ts";
import { activeEntry } from "../stores/slides.ts";
import { useStore } from "../stores/store.ts";
import { ColorLegend } from "./ColorLegend.tsx";
import { PatchPicture, PatchPictures } from "./PatchPictures.tsx";
import styles from "./ResultsPanel.module.css";

const text = analysisWords.results;

/** What the features of the shown slide tell: what is like what. */
export function ResultsPanel() {
  const analysis = useAnalysis();
  useEffect(() => void analysis.opened(), [analysis]);
  const name = useSlides((state) => activeEntry(state)?.name ?? "");
  const features = useStore(analysis.results, (state) => state.features);
  switch (features.kind) {
    case "nothing":
      return <p className={styles.note}>{text.nothing}</p>;
    case "working":
      return (
        <p className={styles.note} role="status">
          {text.loading(name)}
        </p>
      );
    case "failed":
      return (
        <div className={styles.section}>
          <SmallFailure failure={features.failure} onAgain={() => void analysis.loadResults()} />
        </div>
      );
    case "done":
      return <Similarity features={features.value} />;
  }
}

function Similarity({ features }: { features: Embedded }) {
  const analysis = useAnalysis();
  const { chosen, names, name } = useStore(analysis.results, (state) => state);
  const encoder = useStore(
    analysis.models,
    ({ models }) => models.find(({ card }) => card.id === features.encoder)?.card.name ?? features.encoder,
  );
  return (
    <div>
      <section className={styles.section}>
        {names.length > 1 && name && (
          <Select
            label={analysisWords.features.title}
            value={labelOf(name)}
            choices={names.map((one) => ({ value: labelOf(one), label: labelOf(one) }))}
            onChange={(label) => void analysis.loadResults(names.find((one) => labelOf(one) === label))}
          />
        )}
        <p className={styles.quiet}>{text.facts(features.coords.length / 2, features.dimension, encoder)}</p>
        {!chosen && <p>{text.press}</p>}
        <TakeMiddle features={features} />
      </section>
      {chosen && <Chosen features={features} chosen={chosen} />}
    </div>
  );
}

/** For those who do not point: the patch at the middle of the view. */
function TakeMiddle({ features }: { features: Embedded }) {
  const analysis = useAnalysis();
  const viewer = useChrome((state) => state.viewer);
  if (!viewer || features.coords.length === 0) return null;
  const take = () => {
    const { centerX, centerY } = viewer.view;
    void analysis.choose(nearestPatch(features, { x: centerX, y: centerY }));
  };
  return (
    <Button onPress={take}>
      <Crosshair aria-hidden />
      {text.middle}
    </Button>
  );
}

function Chosen({ features, chosen }: { features: Embedded; chosen: ChosenPatch }) {
  const analysis = useAnalysis();
  const viewer = useChrome((state) => state.viewer);
  const choices = useStore(analysis.choices, (state) => state);
  const slide = useSlides((state) => state.slide);
  const scale = choices.range === "own" ? chosen.fitted : WHOLE_SCALE;
  const show = (index: number) => {
    const middle = middleOf(features, index);
    viewer?.setView({ centerX: middle.x, centerY: middle.y }, { animate: true });
  };
  return (
    <>
      <section className={styles.section}>
        <div className={styles.heading}>
          <h2>{text.similarity}</h2>
          <Button kind="quiet" onPress={analysis.clearChoice}>
            <X aria-hidden />
            {text.clear}
          </Button>
        </div>
        <div className={styles.compared}>
          {slide && <PatchPicture slide={slide} features={features} index={chosen.index} />}
          <p className={styles.quiet}>{text.toThis}</p>
        </div>
        <ColorLegend colors={choices.colors} scale={scale} />
        <Switch isSelected={choices.showScores} onChange={(showScores) => choices.set({ showScores })}>
          {text.show}
        </Switch>
        <Slider
          label={text.opacity}
          value={choices.opacity}
          text={formatPercent(choices.opacity)}
          min={0}
          max={1}
          step={0.01}
          onChange={(opacity) => choices.set({ opacity })}
        />
        <Look />
      </section>
      <section className={styles.section}>
        <h2>{text.alike}</h2>
        <PatchPictures features={features} chosen={chosen} onShow={show} />
      </section>
    </>
  );
}

/** What few change: which colours, and over what they are spread. */
function Look() {
  const analysis = useAnalysis();
  const choices = useStore(analysis.choices, (state) => state);
  return (
    <details>
      <summary className={`${styles.summary} ${styles.quiet}`}>{text.look}</summary>
      <div className={styles.pair}>
        <Segments
          label={text.colors}
          value={choices.colors}
          choices={COLOR_MAP_NAMES.map((value) => ({ value, label: text.colorMaps[value] }))}
          onChange={(colors) => choices.set({ colors })}
        />
        <Segments
          label={text.range}
          value={choices.range}
          choices={COLOR_RANGES.map((value) => ({ value, label: text.ranges[value] }))}
          onChange={(range) => choices.set({ range })}
        />
      </div>
    </details>
  );
}

function labelOf({ coordsFolder, encoder }: FeaturesName): string {
  return `${encoder} · ${coordsFolder}`;
}
