import type { DeviceChoice, EncoderCard, EncoderModel } from "#models";
import type { Failure } from "../failures/failure.ts";
import { NOTHING, type Step } from "./step.ts";
import { createStore, type StoreApi } from "./store.ts";

/** A model on its way onto the shelf. */
export type Adding =
  | { readonly kind: "nothing" }
  | { readonly kind: "reading"; readonly fileName: string }
  /** No card, or a wrong one: the person is asked. */
  | { readonly kind: "asking"; readonly fileName: string; readonly card: EncoderCard; readonly wrongField?: string }
  | { readonly kind: "storing"; readonly fileName: string; readonly doneBytes: number; readonly totalBytes: number }
  | { readonly kind: "failed"; readonly failure: Failure };

/** What a run measured of a model. */
export interface Speed {
  readonly patchesPerSecond: number;
  /** How many patches it was measured over. */
  readonly patches: number;
}

export interface ModelsState {
  /** The built-in one first. */
  readonly models: readonly EncoderModel[];
  readonly adding: Adding;
  /** Where the chosen model would run. */
  readonly device: Step<DeviceChoice>;
  /** How fast runs were, by model and device. */
  readonly speeds: Readonly<Record<string, Speed>>;
}

export type ModelsStore = StoreApi<ModelsState>;

export function createModelsStore(): ModelsStore {
  return createStore<ModelsState>()(() => ({
    models: [],
    adding: NOTHING,
    device: NOTHING,
    speeds: {},
  }));
}

/** "" for the built-in model, else its name on the shelf: what `Choices.encoder` holds. */
export function keyOf(model: EncoderModel): string {
  return model.kind === "stored" ? model.sha256 : "";
}

/** A model on a device, as the name of a speed in `ModelsState.speeds`. */
export function speedKey(model: EncoderModel, device: string): string {
  return `${keyOf(model)} ${device}`;
}

/** So many patches tell the speed; with fewer, as long as this at least: most of less time goes into warming up. */
const TELLING = { patches: 200, seconds: 10 };

/**
 * The speed to go by after a run has come so far, given what was known before it.
 * @param seconds - that went into its patches, without what comes before the first of them.
 */
export function betterSpeed(known: Speed | undefined, patches: number, seconds: number): Speed | undefined {
  if (patches === 0 || (patches < TELLING.patches && seconds < TELLING.seconds)) return known;
  // What is new counts, unless it is a small sample beside a large one.
  if (known && patches < TELLING.patches && patches < known.patches) return known;
  return { patchesPerSecond: patches / seconds, patches };
}

/** The chosen model; the built-in one where the chosen one is gone. */
export function chosenModel({ models }: ModelsState, encoder: string): EncoderModel | undefined {
  return models.find((model) => keyOf(model) === encoder) ?? models[0];
}
