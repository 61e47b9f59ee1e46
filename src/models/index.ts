import { SCATTERING_CARD } from "./built-in/scattering-card.ts";
import type { BuiltInModel } from "./model.ts";

export type { EncoderCard, EncoderInput, EncoderTransform, Pooling } from "./card.ts";
export { chooseDevice } from "./device.ts";
export {
  GpuLostError,
  ModelCardError,
  ModelInputError,
  ModelLoadError,
  type ModelLoadReason,
  ModelOutputError,
} from "./errors.ts";
export { inspectModel } from "./inspect-model.ts";
export type { BuiltInModel, EncoderModel, ModelFile, StoredModel } from "./model.ts";
export { type AddModelOptions, type ModelShelf, openModelShelf } from "./model-shelf.ts";
export type { ModelFacts, TensorFacts } from "./onnx-file.ts";
export { openEncoder } from "./open-encoder.ts";
export type {
  DeviceChoice,
  DeviceReason,
  ModelDevice,
  OpenEncoderOptions,
  PatchEncoder,
} from "./patch-encoder.ts";
export { encoderTransform, readCard, suggestCard } from "./read-card.ts";

/** The encoder that comes with the app: wavelet scattering of the stains, nothing learned. */
export const BUILT_IN_ENCODER: BuiltInModel = { kind: "built-in", card: SCATTERING_CARD };
