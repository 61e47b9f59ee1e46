import { describe, expect, test } from "vitest";
import { resizePillow } from "#kernels";
import type { PatchRecipe } from "#slide";
import { makePatch } from "../../../src/slide/patch.ts";
import { checkRecipe } from "../../../src/slide/patch-recipe.ts";

const SIDE = 12;
/** Colours by position; the right half was not scanned. */
const rgba = Uint8ClampedArray.from({ length: SIDE * SIDE * 4 }, (_, i) => {
  const x = Math.floor(i / 4) % SIDE;
  if (x >= SIDE / 2) return 0;
  return i % 4 === 3 ? 255 : 10 * x + (i % 4) + Math.floor(i / 4 / SIDE);
});
const pixels = { width: SIDE, height: SIDE, bands: [rgba] };
const PINK = [250, 200, 220] as const;
const recipe = (overrides: Partial<PatchRecipe> = {}): PatchRecipe => ({
  sizePx: SIDE,
  filter: "pillow-bicubic",
  fill: "black",
  ...overrides,
});
const pixelAt = ({ data, width }: { data: Uint8Array; width: number }, x: number, y: number) =>
  Array.from(data.subarray((y * width + x) * 3, (y * width + x) * 3 + 3));

describe("making a patch", () => {
  test("keeps pixels that already have the size, and drops their alpha", () => {
    const patch = makePatch(pixels, recipe(), PINK);
    expect([patch.width, patch.height, patch.data.length]).toEqual([SIDE, SIDE, SIDE * SIDE * 3]);
    expect(pixelAt(patch, 3, 5)).toEqual([35, 36, 37]);
  });

  test("fills what was not scanned with black, or with the slide's background", () => {
    expect(pixelAt(makePatch(pixels, recipe(), PINK), 9, 0)).toEqual([0, 0, 0]);
    expect(pixelAt(makePatch(pixels, recipe({ fill: "background" }), PINK), 9, 0)).toEqual([...PINK]);
  });

  test("resizes by the filter asked for", () => {
    const bicubic = makePatch(pixels, recipe({ sizePx: 5 }), PINK);
    const bilinear = makePatch(pixels, recipe({ sizePx: 5, filter: "opencv-bilinear" }), PINK);
    expect([bicubic.width, bilinear.height]).toEqual([5, 5]);
    expect(bicubic.data).not.toEqual(bilinear.data);
    const { data } = makePatch(pixels, recipe(), PINK);
    const expected = resizePillow({ data, width: SIDE, height: SIDE, channels: 3 }, 5, 5, "bicubic");
    expect(Array.from(bicubic.data)).toEqual(Array.from(expected.data));
  });

  test("applies an encoder's transform: resize, then the centre", () => {
    const transform = { resizePx: 8, filter: "bilinear", antialias: true, cropPx: 4 } as const;
    const patch = makePatch(pixels, recipe({ transform }), PINK);
    expect([patch.width, patch.height]).toEqual([4, 4]);
    const { data } = makePatch(pixels, recipe(), PINK);
    const resized = resizePillow({ data, width: SIDE, height: SIDE, channels: 3 }, 8, 8, "bilinear");
    const whole = { data: Uint8Array.from(resized.data), width: 8 };
    expect(pixelAt(patch, 0, 0)).toEqual(pixelAt(whole, 2, 2));
    expect(pixelAt(patch, 3, 3)).toEqual(pixelAt(whole, 5, 5));
  });

  test("is the same of pixels that come band by band", () => {
    const row = SIDE * 4;
    const bands = [rgba.subarray(0, row * 5), rgba.subarray(row * 5, row * 6), rgba.subarray(row * 6)];
    const transform = { resizePx: 8, filter: "bilinear", antialias: true, cropPx: 4 } as const;
    for (const sizePx of [5, 7, SIDE, 20]) {
      for (const filter of ["pillow-bicubic", "opencv-bilinear"] as const) {
        for (const fill of ["black", "background"] as const) {
          for (const further of [{}, { transform }]) {
            const wanted = recipe({ sizePx, filter, fill, ...further });
            expect(makePatch({ ...pixels, bands }, wanted, PINK)).toEqual(makePatch(pixels, wanted, PINK));
          }
        }
      }
    }
  });

  test("refuses sides that are none, and a crop larger than what it is cut from", () => {
    expect(() => checkRecipe(recipe({ sizePx: 0 }))).toThrow(RangeError);
    expect(() => checkRecipe(recipe({ sizePx: 2.5 }))).toThrow(RangeError);
    expect(() => checkRecipe(recipe({ sizePx: 2 ** 14 }))).not.toThrow();
    expect(() => checkRecipe(recipe({ sizePx: 2 ** 14 + 1 }))).toThrow(RangeError);
    const transform = { resizePx: 8, filter: "bilinear", antialias: true, cropPx: 9 } as const;
    expect(() => checkRecipe(recipe({ transform }))).toThrow(/crop of 9/);
    expect(() => checkRecipe(recipe({ transform: { ...transform, cropPx: 8 } }))).not.toThrow();
  });
});
