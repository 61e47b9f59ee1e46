import { Lifeline } from "#base";
import { WorkerCrashedError } from "#bridge";
import type { Polygon } from "#kernels";
import type { Slide } from "#slide";
import { checkPatchSettings } from "./check-settings.ts";
import { MissingMppError } from "./errors.ts";
import { planGrid } from "./patch-coords.ts";
import type { PatchSettings } from "./settings.ts";
import { getSlideScale } from "./slide-scale.ts";
import { openTissueSeat } from "./tissue-engine.ts";

/** The patches that settings would give. */
export interface PatchPreview {
  /** (N, 2) level-0 x, y. */
  readonly coords: Int32Array<ArrayBuffer>;
  readonly count: number;
  /** Side of a patch in level-0 pixels. */
  readonly sideLevel0: number;
  /** Of the whole grid. */
  readonly columns: number;
  readonly rows: number;
}

/** Shows what settings would give, fast enough to follow a slider; the contours lie in a worker. */
export interface PatchPreviewer {
  /**
   * Of several calls in a row only the last is computed; the others reject with an AbortError.
   * @throws {JobSettingsError} {MissingMppError}
   */
  show(settings: PatchSettings): Promise<PatchPreview>;
  close(): void;
}

/** @param polygons - contours in level-0 pixels; undefined for the whole slide. */
export function openPatchPreview(
  slide: Slide,
  polygons: readonly Polygon[] | undefined,
  options: { readonly mpp?: number } = {},
): PatchPreviewer {
  const seat = openTissueSeat();
  const worker = new Lifeline();
  seat.onDeath((detail) => worker.cut(new WorkerCrashedError("preview of patches", detail)));
  let ready: Promise<unknown> = seat.api.keepPolygons(polygons);
  ready.catch(() => {});
  let latest = 0;
  return {
    async show(settings) {
      checkPatchSettings(settings);
      const { patchSize, minTissueProportion } = settings;
      const scale = getSlideScale(slide.properties, options.mpp === undefined ? {} : { given: options.mpp });
      if (!scale) throw new MissingMppError(slide.name);
      const grid = planGrid(slide, scale, settings, { toEmbed: false });
      const turn = ++latest;
      const before = ready;
      let finish: () => void = () => {};
      ready = new Promise<void>((resolve) => {
        finish = resolve;
      });
      try {
        await worker.guard(before);
        if (turn !== latest) throw new DOMException("a later preview was asked for", "AbortError");
        const coords = await worker.guard(seat.api.previewPatches({ grid, patchSize, minTissueProportion }));
        const { columns, rows, patchSizeSource } = grid;
        return { coords, count: coords.length / 2, sideLevel0: patchSizeSource, columns, rows };
      } finally {
        finish();
      }
    },
    close: () => seat.terminate(),
  };
}
