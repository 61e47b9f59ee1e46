import { readFileSync } from "node:fs";
import { InferenceSession, Tensor } from "onnxruntime-web";
import { beforeAll, describe, expect, it } from "vitest";
import { scatteringModel } from "../../../src/models/built-in/scattering-graph.ts";

/** float32 against float64, through two convolutions, a square root and a logarithm. */
const MAX_DIFFERENCE = 1e-4;
const SIDE = 256;

const golden = JSON.parse(readFileSync(new URL("./golden.json", import.meta.url), "utf8")) as {
  cases: { kind: keyof typeof PAINTS; embedding: number[] }[];
};

/** The pictures of make_golden.py: value of a channel at a place. */
const PAINTS = {
  cells(x: number, y: number, c: number): number {
    const u = ((x + 2 * Math.floor(y / 24)) % 24) - 12;
    const v = (y % 24) - 12;
    const size = 40 + ((Math.floor(x / 24) * 7 + Math.floor(y / 24) * 11) % 30);
    return u * u + v * v < size ? [90, 60, 140][c]! + ((x * 7 + y * 13) % 16) : [225, 170, 200][c]! - ((x + y) % 9);
  },
  fibres: (x: number, y: number, c: number) => [200, 120, 160][c]! + ((x * 3 + y * (1 + Math.floor(x / 64)) * 2) % 40),
  noise: (x: number, y: number, c: number) => (x * 73 + y * 151 + c * 37 + x * y * 7) % 256,
  glass: () => 243,
  black: () => 0,
};

function draw(kind: keyof typeof PAINTS): Float32Array {
  const planes = new Float32Array(3 * SIDE * SIDE);
  for (let c = 0, i = 0; c < 3; c++) {
    for (let y = 0; y < SIDE; y++) for (let x = 0; x < SIDE; x++) planes[i++] = PAINTS[kind](x, y, c) / 255;
  }
  return planes;
}

describe("the built-in encoder computes what NumPy computes from the definition", () => {
  let session: InferenceSession;
  beforeAll(async () => {
    session = await InferenceSession.create(scatteringModel(""), { executionProviders: ["wasm"] });
  });

  it.each(golden.cases)("of $kind", async ({ kind, embedding }) => {
    const patches = new Tensor("float32", draw(kind), [1, 3, SIDE, SIDE]);
    const { data } = (await session.run({ patches })).embedding!;
    expect(data).toHaveLength(embedding.length);
    const differences = embedding.map((value, i) => Math.abs(value - (data[i] as number)));
    expect(Math.max(...differences)).toBeLessThan(MAX_DIFFERENCE);
  });
});
