import { type Seat, seatOnThisThread, spawnTissueWorker, WorkerPool } from "#bridge";
import type { Mask, Polygon } from "#kernels";
import type { Thumbnail } from "./thumbnail.ts";
import type { PatchDrawing, PatchSelection, TissueWorkerApi } from "./worker-contract.ts";

/** A worker silent for longer hangs: a tile takes some 50 ms, outlines and pictures of the largest slides some seconds. */
const TILE_TIMEOUT_MS = 30_000;
const SLIDE_TIMEOUT_MS = 300_000;

/** The tissue worker as the steps use it. */
export interface TissueEngine {
  findTissueOnTile(
    rgb: Uint8Array<ArrayBuffer>,
    width: number,
    height: number,
    signal: AbortSignal,
  ): Promise<Uint8Array<ArrayBuffer>>;
  outlineTissue(
    mask: Mask,
    options: { readonly scaleToLevel0: number; readonly maxHoles: number },
    signal: AbortSignal,
  ): Promise<{ polygons: readonly Polygon[]; repaired: number }>;
  selectPatches(
    selection: PatchSelection,
    polygons: readonly Polygon[] | undefined,
    signal: AbortSignal,
  ): Promise<Int32Array<ArrayBuffer>>;
  drawContours(
    thumbnail: Thumbnail,
    polygons: readonly Polygon[],
    signal: AbortSignal,
  ): Promise<{ thumbnail: Uint8Array<ArrayBuffer>; contours: Uint8Array<ArrayBuffer> }>;
  drawPatches(thumbnail: Thumbnail, drawing: PatchDrawing, signal: AbortSignal): Promise<Uint8Array<ArrayBuffer>>;
}

const loadTissueService = async () => (await import("./tissue-service.ts")).createTissueService();

/** A seat at a tissue worker; where workers are not to be had, on this thread. */
export function openTissueSeat(hasWorkers = typeof Worker !== "undefined"): Seat<TissueWorkerApi> {
  return hasWorkers ? spawnTissueWorker<TissueWorkerApi>() : seatOnThisThread(loadTissueService);
}

/** Starts at its first use, and is ended by `close`. */
export function createTissueEngine(): TissueEngine & { close(): void } {
  const pool = new WorkerPool<TissueWorkerApi>({ name: "tissue", size: 1, spawn: () => openTissueSeat() });
  const run = <Result>(
    request: string,
    timeoutMs: number,
    signal: AbortSignal,
    call: (api: TissueWorkerApi) => Promise<Result>,
  ) => pool.run<Result>({ request, timeoutMs, signal, run: (seat) => call(seat.api) });
  return {
    findTissueOnTile: (rgb, width, height, signal) =>
      run("tissue on a tile", TILE_TIMEOUT_MS, signal, (api) =>
        // Not handed over: the call is repeated elsewhere if the worker dies under another's.
        api.findTissueOnTile(rgb, width, height),
      ),
    outlineTissue: (mask, options, signal) =>
      run("outlines of tissue", SLIDE_TIMEOUT_MS, signal, (api) => api.outlineTissue(mask, options)),
    selectPatches: (selection, polygons, signal) =>
      run("patches of a grid", SLIDE_TIMEOUT_MS, signal, (api) => api.selectPatches(selection, polygons)),
    drawContours: (thumbnail, polygons, signal) =>
      run("a picture of contours", SLIDE_TIMEOUT_MS, signal, (api) => api.drawContours(thumbnail, polygons)),
    drawPatches: (thumbnail, drawing, signal) =>
      run("a picture of patches", SLIDE_TIMEOUT_MS, signal, (api) => api.drawPatches(thumbnail, drawing)),
    close: () => pool.close(),
  };
}
