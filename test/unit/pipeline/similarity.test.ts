import { expect, it } from "vitest";
import { cosineSimilarity, nearest } from "../../../src/pipeline/similarity.ts";

it("cosine is 1 for the same direction, 0 across, -1 against, and 0 for a row of zeros", () => {
  const features = Float32Array.of(3, 4, 6, 8, -4, 3, -3, -4, 0, 0);
  const scores = cosineSimilarity(features, 2, 0);
  expect([...scores].map((score) => Math.round(score * 1e6) / 1e6)).toEqual([1, 1, 0, -1, 0]);
});

it("equals the formula for dimensions that four does not divide", () => {
  for (const dimension of [1, 3, 5, 7, 513]) {
    const features = Float32Array.from({ length: dimension * 20 }, (_, i) => Math.cos(i * 12.9898) * 3);
    const row = (index: number) => [...features.subarray(index * dimension, (index + 1) * dimension)];
    const dot = (a: number[], b: number[]) => a.reduce((sum, value, i) => sum + value * b[i]!, 0);
    const scores = cosineSimilarity(features, dimension, 7);
    for (let i = 0; i < 20; i++) {
      const expected = dot(row(7), row(i)) / Math.sqrt(dot(row(7), row(7)) * dot(row(i), row(i)));
      expect(scores[i]).toBeCloseTo(expected, 6);
    }
  }
});

it("refuses a patch that is not there", () => {
  expect(() => cosineSimilarity(new Float32Array(4), 2, 2)).toThrow(RangeError);
});

it("the nearest come best first, earlier ones before their equals, without the excepted and NaN", () => {
  const scores = Float32Array.of(0.5, 1, Number.NaN, 0.9, 0.5, -1);
  expect([...nearest(scores, 3, { except: 1 })]).toEqual([3, 0, 4]);
  expect([...nearest(scores, 10)]).toEqual([1, 3, 0, 4, 5]);
  expect([...nearest(scores, 0)]).toEqual([]);
});

it("the nearest are what sorting gives", () => {
  const scores = Float32Array.from({ length: 500 }, (_, i) => Math.round(Math.sin(i * 78.233) * 50) / 50);
  const sorted = [...scores.keys()].sort((a, b) => scores[b]! - scores[a]! || a - b);
  expect([...nearest(scores, 20)]).toEqual(sorted.slice(0, 20));
});
