/** How a model's raw output becomes one vector a patch. */
export type Pooling =
  /** The output is (N, D) already. */
  | "none"
  /** (N, tokens, D): the first token. */
  | "cls"
  /** (N, tokens, D): the mean of the tokens after `prefixTokens`. */
  | "mean-tokens"
  /** (N, tokens, E): the first token, then the mean of the tokens after `prefixTokens`; D = 2 E. */
  | "cls-and-mean"
  /** (N, D, height, width): the mean over the plane. */
  | "mean-plane";

/** What an encoder expects of a patch. */
export interface EncoderInput {
  /** Side of the square that the network sees. */
  readonly sizePx: number;
  /** Side the patch is resized to before the middle `sizePx` are cut out; `sizePx` or more. */
  readonly resizePx: number;
  readonly filter: "bilinear" | "bicubic";
  /** Red, green, blue of 0…1 become (value - mean) / std. */
  readonly mean: readonly [number, number, number];
  readonly std: readonly [number, number, number];
}

/** All there is to know of a patch encoder besides its file. Plain data; stored, sent to workers, written into configs. */
export interface EncoderCard {
  /** Names folders and files: `features_<id>`. Small letters, digits, `-`, `_` and `.`. */
  readonly id: string;
  /** For people. */
  readonly name: string;
  /** Length of an embedding. */
  readonly dimension: number;
  readonly input: EncoderInput;
  readonly pooling: Pooling;
  /** Tokens that stand before the patch tokens (class token, registers); 0 where not given. */
  readonly prefixTokens?: number;
  /** What the network computes in; what comes out of `encode` is float32 either way. */
  readonly precision: "float32" | "float16";
  /** The patch that it was made for. */
  readonly patchSizePx: number;
  readonly magnification: number;
  readonly summary: string;
  readonly goodFor: string;
  readonly notGoodFor: string;
  /** Papers and places, one a line. */
  readonly sources: readonly string[];
  readonly licence: string;
}

/** A further resize of a patch by the encoder's own transform, as `PatchRecipe.transform`. */
export interface EncoderTransform {
  readonly resizePx: number;
  readonly filter: "bilinear" | "bicubic";
  readonly antialias: true;
  readonly cropPx: number;
}
