import type { Context2d, FrameView } from "../gpu/tile-renderer.ts";
import { type ColorMapName, colorMap } from "./color-map.ts";
import { PaintedLayer } from "./painted-layer.ts";
import { PatchSquares } from "./patch-squares.ts";
import { placeOnScale, type ScoreScale, WHOLE_SCALE } from "./score-scale.ts";
import { TexelPicture } from "./texel-picture.ts";

/** How scores are shown. */
export interface ScoreStyle {
  readonly colors: ColorMapName;
  /** 0 to 1. */
  readonly opacity: number;
  /** Which score gets which colour. */
  readonly scale: ScoreScale;
}

const DEFAULT_STYLE: ScoreStyle = { colors: "viridis", opacity: 0.6, scale: WHOLE_SCALE };
const CHOSEN_LIGHT = "#fff";
const CHOSEN_DARK = "#000";
const CHOSEN_CSS_PX = 2;
/** The chosen patch is found on a slide seen whole: its frame is never smaller. */
const MIN_FRAME_CSS_PX = 12;

/** A number for every patch as a colour over the slide, and a frame around one of them. */
export class ScoreLayer extends PaintedLayer {
  readonly #squares: PatchSquares;
  #scores: Float32Array | undefined;
  #style = DEFAULT_STYLE;
  #chosen: number | undefined;
  #picture: TexelPicture | undefined;

  /** @param coords - (N, 2) level-0 top-left corners. @param sideLevel0 - level-0 pixels. */
  constructor(coords: Int32Array, sideLevel0: number) {
    super();
    this.#squares = new PatchSquares(coords, sideLevel0);
  }

  /** @param scores - one a patch; what is not a number is left clear. */
  show(scores: Float32Array | undefined): void {
    this.#scores = scores;
    this.#picture = undefined;
    this.changed();
  }

  set style(style: Partial<ScoreStyle>) {
    const next = { ...this.#style, ...style };
    const isSame =
      next.colors === this.#style.colors &&
      next.scale.low === this.#style.scale.low &&
      next.scale.high === this.#style.scale.high &&
      next.scale.spacing === this.#style.scale.spacing;
    if (isSame && next.opacity === this.#style.opacity) return;
    // Opacity is given while drawing: its slider costs nothing.
    if (!isSame) this.#picture = undefined;
    this.#style = next;
    this.changed();
  }

  /** The patch that is framed. */
  set chosen(index: number | undefined) {
    if (index === this.#chosen) return;
    this.#chosen = index;
    this.changed();
  }

  /** The patch over a level-0 point. */
  patchAt(x: number, y: number): number | undefined {
    return this.#squares.at(x, y);
  }

  protected override paintVisible(context: Context2d, frame: FrameView): void {
    const scores = this.#scores;
    if (scores) {
      this.#picture ??= new TexelPicture(this.#squares.texels, this.#colorOf(scores));
      this.#picture.draw(context, frame, this.#style.opacity);
    }
    if (this.#chosen !== undefined) this.#frame(context, frame, this.#chosen);
  }

  #colorOf(scores: Float32Array): (index: number) => number {
    const colors = colorMap(this.#style.colors);
    const { scale } = this.#style;
    return (index) => {
      const score = scores[index]!;
      return Number.isNaN(score) ? 0 : colors[Math.round(placeOnScale(scale, score) * (colors.length - 1))]!;
    };
  }

  #frame(context: Context2d, frame: FrameView, index: number): void {
    const { side } = this.#squares;
    const unit = frame.view.downsample;
    const shown = Math.max(side, MIN_FRAME_CSS_PX * unit);
    const x = this.#squares.left(index) + (side - shown) / 2 - frame.view.centerX;
    const y = this.#squares.top(index) + (side - shown) / 2 - frame.view.centerY;
    // Light in dark, to be seen on any tissue and any colour.
    for (const [color, width] of [
      [CHOSEN_DARK, CHOSEN_CSS_PX * 2],
      [CHOSEN_LIGHT, CHOSEN_CSS_PX],
    ] as const) {
      context.strokeStyle = color;
      context.lineWidth = width * unit;
      context.strokeRect(x, y, shown, shown);
    }
  }
}
