import type { Context2d, FrameView, TileRenderer, TileScene } from "../gpu/tile-renderer.ts";
import type { ViewState } from "../viewport.ts";

/** What the viewer lends a layer while it is attached. */
export interface LayerHost {
  /** The drawer whose images a layer of tiles may load. */
  readonly renderer: TileRenderer;
  /** Something to show has changed: draw a frame soon. */
  invalidate(): void;
}

/**
 * One thing drawn in the viewer: the slide itself, later contours, grids, heatmaps, channels. Layers of tiles go
 * through the drawer (`prepare`); everything else is painted over them on a 2D canvas (`paint`).
 */
export interface Layer {
  /** Called before the first frame, and again after `detach` when the drawer has been replaced. */
  attach?(host: LayerHost): void;
  /** Give up everything that came from the host. */
  detach?(): void;
  /**
   * What `paint` draws lies on the slide like ink: it turns with the slide, and changes only where `invalidate` has been
   * called. Then it need not be painted in every frame.
   */
  readonly isFixed?: boolean;
  /**
   * Called in every frame; returns what to draw of a layer of tiles.
   * @param destination - the view that a movement under way will come to: what to read.
   */
  prepare?(frame: FrameView, destination: ViewState): TileScene | undefined;
  /**
   * Called in every frame with a canvas over the tiles. The context's units are level-0 pixels relative to the view's
   * centre: draw a slide point at (x - frame.view.centerX, y - frame.view.centerY), which keeps small numbers small;
   * divide line widths by `scaleOf(frame)`. What reaches beyond the frame's view may be cut off there.
   */
  paint?(context: Context2d, frame: FrameView): void;
}
