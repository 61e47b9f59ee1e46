import { describe, expect, it } from "vitest";
import { SCATTERING_CARD } from "../../../src/models/built-in/scattering-card.ts";
import type { EncoderCard } from "../../../src/models/card.ts";
import { readShape, writeEmbeddings } from "../../../src/models/embedding-output.ts";
import { ModelInputError, ModelOutputError } from "../../../src/models/errors.ts";
import type { TensorFacts } from "../../../src/models/onnx-file.ts";
import { findPatchInput, PatchNormaliser } from "../../../src/models/patch-input.ts";

const card = (more: Partial<EncoderCard> = {}): EncoderCard => ({
  ...SCATTERING_CARD,
  dimension: 2,
  input: { sizePx: 2, resizePx: 2, filter: "bilinear", mean: [0, 0.5, 1], std: [1, 0.5, 0.25] },
  ...more,
});
const taking = (...inputs: Partial<TensorFacts>[]) => ({
  inputs: inputs.map((input) => ({ name: "x", type: "float32", shape: ["n", 3, 2, 2], ...input })),
  outputs: [],
  externalFiles: [],
});

describe("the input of a model", () => {
  it.each([
    [{}, { type: "float32", layout: "nchw", fixedBatch: undefined }],
    [{ shape: [4, 3, "h", "w"] }, { layout: "nchw", fixedBatch: 4 }],
    [
      { shape: ["n", 2, 2, 3], type: "uint8" },
      { layout: "nhwc", type: "uint8" },
    ],
    [{ type: "float16" }, { type: "float16" }],
  ])("may be %o", (input, expected) => {
    expect(findPatchInput(taking(input), card(), "m")).toMatchObject(expected);
  });

  it.each([
    [[{ shape: ["n", 1, 2, 2] }], "x float32 [n, 1, 2, 2]"],
    [[{ shape: ["n", 3, 4, 4] }], "x float32 [n, 3, 4, 4]"],
    [[{ shape: ["n", 77], type: "int64", name: "tokens" }], "tokens int64 [n, 77]"],
    [[{ shape: undefined }], "x float32 of unknown shape"],
    [[{}, { name: "mask" }], "x float32 [n, 3, 2, 2] and mask float32 [n, 3, 2, 2]"],
    [[], "nothing"],
  ])("may not be %o", (inputs, found) => {
    const finding = () => findPatchInput(taking(...inputs), card(), "m");
    expect(finding).toThrow(ModelInputError);
    expect(finding).toThrow(`m takes ${found}; expected one float32 [batch, 3, 2, 2]`);
  });

  it("gets each channel normalised by its own mean and spread, planes apart, black where there is no patch", () => {
    const normaliser = new PatchNormaliser(findPatchInput(taking({}), card(), "m"), card());
    const patches = Uint8Array.from({ length: 3 * 12 }, (_, i) => i * 7);
    expect(normaliser.dims(2)).toEqual([2, 3, 2, 2]);
    const room = normaliser.room(2).fill(9);
    normaliser.write(patches, 2, 1, room);
    const expected = [0, 1, 2].flatMap((channel) =>
      [0, 1, 2, 3].map((pixel) => {
        const value = patches[2 * 12 + pixel * 3 + channel]! / 255;
        return Math.fround([value, (value - 0.5) / 0.5, (value - 1) / 0.25][channel]!);
      }),
    );
    expect([...room.subarray(0, 12)]).toEqual(expected);
    expect([...room.subarray(12)]).toEqual([0, 0, 0, 0, -1, -1, -1, -1, -4, -4, -4, -4]);
  });

  it("stays as it is where the model takes bytes, channels last", () => {
    const input = findPatchInput(taking({ shape: ["n", 2, 2, 3], type: "uint8" }), card(), "m");
    const normaliser = new PatchNormaliser(input, card());
    const patch = Uint8Array.from({ length: 12 }, (_, i) => i * 20);
    expect(normaliser.dims(4)).toEqual([4, 2, 2, 3]);
    const room = normaliser.room(1);
    normaliser.write(patch, 0, 1, room);
    expect(room).toEqual(patch);
  });
});

describe("the output of a model", () => {
  const data = Float32Array.from({ length: 24 }, (_, i) => i);
  const pooled = (more: Partial<EncoderCard>, dims: number[], batch = 2) => {
    const shape = readShape(dims, batch, card(more), "m");
    const out = new Float32Array(batch * shape.dimension);
    writeEmbeddings({ dims, data }, shape, batch, card(more), "m", out, 0);
    return [...out];
  };

  it.each([
    [{}, [2, 2], [0, 1, 2, 3]],
    [{}, [2, 2, 1, 1], [0, 1, 2, 3]],
    [{ pooling: "cls" }, [2, 3, 2], [0, 1, 6, 7]],
    [{ pooling: "mean-tokens" }, [2, 3, 2], [2, 3, 8, 9]],
    [{ pooling: "mean-tokens", prefixTokens: 1 }, [2, 3, 2], [3, 4, 9, 10]],
    [{ pooling: "cls-and-mean", dimension: 4 }, [2, 3, 2], [0, 1, 3, 4, 6, 7, 9, 10]],
    [{ pooling: "mean-plane" }, [2, 2, 3, 2], [2.5, 8.5, 14.5, 20.5]],
    [{ dimension: 0 }, [2, 3], [0, 1, 2, 3, 4, 5]],
  ] as const)("is pooled as the card says: %o of %o", (more, dims, expected) => {
    expect(pooled(more, [...dims])).toEqual(expected);
  });

  it.each([
    [{}, [2, 3]],
    [{}, [1, 2]],
    [{}, [2, 3, 2]],
    [{ pooling: "cls" }, [2, 2]],
    [{ pooling: "mean-tokens", prefixTokens: 3 }, [2, 3, 2]],
    [{ pooling: "mean-plane" }, [2, 3, 2, 2]],
    [{ pooling: "cls-and-mean", dimension: 2 }, [2, 3, 2]],
    [{ dimension: 0 }, [2, 0]],
  ] as const)("is refused where it is not what the card says: %o of %o", (more, dims) => {
    expect(() => pooled(more, [...dims])).toThrow(ModelOutputError);
  });

  it("is refused where it is not finite, and read no further than there are patches", () => {
    const dims = [2, 2];
    const bad = { dims, data: Float32Array.of(1, 2, Number.NaN, 4) };
    const out = new Float32Array(4);
    const shape = readShape(dims, 2, card(), "m");
    writeEmbeddings(bad, shape, 1, card(), "m", out, 1);
    expect([...out]).toEqual([0, 0, 1, 2]);
    expect(() => writeEmbeddings(bad, shape, 2, card(), "m", out, 0)).toThrow(
      expect.objectContaining({ name: "ModelOutputError", reason: "not-finite" }),
    );
  });
});
