import { lazy } from "react";
import { words } from "../words.ts";
import styles from "./Layout.module.css";

/** The panels of the analysis: their code comes when they are first shown, since most visits only look. */
export const AnalysePanel = lazy(async () => ({
  default: (await import("../analyse-panel/AnalysePanel.tsx")).AnalysePanel,
}));
export const ResultsPanel = lazy(async () => ({
  default: (await import("../results-panel/ResultsPanel.tsx")).ResultsPanel,
}));
export const JobPanel = lazy(async () => ({ default: (await import("../job-panel/JobPanel.tsx")).JobPanel }));
export const UnfinishedOffer = lazy(async () => ({
  default: (await import("../job-panel/UnfinishedOffer.tsx")).UnfinishedOffer,
}));
export const JobLine = lazy(async () => ({ default: (await import("../job-panel/JobLine.tsx")).JobLine }));

export function LoadingPanel() {
  return (
    <p className={styles.loading} role="status">
      {words.layout.loadingPanel}
    </p>
  );
}
