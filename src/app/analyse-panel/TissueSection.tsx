import { ScanSearch, X } from "lucide-react";
import { analysisWords } from "../analysis-words.ts";
import { Button, Progress, Switch } from "../controls/controls.tsx";
import { SmallFailure } from "../failures/SmallFailure.tsx";
import { formatArea } from "../format.ts";
import { useAnalysis, useSlides } from "../stores/context.tsx";
import { useStore } from "../stores/store.ts";
import { type FoundTissue, tissueOf } from "../stores/tissue.ts";
import styles from "./AnalysePanel.module.css";

const text = analysisWords.tissue;

/** Where on the slide there is something. */
export function TissueSection({ id }: { id: string }) {
  const analysis = useAnalysis();
  const step = useStore(analysis.tissue, (state) => tissueOf(state, id).tissue);
  const hasScale = useHasScale(id);
  const { holesAreTissue, showContours, set } = useStore(analysis.choices, (state) => state);
  const working = step.kind === "working";
  return (
    <section className={styles.section} aria-busy={working}>
      <div className={styles.heading}>
        <h2>
          <span className={styles.number}>1</span> {text.title}
        </h2>
        {working ? (
          <Button onPress={analysis.cancelTissue}>
            <X aria-hidden />
            {analysisWords.analyse.cancel}
          </Button>
        ) : (
          <Button
            kind={step.kind === "nothing" ? "primary" : "plain"}
            isDisabled={!hasScale}
            onPress={() => void analysis.findTissue()}
          >
            <ScanSearch aria-hidden />
            {step.kind === "done" ? text.again : text.find}
          </Button>
        )}
      </div>
      <div role="status">
        {step.kind === "nothing" && <p className={styles.quiet}>{text.nothing}</p>}
        {step.kind === "working" && <p>{step.total > 0 ? text.workingOf(step.done, step.total) : text.working}</p>}
        {step.kind === "done" && <Found value={step.value} />}
      </div>
      {step.kind === "working" && (
        <Progress label={text.working} fraction={step.total > 0 ? step.done / step.total : undefined} />
      )}
      {step.kind === "failed" && <SmallFailure failure={step.failure} onAgain={() => void analysis.findTissue()} />}
      <div className={styles.switches}>
        <Switch isSelected={holesAreTissue} onChange={(holes) => set({ holesAreTissue: holes })}>
          {text.holes}
        </Switch>
        {step.kind === "done" && (
          <Switch isSelected={showContours} onChange={(show) => set({ showContours: show })}>
            {text.show}
          </Switch>
        )}
      </div>
    </section>
  );
}

function Found({ value: { polygons, areaMm2, share } }: { value: FoundTissue }) {
  if (polygons.length === 0) {
    return (
      <p className={styles.warning}>
        <strong>{text.none}</strong> {text.noneWhy}
      </p>
    );
  }
  return (
    <p>{text.found(text.pieces(polygons.length), areaMm2 === undefined ? undefined : formatArea(areaMm2), share)}</p>
  );
}

/** Whether the size of a pixel is known, from the file or from the person. */
export function useHasScale(id: string): boolean {
  const analysis = useAnalysis();
  const inFile = useSlides((state) => state.slide?.mpp !== undefined);
  const given = useStore(analysis.tissue, (state) => tissueOf(state, id).mpp !== undefined);
  return inFile || given;
}
