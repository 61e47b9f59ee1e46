import { Download, Eye, X } from "lucide-react";
import type { JobProgress } from "#pipeline";
import { analysisWords } from "../analysis-words.ts";
import { Button, Progress } from "../controls/controls.tsx";
import { SmallFailure } from "../failures/SmallFailure.tsx";
import { useAnalysis, useChromeStore, useSettingsStore } from "../stores/context.tsx";
import { hasRest, isRunning, type JobState, slideNumber } from "../stores/job.ts";
import { showTab } from "../stores/show-tab.ts";
import { useStore } from "../stores/store.ts";
import styles from "./JobPanel.module.css";
import { pace } from "./pace.ts";

const text = analysisWords.run;

/** How the job stands: how far, how fast, how long yet, what holds it up, and the way to stop it. */
export function RunStatus() {
  const analysis = useAnalysis();
  const job = useStore(analysis.job, (state) => state);
  if (isRunning(job)) return <Working job={job} />;
  return (
    <>
      {job.failure && <SmallFailure failure={job.failure} onAgain={() => void analysis.tryAgain()} />}
      {job.outcome && !job.failure && <Ended job={job} />}
    </>
  );
}

/** What is said while there is no speed to tell. */
function meanwhile({ current }: JobProgress): string {
  return current?.isElsewhere ? "" : text.measuring;
}

function Working({ job: { phase, progress } }: { job: JobState }) {
  const analysis = useAnalysis();
  const current = progress?.current;
  return (
    <div className={styles.status} aria-busy>
      <div className={styles.line}>
        <strong>{progress ? text.slideOf(slideNumber(progress), progress.total) : text.starting}</strong>
        <Button isDisabled={phase !== "working"} onPress={analysis.cancel}>
          <X aria-hidden />
          {text.cancel}
        </Button>
      </div>
      <Progress label={text.progress} fraction={progress?.fraction} />
      {current && (
        <p className={styles.name} title={current.path}>
          {current.name}: {current.isElsewhere ? text.elsewhere : text.steps[current.step]}
          {current.total > 0 && ` ${text.doneOf(current.done, current.total)}`}
        </p>
      )}
      <p className={styles.quiet} role="status">
        {phase === "cancelling" ? text.cancelling : progress ? pace(progress) || meanwhile(progress) : text.starting}
      </p>
    </div>
  );
}

function Ended({ job: { outcome, place, packing } }: { job: JobState }) {
  const analysis = useAnalysis();
  const chrome = useChromeStore();
  const settings = useSettingsStore();
  const hasFeatures = useStore(analysis.results, (state) => state.features.kind === "done");
  if (!outcome) return null;
  const failed = outcome.failed.length + outcome.needMpp.length;
  const isRestLeft = hasRest(outcome);
  const isWhole = failed === 0 && outcome.warned.length === 0;
  const isWarning = !isWhole && !isRestLeft;
  return (
    <div className={styles.status}>
      <p role="status" className={isWarning ? styles.warning : undefined}>
        {text.ended(outcome.done.length + outcome.warned.length, failed, isRestLeft, outcome.warned.length)}
      </p>
      <div className={styles.buttons}>
        {isRestLeft && (
          <Button kind="primary" onPress={() => void analysis.goOn()}>
            {text.goOn}
          </Button>
        )}
        {hasFeatures && (
          <Button kind={isRestLeft ? "plain" : "primary"} onPress={() => showTab({ settings, chrome }, "results")}>
            <Eye aria-hidden />
            {analysisWords.features.showResults}
          </Button>
        )}
        {place.kind === "browser" && (
          <Button isDisabled={packing} onPress={() => void analysis.downloadZip()}>
            <Download aria-hidden />
            {packing ? analysisWords.features.packing : analysisWords.features.download}
          </Button>
        )}
      </div>
    </div>
  );
}
