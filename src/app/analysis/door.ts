import { createStore, type StoreApi } from "../stores/store.ts";
import type { Analysis } from "./analysis.ts";

/** The way to the analysis, whose code is loaded only when a slide is there to analyse. */
export interface AnalysisDoor {
  readonly store: StoreApi<{ readonly analysis: Analysis | undefined }>;
  /** One and the same promise, so that components can `use` it. */
  load(): Promise<Analysis>;
}

export function createAnalysisDoor(make: () => Promise<Analysis>): AnalysisDoor {
  const store = createStore<{ analysis: Analysis | undefined }>()(() => ({ analysis: undefined }));
  let loading: Promise<Analysis> | undefined;
  return {
    store,
    load() {
      loading ??= make().then((analysis) => {
        store.setState({ analysis });
        return analysis;
      });
      return loading;
    },
  };
}
