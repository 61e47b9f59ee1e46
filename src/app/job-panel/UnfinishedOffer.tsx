import { analysisWords } from "../analysis-words.ts";
import { Button } from "../controls/controls.tsx";
import { useAnalysis } from "../stores/context.tsx";
import { useStore } from "../stores/store.ts";
import styles from "./JobPanel.module.css";

const text = analysisWords.run;

/** A job that was left in the middle: go on with it, or forget it. */
export function UnfinishedOffer() {
  const analysis = useAnalysis();
  const unfinished = useStore(analysis.job, (state) => state.unfinished);
  const awaited = useStore(analysis.job, (state) => state.awaited);
  const first = unfinished?.names[0];
  if (!unfinished || first === undefined) return null;
  return (
    <section className={styles.offer} aria-label={analysisWords.job.title}>
      <p>
        <strong>{text.unfinished(first, unfinished.names.length - 1)}</strong> {text.unfinishedNote}
      </p>
      {awaited.length > 0 && <p role="alert">{text.awaits(awaited.join(", "))}</p>}
      <div className={styles.buttons}>
        <Button kind="primary" onPress={() => void analysis.goOn()}>
          {text.goOn}
        </Button>
        <Button kind="quiet" onPress={() => void analysis.forgetUnfinished()}>
          {text.forget}
        </Button>
      </div>
    </section>
  );
}
