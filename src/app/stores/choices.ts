import type { PatchSettings, SegmentationSettings } from "#pipeline";
import { COLOR_MAP_NAMES, type ColorMapName } from "#viewer";
import { createJSONStorage, createStore, persist, type StoreApi } from "./store.ts";

export const SCALES = ["mag", "mpp"] as const;
export const DEVICES = ["auto", "webgpu", "wasm"] as const;
export const COLOR_RANGES = ["own", "full"] as const;

/** What a person chose for the analysis; the same for every slide, and at the next visit. */
export interface Choices {
  readonly holesAreTissue: boolean;
  readonly scaleBy: (typeof SCALES)[number];
  readonly magnification: number;
  readonly mpp: number;
  readonly patchSizePx: number;
  readonly overlapPx: number;
  /** 0 to 1. */
  readonly leastTissue: number;
  /** "" for the one that comes with the app, else the sha256 of a stored one. */
  readonly encoder: string;
  readonly device: (typeof DEVICES)[number];
  readonly showContours: boolean;
  readonly showGrid: boolean;
  readonly showScores: boolean;
  readonly colors: ColorMapName;
  readonly opacity: number;
  readonly range: (typeof COLOR_RANGES)[number];
}

export const DEFAULT_CHOICES: Choices = {
  holesAreTissue: true,
  scaleBy: "mag",
  magnification: 20,
  mpp: 0.5,
  patchSizePx: 256,
  overlapPx: 0,
  leastTissue: 0,
  encoder: "",
  device: "auto",
  showContours: true,
  showGrid: true,
  showScores: true,
  colors: "viridis",
  opacity: 0.6,
  range: "own",
};

/** Numbers that make sense; what is typed beyond them is taken to the nearest. */
export const CHOICE_LIMITS = {
  magnification: { min: 0.25, max: 160 },
  mpp: { min: 0.05, max: 100 },
  patchSizePx: { min: 16, max: 4096 },
  overlapPx: { min: 0, max: 4095 },
  leastTissue: { min: 0, max: 1 },
  opacity: { min: 0, max: 1 },
} as const;

const CHOICES_OF: Partial<Record<keyof Choices, readonly unknown[]>> = {
  scaleBy: SCALES,
  device: DEVICES,
  colors: COLOR_MAP_NAMES,
  range: COLOR_RANGES,
};

export interface ChoicesActions {
  set(change: Partial<Choices>): void;
}

export type ChoicesStore = StoreApi<Choices & ChoicesActions>;

export const CHOICES_VERSION = 1;
export const CHOICES_KEY = "coverslip.analysis";

export function createChoicesStore(storage: Storage | undefined): ChoicesStore {
  return createStore<Choices & ChoicesActions>()(
    persist((set) => ({ ...DEFAULT_CHOICES, set: (change) => set((state) => within({ ...state, ...change })) }), {
      name: CHOICES_KEY,
      version: CHOICES_VERSION,
      storage: storage && createJSONStorage(() => storage),
      partialize: ({ set: _set, ...choices }) => choices,
      merge: (stored, current) => ({ ...current, ...readChoices(stored) }),
    }),
  );
}

/** Takes from stored data only what is a choice with a value it may have. */
export function readChoices(stored: unknown): Choices {
  const found = (typeof stored === "object" && stored !== null ? stored : {}) as Record<string, unknown>;
  const choices: Record<string, unknown> = { ...DEFAULT_CHOICES };
  for (const [key, standard] of Object.entries(DEFAULT_CHOICES)) {
    const value = found[key];
    const allowed = CHOICES_OF[key as keyof Choices];
    if (typeof value === typeof standard && (!allowed || allowed.includes(value))) choices[key] = value;
  }
  return within(choices as unknown as Choices);
}

function within(choices: Choices): Choices {
  const limited: Record<string, unknown> = { ...choices };
  for (const [key, { min, max }] of Object.entries(CHOICE_LIMITS)) {
    const value = limited[key] as number;
    limited[key] = Number.isFinite(value) ? Math.min(Math.max(value, min), max) : DEFAULT_CHOICES[key as "mpp"];
  }
  const { patchSizePx, overlapPx } = limited as unknown as Choices;
  const side = Math.round(patchSizePx);
  // Patches that do not move on would never end.
  return {
    ...(limited as unknown as Choices),
    patchSizePx: side,
    overlapPx: Math.min(Math.round(overlapPx), side - 1),
  };
}

export function patchSettings(choices: Choices): PatchSettings {
  return {
    target: choices.scaleBy === "mag" ? { mag: choices.magnification } : { mpp: choices.mpp },
    patchSize: choices.patchSizePx,
    overlap: choices.overlapPx,
    minTissueProportion: choices.leastTissue,
  };
}

export function segmentationSettings({ holesAreTissue }: Pick<Choices, "holesAreTissue">): SegmentationSettings {
  return { segmenter: "otsu", holesAreTissue, targetMagnification: 1.25 };
}

/** The choices that a job's own settings stand for, so that an opened job folder is gone on with as it was begun. */
export function choicesOf(patches: PatchSettings, segmentation: SegmentationSettings): Partial<Choices> {
  const { target, patchSize, overlap, minTissueProportion } = patches;
  return {
    ...("mag" in target ? { scaleBy: "mag", magnification: target.mag } : { scaleBy: "mpp", mpp: target.mpp }),
    patchSizePx: patchSize,
    overlapPx: overlap,
    leastTissue: minTissueProportion,
    holesAreTissue: segmentation.holesAreTissue,
  };
}
