import { describe, expect, it } from "vitest";
import { binomial, morlet } from "../../../src/models/built-in/morlet.ts";
import { SCATTERING_CARD } from "../../../src/models/built-in/scattering-card.ts";
import { scatteringModel } from "../../../src/models/built-in/scattering-graph.ts";
import { stainMatrix } from "../../../src/models/built-in/stains.ts";
import { readOnnxFacts } from "../../../src/models/onnx-file.ts";
import { findPatchInput } from "../../../src/models/patch-input.ts";

const sum = (values: Iterable<number>) => [...values].reduce((total, value) => total + value, 0);

describe("the built-in encoder's file", () => {
  it("is the same every time it is written", () => {
    expect(Buffer.compare(scatteringModel("a"), scatteringModel("a"))).toBe(0);
  });

  it("takes and gives what its card says", async () => {
    const facts = await readOnnxFacts(new Blob([scatteringModel(SCATTERING_CARD.summary)]));
    expect(findPatchInput(facts, SCATTERING_CARD, "built-in").fixedBatch).toBeUndefined();
    // Stains × (order 0 + 4 octaves + 6 pairs of octaves × 3 angles between them) × (mean, spread).
    expect(SCATTERING_CARD.dimension).toBe(3 * (1 + 4 + 6 * 3) * 2);
    expect(facts.outputs).toEqual([
      { name: "embedding", type: "float32", shape: ["batch", SCATTERING_CARD.dimension] },
    ]);
  });
});

describe("the filters", () => {
  it("give nothing for a flat patch, and the low-pass gives it back", () => {
    for (const angle of [0, Math.PI / 4, Math.PI / 2]) {
      expect(sum(morlet(5, angle).real)).toBeCloseTo(0, 12);
      expect(sum(morlet(5, angle).imaginary)).toBeCloseTo(0, 12);
    }
    expect(sum(binomial())).toBe(1);
  });

  it("of perpendicular waves are each other's transposes", () => {
    const across = morlet(5, 0);
    const down = morlet(5, Math.PI / 2);
    for (let y = 0; y < 5; y++) {
      for (let x = 0; x < 5; x++) {
        expect(down.real[x * 5 + y]).toBeCloseTo(across.real[y * 5 + x]!, 12);
        expect(down.imaginary[x * 5 + y]).toBeCloseTo(across.imaginary[y * 5 + x]!, 12);
      }
    }
  });
});

describe("the stains", () => {
  it("come apart: a pure one is all of itself and nothing of the others", () => {
    const unit = (v: number[]) => v.map((value) => value / Math.hypot(...v));
    const amounts = (density: number[]) =>
      stainMatrix().map((row) => row.reduce((total, weight, i) => total + weight * density[i]!, 0));
    const pure = [unit([0.65, 0.7, 0.29]), unit([0.07, 0.99, 0.11])];
    for (const [stain, density] of pure.entries()) {
      for (const [i, amount] of amounts(density).entries()) expect(amount).toBeCloseTo(i === stain ? 1 : 0, 12);
    }
  });
});
