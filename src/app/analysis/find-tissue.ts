import { polygonArea } from "#kernels";
import type { PatchPreview } from "#pipeline";
import type { Slide } from "#slide";
import { patchSettings, segmentationSettings } from "../stores/choices.ts";
import { activeEntry, paintedSlide } from "../stores/slides.ts";
import { NOTHING, WORKING } from "../stores/step.ts";
import { type FoundTissue, type SlideTissue, tissueOf } from "../stores/tissue.ts";
import type { Engine, Previewer } from "./engine-contract.ts";
import { type AnalysisParts, failureOf } from "./parts.ts";

/** Finds tissue on the shown slide, and draws up the patches as they would be cut, in the frame of every change. */
export function createTissueFinding(parts: AnalysisParts) {
  const { slides, tissue, choices } = parts;
  let finding: { readonly id: string; readonly abort: AbortController } | undefined;
  /** Once it is there the preview waits for nothing. */
  let engine: Engine | undefined;
  let previewer: { readonly polygons: FoundTissue["polygons"]; readonly it: Previewer } | undefined;

  const shown = () => {
    const state = slides.getState();
    const entry = activeEntry(state);
    return entry && state.slide ? { id: entry.id, slide: state.slide } : undefined;
  };

  async function find(): Promise<void> {
    const now = shown();
    if (!now) return;
    finding?.abort.abort();
    const abort = new AbortController();
    finding = { id: now.id, abort };
    const { id, slide } = now;
    const change = tissue.getState().change;
    change(id, { tissue: WORKING, preview: NOTHING });
    try {
      engine = await parts.engine();
      abort.signal.throwIfAborted();
      const mpp = tissueOf(tissue.getState(), id).mpp;
      const found = await engine.findTissue(slide, {
        segmentation: segmentationSettings(choices.getState()),
        ...given(mpp),
        signal: abort.signal,
        onProgress: (done, total) => !abort.signal.aborted && change(id, { tissue: { kind: "working", done, total } }),
      });
      abort.signal.throwIfAborted();
      change(id, { tissue: { kind: "done", value: { ...found, share: shareOf(areaPx(found.polygons), slide) } } });
      void preview();
    } catch (error) {
      if (abort.signal.aborted) {
        if (finding?.abort === abort) change(id, { tissue: NOTHING });
      } else change(id, { tissue: { kind: "failed", failure: await failureOf(parts, error, slide.name) } });
    } finally {
      if (finding?.abort === abort) finding = undefined;
    }
  }

  /** A grid is drawn within a frame of the change; of changes in one frame only the last is computed. */
  async function preview(): Promise<void> {
    const now = shown();
    const { tissue: step, preview: before, mpp } = tissueOf(tissue.getState(), now?.id);
    if (!now || !engine || step.kind !== "done") return;
    const set = (preview: SlideTissue["preview"]) => tissue.getState().change(now.id, { preview });
    if (before.kind !== "done") set(WORKING);
    const { polygons } = step.value;
    if (previewer?.polygons !== polygons) {
      previewer?.it.close();
      previewer = { polygons, it: engine.openPatchPreview(now.slide, polygons, given(mpp)) };
    }
    const { it } = previewer;
    try {
      const show = (patches: PatchPreview) => {
        if (previewer?.it === it) set({ kind: "done", value: patches });
      };
      show(await it.show(patchSettings(choices.getState()), show));
    } catch (error) {
      // A later change has taken over.
      if (error instanceof DOMException && error.name === "AbortError") return;
      const failure = await failureOf(parts, error, now.slide.name);
      if (previewer?.it === it) set({ kind: "failed", failure });
    }
  }

  const previewed = (state: ReturnType<typeof choices.getState>) => JSON.stringify(patchSettings(state));
  let last = previewed(choices.getState());
  const stop = [
    choices.subscribe((state, before) => {
      if (state.holesAreTissue !== before.holesAreTissue) {
        const now = shown();
        if (now && tissueOf(tissue.getState(), now.id).tissue.kind === "done") void find();
      }
      const next = previewed(state);
      if (next === last) return;
      last = next;
      void preview();
    }),
    slides.subscribe((state, before) => {
      if (finding && finding.id !== state.activeId) finding.abort.abort();
      const painted = paintedSlide(state);
      // The choices may have changed while another slide was shown.
      if (painted && painted !== paintedSlide(before)) void preview();
    }),
  ];

  return {
    find,
    cancel: () => finding?.abort.abort(),
    /** Tissue that a job has found, or that a folder holds. */
    show(id: string, slide: Slide, polygons: FoundTissue["polygons"], loaded: Engine) {
      engine = loaded;
      const mpp = tissueOf(tissue.getState(), id).mpp;
      const { x, y } = mpp === undefined ? (slide.mpp ?? { x: undefined, y: undefined }) : { x: mpp, y: mpp };
      const pixels = areaPx(polygons);
      const areaMm2 = x === undefined ? undefined : (pixels * x * y) / 1e6;
      const value = { polygons, areaMm2, share: shareOf(pixels, slide) };
      tissue.getState().change(id, { tissue: { kind: "done", value } });
      void preview();
    },
    stop() {
      finding?.abort.abort();
      previewer?.it.close();
      for (const off of stop) off();
    },
  };
}

function given(mpp: number | undefined): { mpp?: number } {
  return mpp === undefined ? {} : { mpp };
}

function areaPx(polygons: FoundTissue["polygons"]): number {
  return polygons.reduce((sum, polygon) => sum + polygonArea(polygon), 0);
}

function shareOf(pixels: number, { width, height }: Slide): number {
  return pixels / (width * height);
}
