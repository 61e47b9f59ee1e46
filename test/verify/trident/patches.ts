import { digest } from "#base";
import type { Slide } from "#slide";
import { type PatchGrid, planPatchGrid } from "../../../src/pipeline/patch-grid.ts";
import type { PatchScale } from "../../../src/pipeline/settings.ts";
import { givenMpp } from "./cases.ts";
import { compareGeometry, type GeometryTruth } from "./grids.ts";
import type { Check, Part, Tools } from "./part.ts";
import { compareNearly, comparePicture, dropAlpha, isLossless, OTHER_DECODER, type PictureTruth } from "./pixels.ts";
import { openVerified, type SlideTruth } from "./slide-facts.ts";

interface PatchTruth extends PictureTruth {
  readonly index: number;
  readonly x: number;
  readonly y: number;
  /** The pixels before the resize. */
  readonly source: PictureTruth;
}

interface PatchesFile extends SlideTruth {
  readonly patch_size: number;
  readonly mode: "pil" | "numpy";
  readonly arguments: {
    readonly src_mag?: number;
    readonly dst_mag?: number;
    readonly src_pixel_size?: number;
    readonly dst_pixel_size?: number;
    readonly overlap?: number;
  };
  readonly geometry: GeometryTruth;
  readonly patches: readonly PatchTruth[];
  readonly n_grid: number;
}

/** Patches as models see them. */
export const patches: Part = {
  async list(truth) {
    const names = truth.paths("patches/").filter((path) => path.endsWith(".json"));
    return names.map((name) => ({ name, run: (tools) => compareFile(tools, name) }));
  },
};

async function compareFile(tools: Tools, name: string): Promise<void> {
  const { check } = tools;
  const file = await tools.truth.json<PatchesFile>(name);
  const job = name.slice("patches/".length, -".json".length);
  const given = await givenMpp(tools.truth, "patches", job, file);
  const verified = await openVerified(tools, { ...file, mpp_given: given });
  const grid = planGrid(file);
  compareGeometry(check, "grid", grid, file.geometry);
  check.same("n_grid", grid.columns * grid.rows, file.n_grid);
  for (const { index, x, y } of file.patches) {
    const at = [(index % grid.columns) * grid.step, Math.floor(index / grid.columns) * grid.step];
    check.same(`patch ${index} place`, at, [x, y]);
  }
  if (!verified) {
    check.leaveOut("the patches' pixels", "of a plain image, which the app does not open");
    return;
  }
  const { compressions } = await tools.slideFile(file.path);
  const mustBeSame = isLossless(compressions);
  const filter = file.mode === "pil" ? "pillow-bicubic" : "opencv-bilinear";
  for (const truth of file.patches) {
    await comparePatch(check, verified.slide, grid, truth, { sizePx: file.patch_size, filter, mustBeSame });
  }
}

/** Reads one patch and compares it: byte for byte where the pixels before the resize are the same. */
export async function comparePatch(
  check: Check,
  slide: Slide,
  grid: PatchGrid,
  truth: Omit<PatchTruth, "index" | "source"> & Partial<Pick<PatchTruth, "index" | "source">>,
  { sizePx, filter, mustBeSame }: { sizePx: number; filter: "pillow-bicubic" | "opencv-bilinear"; mustBeSame: boolean },
): Promise<void> {
  const { x, y } = truth;
  const field = `patch at ${x}, ${y}`;
  const side = grid.patchSizeLevel;
  const region = { x, y, level: grid.level, width: side, height: side };
  let isSame = mustBeSame;
  if (truth.source) {
    const source = await slide.readRegion(region);
    isSame ||= (await digest("SHA-256", dropAlpha(source.data))) === truth.source.sha256;
  }
  const patch = await slide.readPatch(region, { sizePx, filter, fill: "black" });
  if (isSame) await comparePicture(check, field, patch, truth);
  else {
    compareNearly(check, field, patch, truth, OTHER_DECODER);
    check.leaveOut(field, "byte by byte: the pixels before the resize are another decoder's; compared by means");
  }
}

function planGrid(file: PatchesFile): PatchGrid {
  const given = file.arguments;
  const scale = (mag: number | undefined, mpp: number | undefined): PatchScale | undefined =>
    mpp !== undefined ? { mpp } : mag !== undefined ? { mag } : undefined;
  const source = scale(given.src_mag, given.src_pixel_size) ?? { mag: file.mag };
  return planPatchGrid({
    width: file.width,
    height: file.height,
    levelDownsamples: file.level_downsamples,
    source,
    target: scale(given.dst_mag, given.dst_pixel_size) ?? source,
    patchSize: file.patch_size,
    overlap: given.overlap ?? 0,
    tridentExact: true,
  });
}
