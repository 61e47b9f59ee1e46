import { useEffect } from "react";
import { analysisWords } from "../analysis-words.ts";
import { RunStatus } from "../job-panel/RunStatus.tsx";
import { UnfinishedOffer } from "../job-panel/UnfinishedOffer.tsx";
import { useAnalysis, useSlides } from "../stores/context.tsx";
import { activeEntry } from "../stores/slides.ts";
import { useStore } from "../stores/store.ts";
import { usePaintedSlide } from "../stores/use-painted-slide.ts";
import { words } from "../words.ts";
import styles from "./AnalysePanel.module.css";
import { FeaturesSection } from "./FeaturesSection.tsx";
import { PatchesSection } from "./PatchesSection.tsx";
import { PixelSizeSection } from "./PixelSizeSection.tsx";
import { TissueSection } from "./TissueSection.tsx";

const text = analysisWords.analyse;

/** Tissue, patches, features: the whole chain on one screen, in the order it runs. */
export function AnalysePanel() {
  const analysis = useAnalysis();
  const entry = useSlides(activeEntry);
  const slide = usePaintedSlide();
  const hasRun = useStore(analysis.job, ({ phase }) => phase !== "nothing");
  useEffect(() => void analysis.opened(), [analysis]);
  if (!entry) {
    return (
      <>
        <UnfinishedOffer />
        <p className={styles.note}>{text.nothing}</p>
        {hasRun && (
          <section className={styles.run} aria-label={analysisWords.features.run}>
            <RunStatus />
          </section>
        )}
      </>
    );
  }
  if (entry.state.kind === "failed") return <p className={styles.note}>{words.slidePanel.failed(entry.name)}</p>;
  if (!slide) return <p className={styles.note}>{words.slidePanel.working(entry.name)}</p>;
  return (
    <div key={entry.id}>
      <UnfinishedOffer />
      <PixelSizeSection id={entry.id} slide={slide} />
      <TissueSection id={entry.id} />
      <PatchesSection id={entry.id} slide={slide} />
      <FeaturesSection id={entry.id} />
    </div>
  );
}
