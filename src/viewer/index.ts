export type { RendererChoice } from "./gpu/choose-renderer.ts";
export {
  type FrameView,
  type PlacedTile,
  scaleOf,
  type TileImage,
  type TileRenderer,
  type TileScene,
} from "./gpu/tile-renderer.ts";
export { COLOR_MAP_NAMES, type ColorMap, type ColorMapName, colorMap } from "./layers/color-map.ts";
export { ContoursLayer } from "./layers/contours-layer.ts";
export type { Layer, LayerHost } from "./layers/layer.ts";
export { PatchGridLayer } from "./layers/patch-grid-layer.ts";
export { ScoreLayer, type ScoreStyle } from "./layers/score-layer.ts";
export { fitScoreScale, placeOnScale, type ScoreScale, scoreAtPlace, WHOLE_SCALE } from "./layers/score-scale.ts";
export {
  downsampleFor,
  magnificationOf,
  type NativeMagnification,
  nativeMagnification,
  type ScaleFacts,
} from "./magnification.ts";
export { Overview, type OverviewOptions } from "./overview.ts";
export { type ScaleBar, scaleBar } from "./scale-bar.ts";
export { MAGNIFICATION_STEPS } from "./tools/view-keys.ts";
export { type MoveOptions, Viewer, type ViewerEvents, type ViewerOptions, type ViewerStats } from "./viewer.ts";
export type { Point, Size, SlideBox, ViewState } from "./viewport.ts";
