import { openHdf5 } from "#storage";
import { planLegacyGrid } from "../../../src/pipeline/legacy-grid.ts";
import { planFromAttributes, readCoordsOf } from "../../../src/pipeline/patch-coords.ts";
import type { PatchGrid } from "../../../src/pipeline/patch-grid.ts";
import { drawPatchPicture } from "../../../src/pipeline/pictures.ts";
import { readThumbnail } from "../../../src/pipeline/thumbnail.ts";
import { givenMpp } from "./cases.ts";
import { compareGeometry, type GeometryTruth, RAISED } from "./grids.ts";
import type { Part, Tools } from "./part.ts";
import { comparePatch } from "./patches.ts";
import { compareNearly, DRAWN, dropAlpha, type PictureTruth } from "./pixels.ts";
import { openVerified, type SlideTruth, type VerifiedSlide } from "./slide-facts.ts";

interface LegacyCase extends SlideTruth {
  readonly name: string;
  readonly patch_size: number;
  readonly patch_level: number;
  readonly custom_downsample?: number;
  readonly forget_mpp?: boolean;
  readonly coords: readonly (readonly [number, number])[];
  readonly file: string;
  readonly geometry?: GeometryTruth;
  readonly patches?: readonly (PictureTruth & { readonly x: number; readonly y: number })[];
  readonly visualization?: PictureTruth;
  readonly dump_patches?: unknown;
  readonly error?: string;
}

const FILE = "legacy.json";

/** Coords files of CLAM: read, and their patches cut. */
export const legacy: Part = {
  async list(truth) {
    const { cases } = await truth.json<{ cases: readonly LegacyCase[] }>(FILE);
    return cases.map((one) => ({ name: `${FILE}#${one.name}`, run: (tools) => compareCase(tools, one) }));
  },
};

async function compareCase(tools: Tools, one: LegacyCase): Promise<void> {
  const { check } = tools;
  const verified = await openVerified(tools, {
    ...one,
    mpp_given: await givenMpp(tools.truth, "legacy", one.name, one),
  });
  const hdf5 = await openHdf5(tools.truth.file(one.file));
  let grids: { exact: PatchGrid; ours: PatchGrid };
  try {
    const { coords, attributes } = await readCoordsOf(hdf5, one.file);
    check.same("coords", Array.from(coords), one.coords.flat());
    if (!verified) return;
    grids = planBoth(one, verified, (options) =>
      planFromAttributes(attributes, verified.slide, { mpp: verified.scale?.mpp ?? Number.NaN }, one.file, options),
    );
  } finally {
    await hdf5.close();
  }
  if (one.error !== undefined) {
    check.leaveOut("", RAISED);
    return;
  }
  if (one.geometry) compareGeometry(check, "grid", grids.exact, one.geometry);
  const { slide } = verified;
  for (const truth of one.patches ?? []) {
    // The answers keep no digest of the pixels before the resize: ours are native OpenSlide's, so they have to be equal.
    const how = { sizePx: one.patch_size, filter: "pillow-bicubic", mustBeSame: true } as const;
    await comparePatch(check, slide, grids.exact, truth, how);
  }
  await readAll(tools, one, verified, grids.ours);
  if (one.visualization) await comparePictureOfGrid(tools, one, verified, grids.exact);
}

/** With TRIDENT's truncation, to compare, and as the app itself reads. */
function planBoth(
  one: LegacyCase,
  { slide, scale }: VerifiedSlide,
  fromFile: (options: { tridentExact: boolean }) => PatchGrid,
): { exact: PatchGrid; ours: PatchGrid } {
  if (!one.forget_mpp) return { exact: fromFile({ tridentExact: true }), ours: fromFile({ tridentExact: false }) };
  const { width, height } = slide;
  const levelDownsamples = slide.levels.map(({ downsample }) => downsample);
  const sizes = { width, height, levelDownsamples, source: { mag: scale?.magnification ?? one.mag } };
  const customDownsample = one.custom_downsample ?? 1;
  const patches = { patchSize: one.patch_size, level: one.patch_level, customDownsample };
  return {
    exact: planLegacyGrid(sizes, patches, { tridentExact: true }),
    ours: planLegacyGrid(sizes, patches),
  };
}

/** TRIDENT's feature extraction fails on these files; here every patch has to come as an encoder wants it. */
async function readAll({ check }: Tools, one: LegacyCase, { slide }: VerifiedSlide, grid: PatchGrid): Promise<void> {
  const side = grid.patchSizeLevel;
  for (const [x, y] of one.coords) {
    const region = { x, y, level: grid.level, width: side, height: side };
    const recipe = { sizePx: one.patch_size, filter: "pillow-bicubic", fill: "background" } as const;
    const patch = await slide.readPatch(region, recipe);
    const varies = new Set(patch.data).size > 1;
    check.same(`patch at ${x}, ${y} for an encoder`, [patch.data.length, varies], [3 * one.patch_size ** 2, true]);
  }
}

/** Boxes and text over a thumbnail: near by its means, as the answers' README has it for drawn pictures. */
async function comparePictureOfGrid(
  { check }: Tools,
  one: LegacyCase,
  { slide, scale }: VerifiedSlide,
  grid: PatchGrid,
): Promise<void> {
  const thumbnail = await readThumbnail(slide, new AbortController().signal);
  const lines = [
    `${one.coords.length} patches`,
    `width=${one.width}, height=${one.height}`,
    `mpp=${one.mpp}, mag=${scale?.magnification}`,
    `patch=${one.patch_size} w. overlap=0`,
  ];
  const coords = Int32Array.from(one.coords.flat());
  const jpeg = await drawPatchPicture(thumbnail, { coords, sideLevel0: grid.patchSizeSource, lines });
  const bitmap = await createImageBitmap(new Blob([jpeg], { type: "image/jpeg" }));
  const context = new OffscreenCanvas(bitmap.width, bitmap.height).getContext("2d", { willReadFrequently: true })!;
  context.drawImage(bitmap, 0, 0);
  const { data, width, height } = context.getImageData(0, 0, bitmap.width, bitmap.height);
  const drawn = { data: dropAlpha(data), width, height };
  compareNearly(check, "visualization", drawn, one.visualization!, DRAWN);
}
