import { describe, expect, it } from "vitest";
import { getBestLevelForDownsample } from "#slide";
import { getObjectivePower, getPixelSize } from "../../../src/slide/properties.ts";
import { thumbnailSize } from "../../../src/slide/thumbnail.ts";

const levels = [1, 2, 4.0166, 8.0833].map((downsample) => ({
  width: Math.floor(300 / downsample),
  height: Math.floor(250 / downsample),
  downsample,
  tileWidth: undefined,
  tileHeight: undefined,
}));

describe("the best level for a downsample", () => {
  it.each([
    [0.5, 0],
    [1, 0],
    [3, 1],
    [37, 3],
    [4, 1],
    [4.0166, 2],
  ])("of %d is level %d of boxes.tiff", (downsample, level) => {
    expect(getBestLevelForDownsample(levels, downsample)).toBe(level);
  });
});

describe("what the scanner says", () => {
  it("gives pixel size and objective as numbers", () => {
    const properties = { "openslide.mpp-x": "0.499", "openslide.mpp-y": "0.5", "openslide.objective-power": "20" };
    expect(getPixelSize(properties)).toEqual({ x: 0.499, y: 0.5, source: "openslide.mpp-x" });
    expect(getObjectivePower(properties)).toBe(20);
  });

  it.each(["0", "-1", "NaN", "", "abc"])("is not believed when it says %j", (text) => {
    expect(getPixelSize({ "openslide.mpp-x": text, "openslide.mpp-y": "0.5" })).toBeUndefined();
    expect(getObjectivePower({ "openslide.objective-power": text })).toBeUndefined();
  });
});

describe("a thumbnail's size", () => {
  it.each([
    [300, 250, 100, 100, 100, 83],
    [2220, 2967, 256, 256, 192, 256],
    [100, 100, 200, 200, 100, 100],
    [10_000, 3, 64, 64, 64, 1],
  ])("%d x %d within %d x %d is %d x %d", (w, h, maxW, maxH, width, height) => {
    expect(thumbnailSize(w, h, maxW, maxH)).toEqual({ width, height });
  });
});
