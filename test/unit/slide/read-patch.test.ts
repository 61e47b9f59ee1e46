import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { specFromBytes } from "#bytes";
import { resizePillow } from "#kernels";
import { openSlide, type PatchRecipe, type Slide } from "#slide";
import { colourAt, drawSlide } from "../../support/drawn-slide.ts";

const RECIPE: PatchRecipe = { sizePx: 32, filter: "pillow-bicubic", fill: "black" };

describe("reading a patch", () => {
  let slide: Slide;
  beforeAll(async () => {
    slide = await openSlide({ entry: "drawn.tiff", files: [specFromBytes(drawSlide(), "drawn.tiff")] });
  });
  afterAll(() => slide.close());

  test("gives the region's own pixels where they have the patch's size", async () => {
    const patch = await slide.readPatch({ x: 40, y: 50, level: 0, width: 32, height: 32 }, RECIPE);
    expect([patch.width, patch.height, patch.data.length]).toEqual([32, 32, 32 * 32 * 3]);
    expect([...patch.data.subarray(0, 3)]).toEqual(colourAt(40, 50).slice(0, 3));
    expect([...patch.data.subarray(-3)]).toEqual(colourAt(71, 81).slice(0, 3));
  });

  test("equals resizing the region afterwards, on any level", async () => {
    for (const level of [0, 1]) {
      const region = { x: 30, y: 20, level, width: 75, height: 75 };
      const { data } = await slide.readRegion(region);
      const rgb = { data: data.filter((_, i) => i % 4 !== 3), width: 75, height: 75, channels: 3 };
      const patch = await slide.readPatch(region, RECIPE);
      expect(Array.from(patch.data)).toEqual(Array.from(resizePillow(rgb, 32, 32, "bicubic").data));
    }
  });

  test("fills what lies outside the slide", async () => {
    const outside = { x: -64, y: -64, level: 0, width: 32, height: 32 };
    expect(new Set((await slide.readPatch(outside, RECIPE)).data)).toEqual(new Set([0]));
    const filled = await slide.readPatch(outside, { ...RECIPE, fill: "background" });
    expect(new Set(filled.data)).toEqual(new Set([255]));
  });

  test("refuses regions that are no square and recipes that make no patch", async () => {
    const region = { x: 0, y: 0, level: 0, width: 32, height: 31 };
    await expect(slide.readPatch(region, RECIPE)).rejects.toThrow(RangeError);
    await expect(slide.readPatch({ ...region, width: 0, height: 0 }, RECIPE)).rejects.toThrow(RangeError);
    await expect(slide.readPatch({ ...region, height: 32 }, { ...RECIPE, sizePx: 0 })).rejects.toThrow(RangeError);
  });

  test("leaves the queue when it is aborted", async () => {
    const signal = AbortSignal.abort(new Error("enough"));
    const region = { x: 0, y: 0, level: 0, width: 32, height: 32 };
    await expect(slide.readPatch(region, RECIPE, { signal })).rejects.toThrow("enough");
  });
});
