import { readContours } from "#annotations";
import { type Image8, loadPolygonMath } from "#kernels";
import { planPatchGrid, prepareTissue, selectPatches } from "../../../src/pipeline/patch-grid.ts";
import { drawContourPictures, drawPatchPicture, paintContours, paintPatches } from "../../../src/pipeline/pictures.ts";
import { readThumbnail } from "../../../src/pipeline/thumbnail.ts";
import { type JpegFacts, readJpegFacts } from "./jpeg-facts.ts";
import type { Check, Part, Tools } from "./part.ts";
import { compareNearly, DRAWN, dropAlpha, type PictureTruth } from "./pixels.ts";
import { readPng } from "./png.ts";
import { openVerified, type SlideTruth } from "./slide-facts.ts";

interface JpegTruth {
  readonly size: readonly [number, number];
  readonly subsampling: JpegFacts;
}

interface OverlayCase extends SlideTruth {
  readonly contour: string;
  readonly target_mag: number;
  readonly patch_size: number;
  readonly overlap: number;
  readonly min_tissue_proportion: number;
  readonly n: number;
  readonly thumbnail_size: readonly [number, number];
  readonly visualization_before_jpeg: PictureTruth;
  readonly visualization_jpg: JpegTruth;
  readonly contours_before_crop_and_jpeg: PictureTruth;
  readonly contours_jpg: JpegTruth;
}

/** The pictures of patches and of contours. */
export const overlay: Part = {
  async list(truth) {
    const { cases } = await truth.json<{ cases: readonly OverlayCase[] }>("overlay.json");
    return cases.map((one, index) => ({ name: `overlay.json#${index}`, run: (tools) => compareCase(tools, one) }));
  },
};

async function compareCase(tools: Tools, one: OverlayCase): Promise<void> {
  const { check, truth } = tools;
  const verified = await openVerified(tools, one);
  if (!verified) {
    check.leaveOut("the pictures", "of a plain image, which the app does not open");
    return;
  }
  const { slide } = verified;
  const polygons = readContours(await truth.file(one.contour).text());
  const grid = planPatchGrid({
    width: one.width,
    height: one.height,
    levelDownsamples: one.level_downsamples,
    source: { mag: one.mag },
    target: { mag: one.target_mag },
    patchSize: one.patch_size,
    overlap: one.overlap,
    tridentExact: true,
  });
  const tissue = prepareTissue(polygons, one.patch_size, await loadPolygonMath());
  const coords = selectPatches(grid, tissue, one.min_tissue_proportion);
  check.same("patches", coords.length / 2, one.n);
  const thumbnail = await readThumbnail(slide, new AbortController().signal);
  check.same("thumbnail", [thumbnail.width, thumbnail.height], one.thumbnail_size);
  const lines = [
    `${one.n} patches`,
    `width=${one.width}, height=${one.height}`,
    `mpp=${one.mpp}, mag=${one.mag}`,
    `patch=${one.patch_size} w. overlap=0 @ ${one.target_mag}x`,
  ];
  const drawing = { coords, sideLevel0: grid.patchSizeSource, lines };
  const painted = paintPatches(thumbnail, drawing);
  const context = painted.getContext("2d")!;
  const { data } = context.getImageData(0, 0, painted.width, painted.height);
  const boxes = { data, width: painted.width, height: painted.height, channels: 4 };
  comparePixels(check, "picture of patches", boxes, one.visualization_before_jpeg);
  await compareJpeg(check, "picture of patches", await drawPatchPicture(thumbnail, drawing), one.visualization_jpg);

  comparePixels(check, "picture of contours", paintContours(thumbnail, polygons), one.contours_before_crop_and_jpeg);
  const { contours } = await drawContourPictures(thumbnail, polygons);
  await compareJpeg(check, "picture of contours", contours, one.contours_jpg);
}

function comparePixels(check: Check, field: string, { data, width, height }: Image8, truth: PictureTruth): void {
  compareNearly(check, field, { data: dropAlpha(data), width, height }, truth, DRAWN);
}

async function compareJpeg(check: Check, field: string, jpeg: Uint8Array<ArrayBuffer>, truth: JpegTruth) {
  const { width, height } = await readPng(new Blob([jpeg], { type: "image/jpeg" }));
  check.same(`${field} as JPEG, size`, [width, height], truth.size);
  check.same(`${field} as JPEG, encoding`, readJpegFacts(jpeg), truth.subsampling);
}
