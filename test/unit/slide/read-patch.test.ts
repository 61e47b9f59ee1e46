import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { specFromBytes } from "#bytes";
import { resizeBilinear, resizePillow } from "#kernels";
import { openSlide, type PatchRecipe, type Slide } from "#slide";
import { makePositionSlide } from "../../fixtures/position-slide.ts";
import { colourAt, drawSlide } from "../../support/drawn-slide.ts";

const RECIPE: PatchRecipe = { sizePx: 32, filter: "pillow-bicubic", fill: "black" };

const withoutAlpha = (rgba: ArrayLike<number>) => Uint8Array.from(rgba).filter((_, i) => i % 4 !== 3);

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
      const rgb = { data: withoutAlpha(data), width: 75, height: 75, channels: 3 };
      const patch = await slide.readPatch(region, RECIPE);
      expect(Array.from(patch.data)).toEqual(Array.from(resizePillow(rgb, 32, 32, "bicubic").data));
    }
  });

  test("is the same of a region that is read band by band", async () => {
    const levels = [
      { width: 1400, height: 1000 },
      { width: 700, height: 500 },
      // Of another shape: its downsample is no whole number.
      { width: 467, height: 333 },
    ];
    const file = specFromBytes(await makePositionSlide({ levels }), "position.tiff");
    await using positions = await openSlide({ entry: "position.tiff", files: [file] });
    const side = 4200;
    for (const level of levels.keys()) {
      // The slide lies where one band ends and the next begins.
      const region = { x: -311, y: -3900 * (level + 1), level, width: side, height: side };
      const { data } = await positions.readRegion(region);
      const expected = resizeBilinear({ data, width: side, height: side, channels: 4 }, 800, 800).data;
      const patch = await positions.readPatch(region, { ...RECIPE, sizePx: 800, filter: "opencv-bilinear" });
      expect(Buffer.compare(patch.data, withoutAlpha(expected))).toBe(0);
      expect(new Set(patch.data).size).toBeGreaterThan(100);
    }
  });

  test("is of a region far larger than can be read at once", async () => {
    const region = { x: 0, y: 0, level: 0, width: 20_480, height: 20_480 };
    const { data } = await slide.readPatch(region, { sizePx: 512, filter: "opencv-bilinear", fill: "black" });
    // Each pixel lies between four of the slide's: 40 by 40 from 19.5, 19.5 on.
    for (const [column, row] of [
      [0, 0],
      [5, 2],
      [2, 11],
    ] as const) {
      const at = (row * 512 + column) * 3;
      const [x, y] = [column * 40 + 19, row * 40 + 19];
      expect([x + 0.5, y + 0.5].map((value) => value % 256)).toEqual([data[at]! - 0.5, data[at + 1]! - 0.5]);
    }
    expect(data.slice((13 * 512 + 0) * 3).every((sample) => sample === 0)).toBe(true);
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
    const side = 2 ** 18 + 1;
    await expect(slide.readPatch({ ...region, width: side, height: side }, RECIPE)).rejects.toThrow(/1 to 262144 px/);
  });

  test("leaves the queue when it is aborted", async () => {
    const signal = AbortSignal.abort(new Error("enough"));
    const region = { x: 0, y: 0, level: 0, width: 32, height: 32 };
    await expect(slide.readPatch(region, RECIPE, { signal })).rejects.toThrow("enough");
  });
});
