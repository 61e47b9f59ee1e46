import type { EncoderCard } from "#models";

/** A card of an encoder that is there for a test: 64 px patches at 20x, plain RGB in 0..1; the test says the rest. */
export function testCard({ id, name, dimension, ...more }: Given): EncoderCard {
  return {
    id,
    name,
    dimension,
    input: plainInput(64),
    pooling: "none",
    precision: "float32",
    patchSizePx: 64,
    magnification: 20,
    summary: "For tests.",
    goodFor: "Tests.",
    notGoodFor: "Slides.",
    sources: ["This file."],
    licence: "Apache-2.0",
    ...more,
  };
}

type Given = Pick<EncoderCard, "id" | "name" | "dimension"> & Partial<EncoderCard>;

/** Squares of that side, which are not normalised. */
export function plainInput(sizePx: number): EncoderCard["input"] {
  return { sizePx, resizePx: sizePx, filter: "bilinear", mean: [0, 0, 0], std: [1, 1, 1] };
}
