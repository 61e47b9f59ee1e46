import type { EncoderCard } from "./card.ts";
import { ModelOutputError } from "./errors.ts";

/** A tensor as the network gave it. */
export interface RawOutput {
  readonly dims: readonly number[];
  readonly data: Float32Array;
}

/** How the output of one patch is laid out; equal for every patch of a model. */
export interface EmbeddingShape {
  readonly dimension: number;
  /** Tokens or pixels; 1 where the output is the embedding. */
  readonly places: number;
  /** Values of a token, or channels of a plane. */
  readonly width: number;
}

/**
 * Reads the shape of an output against its card.
 * @throws {ModelOutputError} where they disagree.
 */
export function readShape(
  dims: readonly number[],
  batch: number,
  card: EncoderCard,
  modelName: string,
): EmbeddingShape {
  const { pooling, dimension, prefixTokens = 0 } = card;
  const rank = pooling === "none" ? 2 : pooling === "mean-plane" ? 4 : 3;
  const wanted = dimension || "D";
  const expected = {
    none: `[${batch}, ${wanted}]`,
    cls: `[${batch}, tokens, ${wanted}]`,
    "mean-tokens": `[${batch}, tokens, ${wanted}]`,
    "cls-and-mean": `[${batch}, tokens, ${dimension ? dimension / 2 : "D / 2"}]`,
    "mean-plane": `[${batch}, ${wanted}, height, width]`,
  }[pooling];
  const refuse = () =>
    new ModelOutputError(modelName, "shape", `[${dims.join(", ")}]`, `${expected} (pooling: ${pooling})`);
  // Models that keep the pooled plane end in [N, D, 1, 1].
  const flat = pooling === "none" && dims.slice(2).every((dim) => dim === 1) ? dims.slice(0, 2) : dims;
  if (flat.length !== rank || flat[0] !== batch) throw refuse();
  const [, first = 0, second = 1, third = 1] = flat;
  const shape: EmbeddingShape =
    pooling === "none"
      ? { dimension: first, places: 1, width: first }
      : pooling === "mean-plane"
        ? { dimension: first, places: second * third, width: first }
        : { dimension: pooling === "cls-and-mean" ? 2 * second : second, places: first, width: second };
  if (shape.dimension === 0 || shape.places === 0) throw refuse();
  if (dimension !== 0 && shape.dimension !== dimension) throw refuse();
  if ((pooling === "mean-tokens" || pooling === "cls-and-mean") && shape.places <= prefixTokens) throw refuse();
  return shape;
}

/**
 * Pools the first `count` patches of an output into `out`, (n, dimension), from row `row` on.
 * @throws {ModelOutputError} where a value is not finite.
 */
export function writeEmbeddings(
  { data }: RawOutput,
  shape: EmbeddingShape,
  count: number,
  card: EncoderCard,
  modelName: string,
  out: Float32Array,
  row: number,
): void {
  const { dimension, places, width } = shape;
  const { pooling, prefixTokens = 0 } = card;
  for (let patch = 0; patch < count; patch++) {
    const from = patch * places * width;
    const embedding = out.subarray((row + patch) * dimension, (row + patch + 1) * dimension);
    if (pooling === "none" || pooling === "cls" || pooling === "cls-and-mean") {
      embedding.set(data.subarray(from, from + width));
    }
    if (pooling === "mean-tokens") writeTokenMean(data, from, shape, prefixTokens, embedding);
    // The class token is no patch token, whatever else the card says.
    if (pooling === "cls-and-mean") {
      writeTokenMean(data, from, shape, Math.max(1, prefixTokens), embedding.subarray(width));
    }
    if (pooling === "mean-plane") writePlaneMeans(data, from, shape, embedding);
    for (const value of embedding) {
      if (!Number.isFinite(value)) {
        throw new ModelOutputError(modelName, "not-finite", String(value), "finite numbers");
      }
    }
  }
}

function writeTokenMean(data: Float32Array, from: number, shape: EmbeddingShape, skipped: number, out: Float32Array) {
  const { places, width } = shape;
  for (let i = 0; i < width; i++) {
    let sum = 0;
    for (let token = skipped; token < places; token++) sum += data[from + token * width + i]!;
    out[i] = sum / (places - skipped);
  }
}

function writePlaneMeans(data: Float32Array, from: number, { places, width }: EmbeddingShape, out: Float32Array) {
  for (let channel = 0; channel < width; channel++) {
    let sum = 0;
    for (let i = 0; i < places; i++) sum += data[from + channel * places + i]!;
    out[channel] = sum / places;
  }
}
