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

export interface ModelsState {
  /** The built-in one first. */
  readonly models: readonly EncoderModel[];
  readonly adding: Adding;
  /** Where the chosen model would run. */
  readonly device: Step<DeviceChoice>;
  /** Patches per second as last measured, by model and device. */
  readonly speeds: Readonly<Record<string, number>>;
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

/** The chosen model; the built-in one where the chosen one is gone. */
export function chosenModel({ models }: ModelsState, encoder: string): EncoderModel | undefined {
  return models.find((model) => keyOf(model) === encoder) ?? models[0];
}
