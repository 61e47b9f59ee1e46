import type { EncoderCard } from "./card.ts";

/** A file of a model: its network, or weights that lie beside it (ONNX external data). */
export interface ModelFile {
  /** As the model names it; its own name for the network. */
  readonly name: string;
  readonly bytes: number;
  /** Hexadecimal. */
  readonly sha256: string;
}

/** A model that comes with the app. */
export interface BuiltInModel {
  readonly kind: "built-in";
  readonly card: EncoderCard;
}

/** A model on the shelf, in the browser's private file system. */
export interface StoredModel {
  readonly kind: "stored";
  readonly card: EncoderCard;
  /** Of the ONNX file: the model's name on the shelf. */
  readonly sha256: string;
  readonly file: ModelFile;
  /** Weights in files of their own. */
  readonly external: readonly ModelFile[];
  /** When it was added, ISO 8601. */
  readonly addedAt: string;
}

/** A model that `openEncoder` opens. Plain data. */
export type EncoderModel = BuiltInModel | StoredModel;
