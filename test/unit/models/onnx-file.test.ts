import { describe, expect, it } from "vitest";
import { SCATTERING_CARD } from "../../../src/models/built-in/scattering-card.ts";
import { scatteringModel } from "../../../src/models/built-in/scattering-graph.ts";
import { NotOnnxError, readOnnxFacts } from "../../../src/models/onnx-file.ts";
import { tinyModel } from "../../support/tiny-models.ts";

const field = (number: number, ...content: (number[] | string)[]) => {
  const bytes = content.flatMap((part) => (typeof part === "string" ? [...new TextEncoder().encode(part)] : part));
  return [number * 8 + 2, ...varint(bytes.length), ...bytes];
};
const varint = (value: number): number[] => (value < 128 ? [value] : [(value % 128) + 128, ...varint(value >> 7)]);

/** A model of one weight that lies in another file; as old exporters do, the weight is an input as well. */
function withExternalWeights(): Blob {
  const tensor = (name: string) => field(11, field(1, name), field(2, field(1, [8, 1])));
  const weight = field(5, [16, 1], field(8, "w"), field(13, field(1, "location"), field(2, "model.onnx_data")));
  const graph = field(7, weight, tensor("w"), tensor("x"), field(12, field(1, "y"), field(2, field(1, [8, 10]))));
  return new Blob([Uint8Array.from([8, 8, ...graph])]);
}

describe("what an ONNX file says of itself", () => {
  it("is its inputs and outputs, their types and shapes", async () => {
    expect(await readOnnxFacts(new Blob([tinyModel()]))).toEqual({
      inputs: [{ name: "pixels", type: "float32", shape: ["batch", 3, 16, 16] }],
      outputs: [{ name: "embedding", type: "float32", shape: ["batch", 4] }],
      externalFiles: [],
    });
  });

  it("is read without its weights", async () => {
    const file = new Blob([scatteringModel("")]);
    let read = 0;
    const watched = {
      size: file.size,
      slice: (begin: number, end: number) => {
        read += end - begin;
        return file.slice(begin, end);
      },
    } as Blob;
    expect((await readOnnxFacts(watched)).outputs[0]?.shape).toEqual(["batch", SCATTERING_CARD.dimension]);
    expect(read).toBeLessThan(file.size / 2);
  });

  it("names the files of its weights, and does not take weights for inputs", async () => {
    const facts = await readOnnxFacts(withExternalWeights());
    expect(facts.externalFiles).toEqual(["model.onnx_data"]);
    expect(facts.inputs).toEqual([{ name: "x", type: "float32", shape: undefined }]);
    expect(facts.outputs).toEqual([{ name: "y", type: "float16", shape: undefined }]);
  });

  it.each([
    ["nothing", new Uint8Array()],
    ["text", new TextEncoder().encode("{ not a model at all, but JSON of a kind }")],
    ["a PNG", Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13)],
    ["a number that never ends", new Uint8Array(64).fill(255)],
    ["zeros", new Uint8Array(1000)],
  ])("is refused in %s", async (_, bytes) => {
    await expect(readOnnxFacts(new Blob([bytes]))).rejects.toBeInstanceOf(NotOnnxError);
  });

  it("is refused in a model cut off anywhere", async () => {
    const whole = tinyModel();
    for (let length = 1; length < whole.length; length += 37) {
      await expect(readOnnxFacts(new Blob([whole.slice(0, length)])), `${length} bytes`).rejects.toBeInstanceOf(
        NotOnnxError,
      );
    }
  });
});
