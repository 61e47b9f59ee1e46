import { Lifeline } from "#base";
import { WorkerCrashedError } from "#bridge";
import type { Polygon } from "#kernels";
import type { Slide } from "#slide";
import { checkPatchSettings } from "./check-settings.ts";
import { MissingMppError } from "./errors.ts";
import { planGrid } from "./patch-coords.ts";
import { pause } from "./pause.ts";
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
  /** Chosen as a job chooses them. Otherwise by outlines that were made ready for a similar patch size. */
  readonly isExact: boolean;
  /** Of the whole grid. */
  readonly columns: number;
  readonly rows: number;
}

/** A size that stays for so long is meant: of those passed through none is made exact. */
const SETTLED_MS = 60;

/** Shows what settings would give, fast enough to follow a slider; the contours lie in a worker. */
export interface PatchPreviewer {
  /**
   * Of several calls in a row only the last is computed; the others reject with an AbortError.
   * @param onRough - told first what it will be about, where a new patch size makes the exact answer take longer than a frame.
   * @throws {JobSettingsError} {MissingMppError}
   */
  show(settings: PatchSettings, onRough?: (about: PatchPreview) => void): Promise<PatchPreview>;
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
  /** What the worker is at; where it is at nothing a look goes to it within the call, not after the page has drawn the change. */
  let busy: Promise<unknown> | undefined = seat.api.keepPolygons(polygons);
  busy.catch(() => {});
  let latest = new AbortController();
  const replaceLatest = () => {
    latest.abort(new DOMException("a later preview was asked for", "AbortError"));
    latest = new AbortController();
    return latest.signal;
  };
  return {
    async show(settings, onRough) {
      checkPatchSettings(settings);
      const { patchSize, minTissueProportion } = settings;
      const scale = getSlideScale(slide.properties, options.mpp === undefined ? {} : { given: options.mpp });
      if (!scale) throw new MissingMppError(slide.name);
      const grid = planGrid(slide, scale, settings, { toEmbed: false });
      const look = async (): Promise<PatchPreview> => {
        const found = await worker.guard(seat.api.previewPatches({ grid, patchSize, minTissueProportion }));
        const { columns, rows, patchSizeSource } = grid;
        return { ...found, count: found.coords.length / 2, sideLevel0: patchSizeSource, columns, rows };
      };
      const signal = replaceLatest();
      const before = busy;
      let finish: () => void = () => {};
      const own = new Promise<void>((resolve) => {
        finish = resolve;
      });
      busy = own;
      let first: PatchPreview;
      try {
        if (before) {
          await worker.guard(before);
          signal.throwIfAborted();
        }
        first = await look();
      } finally {
        finish();
        if (busy === own) busy = undefined;
      }
      if (first.isExact) return first;
      signal.throwIfAborted();
      onRough?.(first);
      await pause(SETTLED_MS, signal);
      await worker.guard(seat.api.prepareOutlines(patchSize));
      signal.throwIfAborted();
      return look();
    },
    close() {
      latest.abort();
      seat.terminate();
    },
  };
}
