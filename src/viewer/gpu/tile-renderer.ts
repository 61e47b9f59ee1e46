import type { Pixels } from "#slide";
import type { Point, Size, SlideBox, ViewState } from "../viewport.ts";

/** A tile's pixels where the drawer wants them: a texture, or a bitmap. Made and released by one drawer. */
export interface TileImage {
  /** Memory it takes. */
  readonly bytes: number;
}

/** A tile to be painted. */
export interface PlacedTile {
  readonly image: TileImage;
  /** Where it stands; neighbours share edges exactly. */
  readonly box: SlideBox;
  /** The share of the image, from its top left, that fills the box. */
  readonly filled: { readonly x: number; readonly y: number };
  /** Full resolution: single pixels are to be told apart when magnified. Coarser tiles are always smoothed. */
  readonly crisp: boolean;
}

export type Context2d = CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D;

/** What is painted in 2D over the tiles. */
export interface Overlay {
  /** Another number once it shows something else. undefined: it may do so in any frame, or not turn with the slide. */
  readonly revision: number | undefined;
  /** @param middle - where the view's middle stands, in device pixels of the context's canvas. */
  paint(context: Context2d, frame: FrameView, middle: Point): void;
}

/** What a layer of tiles shows, for one frame. */
export interface TileScene {
  /** The same object for the same layer in every frame. */
  readonly layer: object;
  /** Where the layer has something; the rest shows the surround. */
  readonly extent: SlideBox;
  /** CSS colour beneath transparent pixels. */
  readonly background: string;
  /** The tiles that show a box best, in painting order. */
  readonly tilesIn: (box: SlideBox) => readonly PlacedTile[];
  /** Where tiles have come since the last frame. */
  readonly changed: readonly SlideBox[];
}

/** A frame's geometry. */
export interface FrameView {
  readonly view: ViewState;
  /** CSS pixels. */
  readonly size: Size;
  /** Device pixels of the canvas. */
  readonly deviceSize: Size;
  /** Device pixels per CSS pixel. */
  readonly pixelRatio: number;
  /** The view of the frame before; of none, a scale that no other is above or below. */
  readonly last: ViewState;
  /** One of a movement, drawn without a GPU: in time rather than smooth. */
  readonly hasty: boolean;
  /** Who asks for what is painted keeps it and copies it from then on: a layer need not. */
  readonly kept: boolean;
}

/** Device pixels per level-0 pixel: what a layer's line widths are divided by. */
export function scaleOf({ view, pixelRatio }: FrameView): number {
  return pixelRatio / view.downsample;
}

/** One of a movement that shows what is painted at another scale or angle than the frame before. */
export function isPassing({ view: { rotation, downsample }, last, hasty }: FrameView): boolean {
  return hasty && (downsample !== last.downsample || (rotation !== 0 && rotation !== last.rotation));
}

/** One of those, for which all of a turned view is turned anew. */
export function isTurning(frame: FrameView): boolean {
  return frame.view.rotation !== 0 && isPassing(frame);
}

/**
 * Draws tiles into its own canvas. Two exist, for machines with a GPU and without; which one draws makes no difference
 * to anybody else.
 */
export interface TileRenderer {
  readonly kind: "webgl2" | "canvas2d";
  readonly canvas: HTMLCanvasElement;
  /** Whether `draw` paints the overlay as well; otherwise it takes a canvas above this one. */
  readonly paintsOverlay: boolean;
  /** CSS colour around the slide. */
  surround: string;
  /** Sets the canvas to so many device pixels; what it showed is gone. */
  resize(deviceSize: Size): void;
  /** Takes over the pixels. undefined while the drawer cannot keep any (a lost context): ask again later. */
  load(pixels: Pixels): TileImage | undefined;
  release(image: TileImage): void;
  draw(frame: FrameView, scenes: readonly TileScene[], overlay?: Overlay): void;
  destroy(): void;
}
