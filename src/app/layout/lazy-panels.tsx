import { words } from "../words.ts";
import { part } from "./Loaded.tsx";
import styles from "./panel.module.css";

/** The panels of the analysis: their code comes when they are first shown, since most visits only look. */
export const AnalysePanel = part(async () => (await import("../analyse-panel/AnalysePanel.tsx")).AnalysePanel);
export const ResultsPanel = part(async () => (await import("../results-panel/ResultsPanel.tsx")).ResultsPanel);
export const JobPanel = part(async () => (await import("../job-panel/JobPanel.tsx")).JobPanel);
export const UnfinishedOffer = part(async () => (await import("../job-panel/UnfinishedOffer.tsx")).UnfinishedOffer);
export const JobLine = part(async () => (await import("../job-panel/JobLine.tsx")).JobLine);

export function LoadingPanel() {
  return (
    <p className={styles.note} role="status">
      {words.layout.loadingPanel}
    </p>
  );
}
