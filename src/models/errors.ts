import { registerErrors, WsiError } from "#base";

/** Why a model could not be loaded; each asks for something else. */
export type ModelLoadReason =
  /** The file is no ONNX model: pick another. */
  | "not-onnx"
  /** An ONNX model with an operator, a type or a version that the runtime does not know: convert it again. */
  | "unsupported"
  /** Its weights lie in files of their own that were not given: pick them together with the model. */
  | "missing-data"
  /** Too large for this browser's memory: on WebGPU, or as float16, it may fit. */
  | "memory"
  /** The file, or the runtime itself, could not be fetched (offline before its first use): try again. */
  | "fetch"
  /** It is no longer on the shelf: add it again. */
  | "gone";

/** A model could not be made ready. What to do depends on `reason`. */
export class ModelLoadError extends WsiError {
  override readonly name = "ModelLoadError";
  readonly modelName: string;
  readonly reason: ModelLoadReason;
  /** What the runtime said. */
  readonly detail: string;
  constructor(modelName: string, reason: ModelLoadReason, detail: string, options?: ErrorOptions) {
    super(`${modelName} cannot be loaded (${reason}): ${detail}`, options);
    this.modelName = modelName;
    this.reason = reason;
    this.detail = detail;
  }
}

/** The model wants another input than one batch of RGB patches of the card's size. Its card, or the model, is the wrong one. */
export class ModelInputError extends WsiError {
  override readonly name = "ModelInputError";
  readonly modelName: string;
  /** What it has, e.g. "tokens int64 [batch, 77]". */
  readonly found: string;
  /** What was needed, e.g. "float32 [batch, 3, 224, 224]". */
  readonly expected: string;
  constructor(modelName: string, found: string, expected: string, options?: ErrorOptions) {
    super(`${modelName} takes ${found}; expected ${expected}`, options);
    this.modelName = modelName;
    this.found = found;
    this.expected = expected;
  }
}

/** The model gives something else than one vector of finite numbers for every patch. */
export class ModelOutputError extends WsiError {
  override readonly name = "ModelOutputError";
  readonly modelName: string;
  /** `shape`: card and model disagree. `not-finite`: it computed NaN or infinity, often float16 overflowing. */
  readonly reason: "shape" | "not-finite";
  readonly found: string;
  readonly expected: string;
  constructor(
    modelName: string,
    reason: "shape" | "not-finite",
    found: string,
    expected: string,
    options?: ErrorOptions,
  ) {
    super(`${modelName} gives ${found}; expected ${expected}`, options);
    this.modelName = modelName;
    this.reason = reason;
    this.found = found;
    this.expected = expected;
  }
}

/** The GPU went away in the middle (driver reset, sleep, memory). Nothing is wrong with the model: open it again and go on. */
export class GpuLostError extends WsiError {
  override readonly name = "GpuLostError";
  readonly detail: string;
  constructor(detail: string, options?: ErrorOptions) {
    super(`the GPU was lost: ${detail}`, options);
    this.detail = detail;
  }
}

/** A card (the JSON beside a model) does not say what it must. */
export class ModelCardError extends WsiError {
  override readonly name = "ModelCardError";
  readonly field: string;
  constructor(field: string, found: unknown, expected: string, options?: ErrorOptions) {
    super(`${field} is ${JSON.stringify(found) ?? "missing"}; expected ${expected}`, options);
    this.field = field;
  }
}

registerErrors({ ModelLoadError, ModelInputError, ModelOutputError, GpuLostError, ModelCardError });
