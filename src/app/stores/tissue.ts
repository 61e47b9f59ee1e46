import type { Polygon } from "#kernels";
import type { PatchPreview } from "#pipeline";
import { NOTHING, type Step } from "./step.ts";
import { createStore, type StoreApi } from "./store.ts";

/** Tissue as it was found on a slide. */
export interface FoundTissue {
  readonly polygons: readonly Polygon[];
  /** undefined where nobody has said how large a pixel is: contours that a folder holds. */
  readonly areaMm2: number | undefined;
  /** Of the slide's area, 0 to 1. */
  readonly share: number;
}

/** What is known of a slide before anything is kept. */
export interface SlideTissue {
  readonly tissue: Step<FoundTissue>;
  /** Where patches would be cut by the present choices; while it follows a change, still the one before. */
  readonly preview: Step<PatchPreview>;
  /** µm per pixel, as a person said where the file does not, or errs. */
  readonly mpp: number | undefined;
}

export const NO_TISSUE_YET: SlideTissue = { tissue: NOTHING, preview: NOTHING, mpp: undefined };

export interface TissueState {
  /** By id of the rail's entry. */
  readonly slides: Readonly<Record<string, SlideTissue>>;
}

export interface TissueActions {
  change(id: string, change: Partial<SlideTissue>): void;
  /** How large a pixel is, as a person says: what was worked out before is void. */
  giveMpp(id: string, mpp: number | undefined): void;
}

export type TissueStore = StoreApi<TissueState & TissueActions>;

export function createTissueStore(): TissueStore {
  return createStore<TissueState & TissueActions>()((set, get) => ({
    slides: {},
    change: (id, change) =>
      set(({ slides }) => ({ slides: { ...slides, [id]: { ...(slides[id] ?? NO_TISSUE_YET), ...change } } })),
    giveMpp: (id, mpp) => get().change(id, { mpp, tissue: NOTHING, preview: NOTHING }),
  }));
}

export function tissueOf(state: TissueState, id: string | undefined): SlideTissue {
  return (id !== undefined && state.slides[id]) || NO_TISSUE_YET;
}
