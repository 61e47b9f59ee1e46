import type { ScoreScale } from "#viewer";
import { NOTHING, type Step } from "./step.ts";
import { createStore, type StoreApi } from "./store.ts";

/** Which features of a slide: those of one encoder over one set of patches. */
export interface FeaturesName {
  readonly coordsFolder: string;
  readonly encoder: string;
}

/** Where the patches are that features were read of; the features themselves lie where they are searched. */
export interface Embedded {
  /** (N, 2) level-0 x, y. */
  readonly coords: Int32Array;
  readonly sideLevel0: number;
  readonly dimension: number;
  readonly encoder: string;
}

/** A patch that was pressed, and how alike the others are. */
export interface ChosenPatch {
  readonly index: number;
  readonly scores: Float32Array;
  /** Colours as they are fitted to the slide. */
  readonly fitted: ScoreScale;
  /** Best first, without the patch itself. */
  readonly nearest: Int32Array;
}

/** All of it is about the shown slide. */
export interface ResultsState {
  /** What there is for it. */
  readonly names: readonly FeaturesName[];
  readonly name: FeaturesName | undefined;
  readonly features: Step<Embedded>;
  readonly chosen: ChosenPatch | undefined;
}

export type ResultsStore = StoreApi<ResultsState>;

export const NO_RESULTS: ResultsState = {
  names: [],
  name: undefined,
  features: NOTHING,
  chosen: undefined,
};

export function createResultsStore(): ResultsStore {
  return createStore<ResultsState>()(() => NO_RESULTS);
}
