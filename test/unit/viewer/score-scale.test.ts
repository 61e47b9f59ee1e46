import { describe, expect, test } from "vitest";
import { fitScoreScale, placeOnScale, scoreAtPlace, WHOLE_SCALE } from "../../../src/viewer/layers/score-scale.ts";

describe("a scale fitted to cosines", () => {
  const cosines = Float32Array.from({ length: 1000 }, (_, index) => (index < 30 ? 0.1 : 0.9 + (index / 1000) * 0.0999));
  cosines[500] = 1;

  test("begins above the outliers and ends at the best of the others", () => {
    const { low, high } = fitScoreScale(cosines, 500);
    expect(low).toBeCloseTo(0.905, 3);
    expect(high).toBeCloseTo(0.9998, 4);
  });

  test("passes over what is no number, and stands without any score", () => {
    expect(fitScoreScale(Float32Array.of(Number.NaN, 0.5, 0.75))).toMatchObject({ low: 0.5, high: 0.75 });
    expect(fitScoreScale(Float32Array.of(1), 0)).toMatchObject({ low: 0, high: 1 });
  });

  test("leaves the scores as they were", () => {
    const before = cosines.slice();
    fitScoreScale(cosines, 500);
    expect(cosines).toEqual(before);
  });
});

test("tissues that lie close together get colours that can be told apart", () => {
  // Patches of the sample slide beside a lymphoid one: the middle cosine of each tissue, 2026-11-21.
  const middles = { lymphoid: 0.998, gland: 0.985, stroma: 0.949, muscle: 0.926, fat: 0.922 };
  const counts = { lymphoid: 58, gland: 153, stroma: 106, muscle: 114, fat: 18 };
  const cosines = Float32Array.from(
    Object.entries(counts).flatMap(([name, count]) => Array(count).fill(middles[name as keyof typeof middles])),
  );
  const scale = fitScoreScale(cosines);
  const [lymphoid, gland, stroma, muscle] = Object.values(middles).map((cosine) => placeOnScale(scale, cosine));
  expect(lymphoid! - gland!).toBeGreaterThan(0.2);
  expect(gland! - stroma!).toBeGreaterThan(0.2);
  expect(stroma! - muscle!).toBeGreaterThan(0.1);
});

describe("places on a scale", () => {
  test("are spaced by angle for cosines: half the angle is half the colours", () => {
    const scale = { low: Math.cos(0.4), high: Math.cos(0.02), spacing: "cosine" } as const;
    expect(placeOnScale(scale, Math.cos(0.21))).toBeCloseTo(0.5, 6);
    expect(placeOnScale(scale, 1)).toBe(1);
    expect(placeOnScale(scale, -1)).toBe(0);
  });

  test("are spaced evenly otherwise", () => {
    expect(placeOnScale(WHOLE_SCALE, 0.25)).toBe(0.25);
    expect(placeOnScale(WHOLE_SCALE, -0.25)).toBe(0);
  });

  test.each(["even", "cosine"] as const)(
    "%s: what the legend says at a place is the score that stands there",
    (spacing) => {
      const scale = { low: 0.7, high: 0.99, spacing };
      for (const place of [0, 0.25, 0.5, 0.75, 1]) {
        expect(placeOnScale(scale, scoreAtPlace(scale, place))).toBeCloseTo(place, 6);
      }
    },
  );

  test("where all scores are alike they get the last colour, and none is lost", () => {
    const scale = fitScoreScale(Float32Array.of(1, 0.5, 0.5, 0.5), 0);
    expect(placeOnScale(scale, 0.5)).toBe(1);
    expect(placeOnScale(scale, 0.4)).toBe(0);
  });
});
