import { describe, expect, it } from "vitest";
import { BUILT_IN_ENCODER, encoderTransform, ModelCardError, readCard, suggestCard } from "#models";
import { readOnnxFacts } from "../../../src/models/onnx-file.ts";
import { tinyModel } from "../../support/tiny-models.ts";

const MINIMAL = { id: "uni_v1", input: { sizePx: 224, mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] } };

describe("a card", () => {
  it("of the least that it must say is filled in by custom", () => {
    expect(readCard(JSON.stringify(MINIMAL))).toEqual({
      id: "uni_v1",
      name: "uni_v1",
      dimension: 0,
      input: { sizePx: 224, resizePx: 224, filter: "bilinear", mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] },
      pooling: "none",
      prefixTokens: 0,
      precision: "float32",
      patchSizePx: 256,
      magnification: 20,
      summary: "",
      goodFor: "",
      notGoodFor: "",
      sources: [],
      licence: "",
    });
  });

  it("that says everything is kept as it is", () => {
    const full = { ...BUILT_IN_ENCODER.card, prefixTokens: 0 };
    expect(readCard(JSON.stringify(full))).toEqual(full);
  });

  it.each([
    ["the card", "[]"],
    ["the card", "{"],
    ["input", JSON.stringify({ id: "a" })],
    ["id", JSON.stringify({ ...MINIMAL, id: "../../etc" })],
    ["id", JSON.stringify({ ...MINIMAL, id: undefined })],
    ["input.sizePx", JSON.stringify({ ...MINIMAL, input: { ...MINIMAL.input, sizePx: "224" } })],
    ["input.mean", JSON.stringify({ ...MINIMAL, input: { ...MINIMAL.input, mean: [0.5] } })],
    ["input.std", JSON.stringify({ ...MINIMAL, input: { ...MINIMAL.input, std: [0, 1, 1] } })],
    ["input.resizePx", JSON.stringify({ ...MINIMAL, input: { ...MINIMAL.input, resizePx: 200 } })],
    ["input.filter", JSON.stringify({ ...MINIMAL, input: { ...MINIMAL.input, filter: "nearest" } })],
    ["pooling", JSON.stringify({ ...MINIMAL, pooling: "max" })],
    ["dimension", JSON.stringify({ ...MINIMAL, dimension: 1.5 })],
    ["sources", JSON.stringify({ ...MINIMAL, sources: [1] })],
  ])("is refused by its field %s: %s", (field, text) => {
    expect(() => readCard(text)).toThrow(ModelCardError);
    expect(() => readCard(text)).toThrow(expect.objectContaining({ field }));
  });

  it("is suggested from what the file says", async () => {
    const facts = await readOnnxFacts(new Blob([tinyModel("tokens")]));
    expect(suggestCard(facts, "My Encoder (v2).onnx")).toMatchObject({
      id: "my-encoder-v2-",
      name: "My Encoder (v2)",
      dimension: 4,
      input: { sizePx: 16, resizePx: 16 },
      pooling: "cls",
      prefixTokens: 1,
    });
    const open = {
      inputs: [{ name: "x", type: "float16", shape: ["n", 3, "h", "w"] }],
      outputs: [],
      externalFiles: [],
    };
    expect(suggestCard(open, "ü.onnx")).toMatchObject({ dimension: 0, input: { sizePx: 224 }, precision: "float16" });
    expect(readCard(JSON.stringify(suggestCard(open, "ü.onnx")))).toMatchObject({ dimension: 0 });
  });
});

describe("an encoder's own transform", () => {
  it("is nothing where the patch is what the network sees", () => {
    expect(encoderTransform(BUILT_IN_ENCODER.card, 256)).toBeUndefined();
  });

  it("resizes, then cuts the middle", () => {
    const card = { ...BUILT_IN_ENCODER.card, input: { ...BUILT_IN_ENCODER.card.input, sizePx: 224, resizePx: 256 } };
    expect(encoderTransform(card, 256)).toEqual({ resizePx: 256, filter: "bilinear", antialias: true, cropPx: 224 });
    expect(encoderTransform(BUILT_IN_ENCODER.card, 512)).toMatchObject({ resizePx: 256, cropPx: 256 });
  });
});
