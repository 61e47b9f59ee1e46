import { describe, expect, it } from "vitest";
import { downsampleFor, magnificationOf, nativeMagnification } from "../../../src/viewer/magnification.ts";
import { scaleBar } from "../../../src/viewer/scale-bar.ts";

const pixels = (um: number) => ({ x: um, y: um, source: "test" });

describe("the scale bar", () => {
  it.each([
    [0.25, 120, 20, "20 µm"],
    [0.5, 120, 50, "50 µm"],
    [25, 120, 2000, "2 mm"],
    [100, 120, 10_000, "10 mm"],
    [0.03, 120, 2, "2 µm"],
    [0.005, 120, 0.5, "500 nm"],
    [1, 100, 100, "100 µm"],
    [10, 100, 1000, "1 mm"],
    [0.1, 100, 10, "10 µm"],
  ])("at %f µm per pixel and at most %i pixels is %f µm long", (mpp, maxWidth, lengthUm, label) => {
    const bar = scaleBar(mpp, maxWidth);
    expect(bar.lengthUm).toBeCloseTo(lengthUm, 9);
    expect(bar.widthCss).toBeCloseTo(lengthUm / mpp, 6);
    expect(bar.label).toBe(label);
  });

  it("always fits and is never short", () => {
    for (let mpp = 0.01; mpp < 1000; mpp *= 1.13) {
      const { widthCss, label } = scaleBar(mpp, 150);
      expect(widthCss).toBeLessThanOrEqual(150 * (1 + 1e-9));
      expect(widthCss).toBeGreaterThan(150 / 2.51);
      expect(label).toMatch(/^[125]0{0,2} (nm|µm|mm)$/);
    }
  });
});

describe("magnification", () => {
  it("is the objective's at full resolution and halves with the scale", () => {
    const slide = { objectivePower: 20, mpp: pixels(0.25) };
    expect(nativeMagnification(slide)).toEqual({ value: 20, source: "objective" });
    expect(magnificationOf(slide, 4)).toBe(5);
    expect(downsampleFor(slide, 5)).toBe(4);
    expect(downsampleFor(slide, 40)).toBe(0.5);
  });

  it("comes from the pixel size without an objective: 0.25 µm is 40x", () => {
    const slide = { objectivePower: undefined, mpp: pixels(0.25) };
    expect(nativeMagnification(slide)).toEqual({ value: 40, source: "pixel size" });
    expect(magnificationOf(slide, 2)).toBe(20);
  });

  it("is unknown without either", () => {
    const slide = { objectivePower: undefined, mpp: undefined };
    expect(nativeMagnification(slide)).toBeUndefined();
    expect(magnificationOf(slide, 1)).toBeUndefined();
    expect(downsampleFor(slide, 10)).toBeUndefined();
  });
});
