import { readContours } from "#annotations";
import { digest } from "#base";
import { type Mask, maskToPolygons, otsuTissue, type Polygon, polygonArea } from "#kernels";
import type { Slide } from "#slide";
import { planPatchGrid } from "../../../src/pipeline/patch-grid.ts";
import { drawContourPictures } from "../../../src/pipeline/pictures.ts";
import { findTissueOn } from "../../../src/pipeline/steps/segment-tissue.ts";
import { readThumbnail, type Thumbnail } from "../../../src/pipeline/thumbnail.ts";
import type { TissueEngine } from "../../../src/pipeline/tissue-engine.ts";
import { compareGeometry, type GeometryTruth, RAISED } from "./grids.ts";
import { boundsOf, REPAIRED_AREA, readMask } from "./masks.ts";
import type { Check, Part, Tools } from "./part.ts";
import {
  compareNearly,
  comparePicture,
  DRAWN,
  dropAlpha,
  isLossless,
  OTHER_DECODER,
  type PictureTruth,
} from "./pixels.ts";
import { readPng } from "./png.ts";
import { openVerified, type SlideTruth } from "./slide-facts.ts";

interface SegTruth extends SlideTruth {
  readonly mpp: number;
  readonly target_mag: number;
  readonly holes_are_tissue: boolean;
  readonly error?: string;
  readonly mask: {
    readonly size: readonly [number, number];
    readonly tissue_px: number;
    readonly sha256_tissue_0_1: string;
    readonly level0_per_px: number;
    readonly png: string;
  };
  readonly tiles: GeometryTruth & { readonly n: number };
  readonly repaired_polygons: number;
  readonly geojson: string;
  readonly polygons: readonly {
    readonly area: number;
    readonly bounds: readonly number[];
    readonly holes: number;
    readonly exterior_points: number;
  }[];
  readonly images: Readonly<Record<string, { readonly size: readonly number[]; readonly mean: readonly number[] }>>;
  readonly thumbnail_before_jpeg: PictureTruth;
}

const TILE_PX = 512;
/** µm per pixel at 1x. */
const UM_AT_1X = 10;
const MAX_HOLES = 20;
const SCALE = { relative: 1e-12 };
/** Intersection over union where another decoder's pixels are off by one here and there. */
const OTHER_DECODER_IOU = 0.99;
/** `mirax` lies on JPEG tiles that overlap. */
const MIRAX_IOU = 0.95;

/** Tissue on real slides: the mask from the slide's tiles, the polygons from the given mask, and the pictures. */
export const seg: Part = {
  async list(truth) {
    const names = truth.paths("seg/").filter((path) => path.endsWith(".json"));
    return names.map((name) => ({ name, run: (tools) => compareFile(tools, name) }));
  },
};

async function compareFile(tools: Tools, name: string): Promise<void> {
  const { check, truth } = tools;
  const file = await truth.json<SegTruth>(name);
  if (file.error !== undefined) {
    check.leaveOut("", RAISED);
    return;
  }
  const mask = await readMask(truth.file(file.mask.png));
  check.same("the given mask", await digest("SHA-256", mask.data), file.mask.sha256_tissue_0_1);
  await comparePolygons(tools, file, mask);
  const given = statedMpp(name);
  const verified = await openVerified(tools, given === undefined ? file : { ...file, mpp_given: given });
  if (!verified) {
    check.leaveOut("the mask", "of a plain image, which the app does not open");
    return;
  }
  const { compressions } = await tools.slideFile(file.path);
  const mustBeSame = isLossless(compressions);
  compareTiles(check, file);
  await compareMask(check, verified.slide, file, mask, mustBeSame);
  await comparePictures(tools, verified.slide, file, mustBeSame);
}

/** The pixel size that TRIDENT was given instead of the file's: only the file's name tells. */
function statedMpp(name: string): number | undefined {
  const stated = /-mpp([\d.]+)-/.exec(name)?.[1];
  return stated === undefined ? undefined : Number(stated);
}

function compareTiles(check: Check, file: SegTruth): void {
  const grid = planPatchGrid({
    width: file.width,
    height: file.height,
    levelDownsamples: file.level_downsamples,
    source: { mpp: file.mpp },
    target: { mpp: UM_AT_1X / file.target_mag },
    patchSize: TILE_PX,
    overlap: 0,
    tridentExact: true,
  });
  compareGeometry(check, "tiles", grid, file.tiles);
  check.same("count of tiles", grid.columns * grid.rows, file.tiles.n);
}

/** The app's own way from slide to mask, stopped where the mask is handed over to be outlined. */
async function compareMask(check: Check, slide: Slide, file: SegTruth, given: Mask, mustBeSame: boolean) {
  let mask: Mask | undefined;
  let scale = 0;
  const unused = () => Promise.reject(new Error("not part of finding tissue"));
  const engine: TissueEngine = {
    findTissueOnTile: async (rgb, width, height) => otsuTissue(rgb, width, height).mask.data,
    outlineTissue: async (canvas, { scaleToLevel0 }) => {
      mask = canvas;
      scale = scaleToLevel0;
      return { polygons: [], repaired: 0 };
    },
    selectPatches: unused,
    drawContours: unused,
    drawPatches: unused,
  };
  const { holes_are_tissue: holesAreTissue, target_mag: targetMagnification } = file;
  await findTissueOn(slide, { mpp: file.mpp }, { segmenter: "otsu", holesAreTissue, targetMagnification }, engine, {
    signal: new AbortController().signal,
    tridentExact: true,
  });
  const found = mask!;
  check.near("level-0 pixels per mask pixel", scale, file.mask.level0_per_px, SCALE);
  if (!check.same("mask size", [found.width, found.height], file.mask.size)) return;
  if (mustBeSame) {
    const tissuePx = found.data.reduce((sum, value) => sum + value, 0);
    check.same("tissue pixels", tissuePx, file.mask.tissue_px);
    check.same("mask", await digest("SHA-256", found.data), file.mask.sha256_tissue_0_1);
  } else {
    const least = file.path.includes("mirax") ? MIRAX_IOU : OTHER_DECODER_IOU;
    const iou = intersectionOverUnion(found, given);
    check.holds("mask", iou >= least, `an intersection over union of ${iou}`, `at least ${least}`);
  }
}

function intersectionOverUnion(a: Mask, b: Mask): number {
  let both = 0;
  let either = 0;
  for (let i = 0; i < a.data.length; i++) {
    if (a.data[i] && b.data[i]) both++;
    if (a.data[i] || b.data[i]) either++;
  }
  return either === 0 ? 1 : both / either;
}

async function comparePolygons({ check, truth }: Tools, file: SegTruth, mask: Mask): Promise<void> {
  const found = await maskToPolygons(mask, {
    scaleToLevel0: UM_AT_1X / file.target_mag / file.mpp,
    maxHoles: file.holes_are_tissue ? 0 : MAX_HOLES,
  });
  check.same("repaired polygons", found.repaired, file.repaired_polygons);
  const expected = readContours(await truth.file(file.geojson).text());
  if (!check.same("count of polygons", found.polygons.length, expected.length)) return;
  for (const [index, polygon] of found.polygons.entries()) {
    const facts = file.polygons[index]!;
    const field = `polygon ${index}`;
    check.same(`${field} bounds`, boundsOf(polygon), facts.bounds);
    if (file.repaired_polygons > 0) {
      check.near(`${field} area`, polygonArea(polygon), facts.area, REPAIRED_AREA);
      continue;
    }
    check.same(`${field} area`, polygonArea(polygon), facts.area);
    check.same(
      `${field} points`,
      [polygon.shell.length / 2, polygon.holes.length],
      [facts.exterior_points, facts.holes],
    );
    check.same(`${field} vertices`, verticesOf(polygon), verticesOf(expected[index]!));
  }
}

function verticesOf({ shell, holes }: Polygon): number[][] {
  return [shell, ...holes].map((ring) => Array.from(ring));
}

async function comparePictures({ check, truth }: Tools, slide: Slide, file: SegTruth, mustBeSame: boolean) {
  const thumbnail = await readThumbnail(slide, new AbortController().signal);
  const rgb = { data: dropAlpha(thumbnail.data), width: thumbnail.width, height: thumbnail.height };
  if (mustBeSame) await comparePicture(check, "thumbnail", rgb, file.thumbnail_before_jpeg);
  else compareNearly(check, "thumbnail", rgb, file.thumbnail_before_jpeg, OTHER_DECODER);
  await compareContourPicture(check, thumbnail, readContours(await truth.file(file.geojson).text()), file);
}

async function compareContourPicture(check: Check, thumbnail: Thumbnail, polygons: readonly Polygon[], file: SegTruth) {
  const [, wanted] = Object.entries(file.images).find(([path]) => path.startsWith("contours/")) ?? [];
  if (!wanted) return;
  const { contours } = await drawContourPictures(thumbnail, polygons);
  const { data, width, height } = await readPng(new Blob([contours], { type: "image/jpeg" }));
  compareNearly(
    check,
    "picture of contours",
    { data: dropAlpha(data), width, height },
    { size: wanted.size as [number, number], sha256: "", mean: wanted.mean },
    DRAWN,
  );
}
