import { type OnDemand, onDemand } from "../on-demand.ts";
import { createStore, type StoreApi } from "../stores/store.ts";
import type { Analysis } from "./analysis.ts";

/** The way to the analysis, whose code is loaded only when a slide is there to analyse. */
export interface AnalysisDoor extends OnDemand<Analysis> {
  readonly store: StoreApi<{ readonly analysis: Analysis | undefined }>;
}

export function createAnalysisDoor(make: () => Promise<Analysis>): AnalysisDoor {
  const store = createStore<{ analysis: Analysis | undefined }>()(() => ({ analysis: undefined }));
  const code = onDemand(async () => {
    const analysis = await make();
    store.setState({ analysis });
    return analysis;
  });
  return { store, ...code };
}
