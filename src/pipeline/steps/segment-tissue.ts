import { readContours, writeContours } from "#annotations";
import { roundHalfEven } from "#base";
import { createMask, type Polygon, pasteTile } from "#kernels";
import { MAX_PATCH_REGION_PX, type Slide } from "#slide";
import { PixelSizeError } from "../errors.ts";
import { contoursPath, geojsonPath, thumbnailPath } from "../layout.ts";
import { planPatchGrid } from "../patch-grid.ts";
import { readJobResult } from "../read-job-result.ts";
import type { SegmentationSettings } from "../settings.ts";
import { changedFields, type Fingerprint, fileDigest } from "../slide-record.ts";
import { type SlideScale, UM_AT_1X } from "../slide-scale.ts";
import type { StepNotice } from "../slide-state.ts";
import type { Step, StepContext, StepVerdict } from "../step.ts";
import { readThumbnail } from "../thumbnail.ts";
import type { TissueEngine } from "../tissue-engine.ts";

/** Side of the squares that the segmenter looks at, one by one. */
const TILE_PX = 512;
/** Holes that stay open, a contour, where holes are no tissue. */
const MAX_HOLES = 20;
/** Tiles read ahead of the segmenter. */
const TILES_AHEAD = 6;
/** Behind what a person looks at. */
const READ_PRIORITY = -1;

/** What a run of the tissue finder on one slide gives. */
export interface Tissue {
  /** Level-0 pixels. */
  readonly polygons: readonly Polygon[];
  /** Polygons whose outline crossed itself and was mended. */
  readonly repaired: number;
}

/**
 * Finds tissue with Otsu's threshold, tile by tile, and outlines it. Writes nothing.
 *
 * @param options.tridentExact - cut a level's downsample to a whole number, as TRIDENT does: for comparing.
 * @throws {PixelSizeError} where pixels are so small that a tile of hardly magnified tissue is too large to be read.
 */
export async function findTissueOn(
  slide: Slide,
  scale: Pick<SlideScale, "mpp">,
  settings: SegmentationSettings,
  engine: TissueEngine,
  options: { signal: AbortSignal; tridentExact?: boolean; onTile?(done: number, total: number): void },
): Promise<Tissue> {
  const { signal } = options;
  const targetMpp = UM_AT_1X / settings.targetMagnification;
  const levelDownsamples = slide.levels.map(({ downsample }) => downsample);
  const { width, height } = slide;
  const grid = planPatchGrid({
    width,
    height,
    levelDownsamples,
    source: { mpp: scale.mpp },
    target: { mpp: targetMpp },
    patchSize: TILE_PX,
    overlap: 0,
    tridentExact: options.tridentExact === true,
  });
  if (grid.patchSizeLevel > MAX_PATCH_REGION_PX) throw new PixelSizeError(scale.mpp);
  const canvas = createMask(
    roundHalfEven((width * scale.mpp) / targetMpp),
    roundHalfEven((height * scale.mpp) / targetMpp),
  );
  const total = grid.columns * grid.rows;
  let done = 0;
  options.onTile?.(0, total);

  const segmentTile = async (index: number) => {
    const x = (index % grid.columns) * grid.step;
    const y = Math.floor(index / grid.columns) * grid.step;
    const region = { x, y, level: grid.level, width: grid.patchSizeLevel, height: grid.patchSizeLevel };
    const patch = await slide.readPatch(
      region,
      { sizePx: TILE_PX, filter: "opencv-bilinear", fill: "black" },
      { signal, priority: READ_PRIORITY },
    );
    const data = await engine.findTissueOnTile(patch.data, TILE_PX, TILE_PX, signal);
    const tile = { data, width: TILE_PX, height: TILE_PX };
    pasteTile(canvas, tile, (x * scale.mpp) / targetMpp, (y * scale.mpp) / targetMpp);
    options.onTile?.(++done, total);
  };
  await forEachAhead(total, TILES_AHEAD, segmentTile);
  return engine.outlineTissue(
    canvas,
    { scaleToLevel0: targetMpp / scale.mpp, maxHoles: settings.holesAreTissue ? 0 : MAX_HOLES },
    signal,
  );
}

/** Segmentation: contours as GeoJSON, a thumbnail, and the contours drawn on it, which mark the step as done. */
export const segmentTissue: Step = {
  task: "segmentation",
  lockedOutput: ({ stem }) => contoursPath(stem),
  outputs: ({ stem }) => ({ contour_jpg: contoursPath(stem), contour_geojson: geojsonPath(stem) }),

  async inspect(context, isLocked): Promise<StepVerdict> {
    const { folder, stem, record, settings } = context;
    const geojson = await folder.read(geojsonPath(stem));
    // To TRIDENT the picture alone says that it is done; without the contours themselves nothing can go on.
    if (!geojson || !(await folder.find(contoursPath(stem)))) return { kind: "todo", changed: undefined };
    const made = record.contours;
    const isAsMade = made !== undefined && made.file === (await fileDigest(geojson));
    // Under a lock, what is there may be half of somebody's; ours is put in place whole.
    if (isLocked && !isAsMade) return { kind: "todo", changed: undefined };
    const done = { kind: "done", reason: "already_segmented", message: "Tissue already segmented; skipping." } as const;
    const changed = made ? changedFields(made.from, fingerprintOf(context)) : [];
    if (changed.length > 0) {
      if (!isAsMade) return { ...done, notices: [{ kind: "edited_contours" }] };
      if (settings.whenSettingsDiffer !== "keep") return { kind: "todo", changed };
    }
    const contours = (await readContoursOf(stem, geojson)).length;
    context.count({ contours });
    const notices: StepNotice[] = contours === 0 ? [{ kind: "no_tissue" }] : [];
    if (changed.length > 0) notices.push({ kind: "other_settings", changed });
    return { ...done, notices };
  },

  async run(context) {
    const { folder, stem, settings, engines, meter, signal } = context;
    const { slide, scale } = await context.open();
    const tissue = await findTissueOn(slide, scale, settings.segmentation, engines.tissue, {
      signal,
      onTile: context.report,
    });
    const { polygons } = tissue;
    const geojson = new Blob([writeContours(stem, polygons)]);
    const thumbnail = await readThumbnail(slide, signal);
    const pictures = await engines.tissue.drawContours(thumbnail, polygons, signal);
    await context.checkLock();
    await meter.time("writing", async () => {
      await folder.write(geojsonPath(stem), geojson);
      await folder.write(thumbnailPath(stem), pictures.thumbnail);
      const from = fingerprintOf(context);
      const file = await fileDigest(geojson);
      await context.changeRecord((record) => {
        record.contours = { from, file };
      });
      await folder.write(contoursPath(stem), pictures.contours);
    });
    context.count({ contours: polygons.length });
    if (polygons.length > 0) return { message: "Tissue segmented." };
    context.notice({ kind: "no_tissue" });
    return {
      reason: "empty_geodataframe",
      message: "Segmentation returned an empty GeoDataFrame (no tissue detected).",
    };
  },
};

/** @throws {JobFileError} where the file holds no contours. */
export function readContoursOf(stem: string, geojson: Blob): Promise<Polygon[]> {
  return readJobResult(geojsonPath(stem), async () => readContours(await geojson.text()));
}

function fingerprintOf({ settings: { segmentation }, givenMpp }: StepContext): Fingerprint {
  return { ...segmentation, ...(givenMpp === undefined ? {} : { givenMpp }) };
}

/** Runs `work` for 0 to count - 1, at most `ahead` at a time; the first failure ends it. */
async function forEachAhead(count: number, ahead: number, work: (index: number) => Promise<void>): Promise<void> {
  let next = 0;
  let failed = false;
  const lane = async () => {
    while (next < count && !failed) {
      try {
        await work(next++);
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(ahead, count) }, lane));
}
