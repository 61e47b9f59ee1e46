import { describe, expect, test } from "vitest";
import { loadPolygonMath, type Polygon } from "#kernels";
import type { Slide } from "#slide";
import { JobFileError, JobSettingsError } from "../../../src/pipeline/errors.ts";
import { planLegacyGrid } from "../../../src/pipeline/legacy-grid.ts";
import { chooseLevel } from "../../../src/pipeline/level-choice.ts";
import { planFromAttributes, planGrid } from "../../../src/pipeline/patch-coords.ts";
import {
  type PatchGridRequest,
  planPatchGrid,
  prepareTissue,
  selectPatches,
  statedPatchSize,
} from "../../../src/pipeline/patch-grid.ts";
import type { SlideScale } from "../../../src/pipeline/slide-scale.ts";
import { createTissueService } from "../../../src/pipeline/tissue-service.ts";

const math = await loadPolygonMath();

describe("the level to read", () => {
  const levels = [1, 4.00006, 16.0024];
  test("is one within the tolerance, else the last that is not coarser", () => {
    expect(chooseLevel(levels, 4)).toEqual({ level: 1, extra: 1 });
    expect(chooseLevel(levels, 15.95, 0.1)).toEqual({ level: 2, extra: 1 });
    expect(chooseLevel(levels, 8)).toEqual({ level: 1, extra: 8 / 4.00006 });
    expect(chooseLevel(levels, 100).level).toBe(2);
  });

  test("is the finest for enlarging", () => {
    expect(chooseLevel(levels, 0.5)).toEqual({ level: 0, extra: 2 });
  });

  test("is none for a downsample that is none", () => {
    expect(() => chooseLevel(levels, Number.NaN)).toThrow(RangeError);
    expect(() => chooseLevel([], 1)).toThrow(RangeError);
  });
});

/** Rows of the fact sheet's table: size, levels, patch, magnifications, overlap; then what TRIDENT made of it. */
const TABLE = [
  [[46000, 32914], [1, 4.00006, 16.0024], 256, 40, 20, 0, [512, 0, 512, 90, 65], [45568, 32768], 512],
  [[46000, 32914], [1, 4.00006, 16.0024], 256, 40, 5, 0, [2048, 1, 512, 23, 17], [45056, 32768], 2048],
  [[46001, 32915], [1, 3.9998, 15.997], 256, 40, 10, 0, [1024, 1, 341, 45, 33], [45056, 32768], 1024],
  [[46000, 32914], [1, 4, 16], 224, 20, 40, 0, [112, 0, 112, 411, 294], [45920, 32816], 112],
  [[10000, 8000], [1], 256, 40, 20, 128, [512, 0, 512, 40, 32], [9984, 7936], 512],
  [[10000, 8000], [1, 2, 4], 256, 40, 15, 0, [683, 1, 342, 15, 12], [9562, 7513], 682],
  [[10000, 8000], [1, 2, 4], 512, 60, 20, 64, [1536, 1, 768, 8, 6], [9408, 6720], 1536],
  [[10000, 8000], [1, 4, 16], 512, 20, 1.25, 0, [8192, 2, 512, 2, 1], [8192, 0], 8192],
] as const;

const request = (overrides: Partial<PatchGridRequest> = {}): PatchGridRequest => ({
  width: 46001,
  height: 32915,
  levelDownsamples: [1, 3.9998, 15.997],
  source: { mag: 40 },
  target: { mag: 10 },
  patchSize: 256,
  overlap: 0,
  ...overrides,
});

describe("a patch grid", () => {
  test.each(TABLE)("on %j, levels %j, %i px of %ix at %dx, overlap %i", (...row) => {
    const [[width, height], levelDownsamples, patchSize, mag, target, overlap, expected, last, stated] = row;
    const grid = planPatchGrid({
      width,
      height,
      levelDownsamples,
      source: { mag },
      target: { mag: target },
      patchSize,
      overlap,
      tridentExact: true,
    });
    const { patchSizeSource, level, patchSizeLevel, columns, rows } = grid;
    expect([patchSizeSource, level, patchSizeLevel, columns, rows]).toEqual(expected);
    const coords = selectPatches(grid, undefined, 0);
    expect(coords.length).toBe(columns * rows * 2);
    expect(Array.from(coords.subarray(-2))).toEqual(last);
    expect(statedPatchSize(patchSize, mag, target)).toBe(stated);
  });

  test("reads with the level's real downsample, unless told to be exact", () => {
    expect(planPatchGrid(request()).patchSizeLevel).toBe(256);
    expect(planPatchGrid(request({ tridentExact: true })).patchSizeLevel).toBe(341);
  });

  test("takes true µm per pixel as well as magnifications", () => {
    const grid = planPatchGrid(request({ source: { mpp: 0.2525 }, target: { mpp: 1 }, patchSize: 512 }));
    expect([grid.patchSizeSource, grid.columns, grid.rows]).toEqual([2028, 23, 17]);
  });

  test("is refused where patches would not move on, and where there would be too many", () => {
    expect(() => planPatchGrid(request({ overlap: 256 }))).toThrow(RangeError);
    expect(() => planPatchGrid(request({ patchSize: 0 }))).toThrow(RangeError);
    expect(() => planPatchGrid(request({ target: { mag: Number.NaN } }))).toThrow(RangeError);
    expect(() => planPatchGrid(request({ patchSize: 1, target: { mag: 40 } }))).toThrow(/at most/);
  });

  test.each([
    ["patches.target.mag", { target: { mag: 1000 }, patchSize: 256, overlap: 255 }],
    ["patches.overlap", { target: { mag: 40 }, patchSize: 256, overlap: 255 }],
    ["patches.target.mag", { target: { mag: 1e-300 }, patchSize: 256, overlap: 0 }],
    ["patches.target.mag", { target: { mag: 1e9 }, patchSize: 256, overlap: 128 }],
    ["patches.target.mpp", { target: { mpp: 1e300 }, patchSize: 256, overlap: 0 }],
    ["patches.target.mag", { target: { mag: 0.0001 }, patchSize: 256, overlap: 0 }],
    ["patches.patchSize", { target: { mag: 20 }, patchSize: 1e8, overlap: 0 }],
  ])("names %s where %j makes none on a slide", (field, settings) => {
    const slide = { width: 200_000, height: 100_000, levels: [{ downsample: 1 }] } as unknown as Slide;
    const scale = { mpp: 0.5, magnification: 20 } as SlideScale;
    const plan = () => planGrid(slide, scale, { ...settings, minTissueProportion: 0 }, { toEmbed: true });
    expect(plan).toThrow(JobSettingsError);
    expect(plan).toThrow(`${field} is `);
  });

  test("may have patches too large to be read where they are only placed", () => {
    const slide = { width: 200_000, height: 100_000, levels: [{ downsample: 1 }] } as unknown as Slide;
    const scale = { mpp: 0.5, magnification: 20 } as SlideScale;
    const settings = { target: { mag: 20 }, patchSize: 1e8, overlap: 0, minTissueProportion: 0 };
    expect(planGrid(slide, scale, settings, { toEmbed: false })).toMatchObject({ columns: 1, rows: 1 });
    expect(() => planGrid(slide, scale, settings, { toEmbed: true })).toThrow(/patches.patchSize is 100000000/);
  });

  test.each([
    ["patch size beyond what can be read", { patch_size: 2 ** 14 + 1 }, /at most 16384/],
    ["magnification that makes patches larger than any slide", { target_magnification: 0.001 }, /at most 262144/],
    ["overlap that leaves no step", { overlap: 256 }, /overlap/],
    ["attribute missing", { level0_magnification: 0 }, /attributes of TRIDENT or CLAM/],
  ])("says of a coords file with a %s that it cannot be used", (_, wrong, message) => {
    const slide = { width: 20_000, height: 10_000, levels: [{ downsample: 1 }] } as unknown as Slide;
    const plan = (numbers: Readonly<Record<string, number>>) => {
      const attributes = Object.entries(numbers).map(([name, value]) => [name, { type: "int64", value }] as const);
      return planFromAttributes(Object.fromEntries(attributes), slide, { mpp: 0.5 }, "a_patches.h5");
    };
    const good = { patch_size: 256, level0_magnification: 40, target_magnification: 20, overlap: 0 };
    expect(plan(good)).toMatchObject({ patchSizeLevel: 512 });
    expect(() => plan({ ...good, ...wrong })).toThrow(JobFileError);
    expect(() => plan({ ...good, ...wrong })).toThrow(message);
  });

  test("leaves gaps where the overlap is below 0", () => {
    const grid = planPatchGrid({
      width: 28388,
      height: 26110,
      levelDownsamples: [1],
      source: { mpp: 0.3333 },
      target: { mpp: 0.25 },
      patchSize: 256,
      overlap: -16,
      tridentExact: true,
    });
    expect([grid.columns, grid.rows]).toEqual([140, 128]);
  });

  test("states a side as Python's floor division does", () => {
    // 0.9 / 0.1 is 9, while 0.1 goes into 0.9 only eight times: it is a little more than a tenth.
    expect(statedPatchSize(1, 0.9, 0.1)).toBe(8);
    expect(statedPatchSize(256, 40, 15)).toBe(682);
  });
});

describe("patches of CLAM", () => {
  const slide = { width: 4001, height: 3203, levelDownsamples: [1, 2.9991570226122892, 6.9941025132073165] };
  test("are read at the scale of their level", () => {
    const grid = planLegacyGrid({ ...slide, source: { mpp: 0.2738 } }, { patchSize: 256, level: 1 });
    expect([grid.patchSizeSource, grid.level, grid.patchSizeLevel]).toEqual([768, 1, 256]);
    const halved = { patchSize: 256, level: 0, customDownsample: 2 };
    expect(planLegacyGrid({ ...slide, source: { mpp: 0.2738 } }, halved).patchSizeSource).toBe(512);
  });

  test("are read by magnification where nobody knows the pixel's size", () => {
    const grid = planLegacyGrid(
      { ...slide, source: { mag: 40 } },
      { patchSize: 256, level: 1 },
      { tridentExact: true },
    );
    expect([grid.patchSizeSource, grid.patchSizeLevel]).toEqual([788, 394]);
  });

  test("are refused for a level that the slide has not", () => {
    expect(() => planLegacyGrid({ ...slide, source: { mag: 40 } }, { patchSize: 256, level: 3 })).toThrow(RangeError);
  });
});

/** The fact sheet's disc of 360 vertices, with a hole or without. */
function disc(holeRadius?: number): Polygon {
  const ring = (radius: number) => {
    const points: number[] = [];
    for (let k = 0; k <= 360; k++) {
      const angle = ((k % 360) * Math.PI) / 180;
      points.push(Math.trunc(5000 + radius * Math.cos(angle)), Math.trunc(4000 + radius * Math.sin(angle)));
    }
    return Float64Array.from(points);
  };
  return { shell: ring(3000), holes: holeRadius === undefined ? [] : [ring(holeRadius)] };
}

describe("choosing patches in tissue", () => {
  const grid = planPatchGrid(request({ width: 10000, height: 8000, levelDownsamples: [1], target: { mag: 20 } }));
  const facts = (coords: Int32Array) => [
    coords.length / 2,
    ...coords.subarray(0, 2),
    ...coords.subarray(-2),
    coords.reduce((sum, value) => sum + value, 0),
  ];

  test.each([
    [0, [130, 4608, 512, 6144, 6656, 1103360], [114, 4608, 512, 6144, 6656, 967168]],
    [0.25, [114, 3584, 1024, 5632, 6656, 972800], [92, 3584, 1024, 5632, 6656, 790528]],
    [0.5, [106, 3584, 1024, 5120, 6656, 891392], [79, 3584, 1024, 5120, 6656, 660992]],
    [0.75, [97, 4096, 1024, 6144, 6144, 815616], [67, 4096, 1024, 6144, 6144, 558592]],
    [1, [82, 3584, 1536, 5632, 6144, 701952], [42, 3584, 1536, 5632, 6144, 366080]],
  ])("at a share of %d equals TRIDENT on a disc and on a ring", (share, expectedDisc, expectedRing) => {
    expect(facts(selectPatches(grid, prepareTissue([disc()], 256, math), share))).toEqual(expectedDisc);
    expect(facts(selectPatches(grid, prepareTissue([disc(1500)], 256, math), share))).toEqual(expectedRing);
  });

  test("keeps none without tissue, and all where tissue is not asked for", () => {
    expect(selectPatches(grid, prepareTissue([], 256, math), 0)).toHaveLength(0);
    expect(selectPatches(grid, undefined, 0.5)).toHaveLength(grid.columns * grid.rows * 2);
  });

  test("asks what all outlines cover together: one without any area is not among them, but by itself it is", () => {
    const square = { shell: Float64Array.of(0, 0, 1000, 0, 1000, 1000, 0, 1000, 0, 0), holes: [] };
    const line = { shell: Float64Array.of(5000, 5000, 6000, 5000, 5500, 5000, 5000, 5000), holes: [] };
    const kept = (...outlines: Polygon[]) => selectPatches(grid, prepareTissue(outlines, 256, math), 0).length / 2;
    expect(kept(line)).toBe(3);
    expect(kept(square)).toBe(4);
    expect(kept(square, line)).toBe(4);
  });

  test("mends outlines that cross themselves, where TRIDENT fails", () => {
    const bowTie = { shell: Float64Array.of(1000, 1000, 7000, 6000, 7000, 1000, 1000, 6000, 1000, 1000), holes: [] };
    const covered = selectPatches(grid, prepareTissue([bowTie], 256, math), 0.5);
    // Two triangles of 3000 by 5000 over 2, in squares of 512.
    expect(covered.length / 2).toBeGreaterThan(45);
    expect(covered.length / 2).toBeLessThan(70);
    expect(selectPatches(grid, prepareTissue([bowTie], 256, math), 0).length).toBeGreaterThan(covered.length);
    const crossed = { shell: disc().shell, holes: [Float64Array.of(4000, 4000, 9500, 3500, 9500, 4500, 4000, 4000)] };
    for (const share of [0, 0.5]) {
      expect(selectPatches(grid, prepareTissue([crossed], 256, math), share).length).toBeGreaterThan(100);
    }
  });

  test("to look at them: sizes, overlaps and shares one after another give what each gives alone", async () => {
    const outlines = [ragged(5000, 4000, 3500, 500)];
    const service = createTissueService();
    await service.keepPolygons(outlines);
    const looks = [256, 64, 100, 256, 512, 224, 256, 2048, 256].flatMap((patchSize) =>
      [0, 0, 7].flatMap((overlap) => [0.5, 0, 0.1].map((share) => ({ patchSize, overlap, share }))),
    );
    for (const { patchSize, overlap, share } of looks) {
      const asked = request({
        width: 10_000,
        height: 8000,
        levelDownsamples: [1],
        target: { mag: 20 },
        patchSize,
        overlap,
      });
      const looked = planPatchGrid(asked);
      const look = () => service.previewPatches({ grid: looked, patchSize, minTissueProportion: share });
      const preview = await look();
      if (!preview.isExact) expect(await service.prepareOutlines(patchSize)).toBe(true);
      const exact = preview.isExact ? preview : await look();
      const alone = selectPatches(looked, prepareTissue(outlines, patchSize, math), share);
      expect(exact.isExact).toBe(true);
      expect(exact.coords.length, `${patchSize} px, ${overlap}, ${share}`).toBeGreaterThan(0);
      expect(exact.coords.join()).toBe(alone.join());
    }
  });

  test("to look at them: a new size is shown by the outlines of the nearest one until its own are ready", async () => {
    const outlines = Array.from({ length: 12 }, (_, piece) => ragged(1000 + 700 * piece, 4000, 900, 3000));
    const service = createTissueService();
    await service.keepPolygons(outlines);
    const look = async (patchSize: number, outlinesFor = patchSize) => {
      const asked = request({ width: 10_000, height: 8000, levelDownsamples: [1], target: { mag: 20 }, patchSize });
      const looked = planPatchGrid(asked);
      const { coords, isExact } = await service.previewPatches({ grid: looked, patchSize, minTissueProportion: 0.4 });
      expect(coords.join()).toBe(selectPatches(looked, prepareTissue(outlines, outlinesFor, math), 0.4).join());
      return isExact;
    };
    // With none ready there is nothing else to show.
    expect(await look(64)).toBe(true);
    expect(await look(1024, 64)).toBe(false);
    await service.prepareOutlines(1024);
    expect(await look(1024)).toBe(true);
    // Compared by how many times as large.
    expect(await look(300, 1024)).toBe(false);
    expect(await look(200, 64)).toBe(false);
    // A size asked for later takes over, and previews come in between.
    const passed = service.prepareOutlines(300);
    const meant = service.prepareOutlines(500);
    expect(await look(500, 1024)).toBe(false);
    expect([await passed, await meant]).toEqual([false, true]);
    expect(await look(500)).toBe(true);
    expect(await look(300, 500)).toBe(false);
  });

  test("of 200,000 grow fewer with the share, on outlines of 40,000 points (how fast: the bench)", () => {
    const large = planPatchGrid(request({ width: 180_000, height: 150_000, target: { mag: 40 } }));
    const outlines = [0, 1, 2, 3].map((piece) =>
      ragged(72_000 + 30_000 * piece, 75_000, 72_000 - 9000 * piece, 10_000),
    );
    const tissue = prepareTissue(outlines, 256, math);
    expect(selectPatches(large, tissue, 0).length / 2).toBeGreaterThan(200_000);
    const counts = [0, 0.1, 0.5, 0.9, 1].map((share) => selectPatches(large, tissue, share).length);
    expect(new Set(counts).size).toBe(counts.length);
    expect(counts).toEqual([...counts].sort((a, b) => b - a));
  });
});

/** A round outline with teeth. */
function ragged(x: number, y: number, radius: number, points: number): Polygon {
  const shell = new Float64Array((points + 1) * 2);
  for (let at = 0; at <= points; at++) {
    const angle = ((at % points) / points) * 2 * Math.PI;
    const length = radius * (0.9 + 0.1 * Math.sin(angle * 97) * Math.cos(angle * 13));
    shell[at * 2] = x + length * Math.cos(angle);
    shell[at * 2 + 1] = y + length * Math.sin(angle);
  }
  return { shell, holes: [] };
}
