import { ContoursLayer, PatchGridLayer, ScoreLayer, type Viewer, WHOLE_SCALE } from "#viewer";
import { tissueOf } from "../stores/tissue.ts";
import type { AnalysisParts } from "./parts.ts";

/**
 * Lays contours, patch grid and similarity over the slide, as the stores have them: no frame of it passes through React.
 * @param onPress - the patch that was pressed.
 * @returns a function that takes them away.
 */
export function showLayers(viewer: Viewer, parts: AnalysisParts, onPress: (index: number) => void): () => void {
  const { slides, chrome, choices, tissue, results } = parts;
  const contours = new ContoursLayer();
  const grid = new PatchGridLayer();
  let scores: { readonly of: object; readonly layer: ScoreLayer; readonly remove: () => void } | undefined;
  let shownPolygons: object | undefined;
  let shownPatches: object | undefined;
  let shownScores: Float32Array | undefined;

  function follow(): void {
    const { activeId } = slides.getState();
    const { hidden } = chrome.getState();
    const choice = choices.getState();
    const { tissue: step, preview } = tissueOf(tissue.getState(), activeId);
    const { features, chosen } = results.getState();

    const polygons = step.kind === "done" ? step.value.polygons : undefined;
    if (polygons !== shownPolygons) contours.show(polygons ?? []);
    shownPolygons = polygons;
    contours.isVisible = !hidden && choice.showContours;

    const value = features.kind === "done" ? features.value : undefined;
    if (scores?.of !== value) {
      scores?.remove();
      scores = undefined;
      shownScores = undefined;
      if (value) {
        const layer = new ScoreLayer(value.coords, value.sideLevel0);
        scores = { of: value, layer, remove: viewer.addLayer(layer) };
      }
    }
    const isScored = chosen !== undefined && choice.showScores;
    if (scores) {
      const { layer } = scores;
      layer.isVisible = !hidden && isScored;
      layer.style = {
        colors: choice.colors,
        opacity: choice.opacity,
        scale: choice.range === "own" && chosen ? chosen.fitted : WHOLE_SCALE,
      };
      if (chosen?.scores !== shownScores) layer.show(chosen?.scores);
      shownScores = chosen?.scores;
      layer.chosen = chosen?.index;
    }

    const patches = preview.kind === "done" ? preview.value : undefined;
    if (patches !== shownPatches) grid.show(patches?.coords ?? new Int32Array(0), patches?.sideLevel0 ?? 1);
    shownPatches = patches;
    // Lines over colours would hide them.
    grid.isVisible = !hidden && choice.showGrid && !isScored;
  }

  const stop = [
    viewer.addLayer(contours),
    viewer.addLayer(grid),
    viewer.on("press", ({ x, y }) => {
      const index = scores?.layer.patchAt(x, y);
      if (index !== undefined) onPress(index);
    }),
    ...[slides, chrome, choices, tissue, results].map((store) => store.subscribe(follow)),
  ];
  follow();
  return () => {
    scores?.remove();
    for (const off of stop) off();
  };
}
