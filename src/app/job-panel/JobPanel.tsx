import { FolderOpen, RotateCcw } from "lucide-react";
import { analysisWords } from "../analysis-words.ts";
import { Button } from "../controls/controls.tsx";
import { useKeptFocus } from "../controls/use-kept-focus.ts";
import { useAnalysis } from "../stores/context.tsx";
import { canRetry, isRunning } from "../stores/job.ts";
import { useStore } from "../stores/store.ts";
import styles from "./JobPanel.module.css";
import { JobTable } from "./JobTable.tsx";
import { RunStatus } from "./RunStatus.tsx";
import { UnfinishedOffer } from "./UnfinishedOffer.tsx";

const text = analysisWords.job;

/** Everything that runs over more than one slide: how each of them stands, and why. */
export function JobPanel() {
  const analysis = useAnalysis();
  const slides = useStore(analysis.job, (state) => state.slides);
  const running = useStore(analysis.job, isRunning);
  const held = useStore(analysis.job, (state) => state.held);
  const place = useStore(analysis.job, (state) => state.place);
  const isLeft = useStore(analysis.job, (state) => state.unfinished !== undefined);
  const top = useKeptFocus<HTMLDivElement>();
  return (
    <div className={styles.panel}>
      <UnfinishedOffer />
      <div ref={top} className={styles.top}>
        <RunStatus />
        {!running && slides.some(canRetry) && (
          <Button onPress={() => void analysis.retryFailed()}>
            <RotateCcw aria-hidden />
            {text.retryFailed}
          </Button>
        )}
        {!running && analysis.isFolderPossible && (
          <div>
            <Button kind="quiet" onPress={() => void analysis.openJobFolder()}>
              <FolderOpen aria-hidden />
              {text.open}
            </Button>
            {slides.length === 0 && !isLeft && <p className={styles.quiet}>{text.openHint}</p>}
          </div>
        )}
        {held && (
          <p role="status">
            {text.opened(place.name)}. {text.found(held.slides, held.contours, held.features)}
          </p>
        )}
      </div>
      {slides.length > 0 ? (
        <JobTable slides={slides} />
      ) : (
        !running && !isLeft && <p className={styles.note}>{text.nothing}</p>
      )}
    </div>
  );
}
