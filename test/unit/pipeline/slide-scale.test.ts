import { describe, expect, test } from "vitest";
import { PixelSizeError } from "../../../src/pipeline/errors.ts";
import { getMagnification, getSlideScale } from "../../../src/pipeline/slide-scale.ts";

describe("a slide's scale", () => {
  test("is the first property that is a number, to four decimals", () => {
    const properties = { "openslide.mpp-x": "", "aperio.MPP": "0.25264", "hamamatsu.XResolution": "7" };
    expect(getSlideScale(properties)).toEqual({ mpp: 0.2526, magnification: 40, source: "aperio.MPP" });
    expect(getSlideScale({ "openslide.mpp-x": "0.23009 µm", "openslide.comment": " 4.99e-1 " })?.mpp).toBe(0.499);
  });

  test("comes from TIFF's resolution where nothing else says it", () => {
    const inches = { "tiff.XResolution": "50800", "tiff.ResolutionUnit": "inch" };
    expect(getSlideScale(inches)).toEqual({ mpp: 0.5, magnification: 20, source: "tiff.XResolution" });
    expect(getSlideScale({ "tiff.XResolution": "40000", "tiff.ResolutionUnit": "centimeter" })?.mpp).toBe(0.25);
    expect(getSlideScale({ "tiff.XResolution": "40000" })).toBeUndefined();
  });

  test("is unknown where no property is a positive number", () => {
    expect(getSlideScale({})).toBeUndefined();
    for (const text of ["0", "-0.25", "nan", "inf", "0x1", "0,25"]) {
      expect(getSlideScale({ "openslide.mpp-x": text }), text).toBeUndefined();
    }
  });

  test("is what a person gave, unrounded, before all else", () => {
    const scale = getSlideScale({ "openslide.mpp-x": "0.5" }, { given: 0.245678 });
    expect(scale).toEqual({ mpp: 0.245678, magnification: 40, source: "given" });
  });

  test("is asked of further properties last", () => {
    const furtherProperties = ["my.mpp"];
    expect(getSlideScale({ "my.mpp": "0.5" }, { furtherProperties })?.source).toBe("my.mpp");
    expect(getSlideScale({ "my.mpp": "0.5", "aperio.MPP": "0.25" }, { furtherProperties })?.mpp).toBe(0.25);
  });

  test("rounds as Python does: exact ties to the even digit", () => {
    expect(getSlideScale({ "openslide.mpp-x": "0.03125" })?.mpp).toBe(0.0312);
    expect(getSlideScale({ "openslide.mpp-x": "0.09375" })?.mpp).toBe(0.0938);
    expect(getSlideScale({ "openslide.mpp-x": "0.25005" })?.mpp).toBe(Number((0.25005).toFixed(4)));
  });

  test("refuses pixels that no bin holds", () => {
    expect(() => getSlideScale({ "openslide.mpp-x": "2.4" })).toThrow(PixelSizeError);
    expect(() => getSlideScale({}, { given: 0 })).toThrow(PixelSizeError);
    for (const given of [0.0001, 0.001, 0.01])
      expect(() => getSlideScale({}, { given })).toThrow(`a pixel of ${given} µm`);
    expect(getSlideScale({}, { given: 0.02 })?.magnification).toBe(80);
    expect(() => getSlideScale({}, { given: Number.NaN })).toThrow(PixelSizeError);
  });

  test("has bins that end before their limit", () => {
    const pairs = [0.05, 0.16, 0.2, 0.2999, 0.3, 0.6, 1.2, 2.3999].map((mpp) => getMagnification(mpp));
    expect(pairs).toEqual([80, 60, 40, 40, 20, 10, 5, 5]);
    expect(getMagnification(2.4)).toBeUndefined();
  });
});
