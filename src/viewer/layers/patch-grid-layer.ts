import type { FrameView } from "../gpu/tile-renderer.ts";
import { visibleBox } from "../viewport.ts";
import { scaleOf } from "./layer.ts";
import { PaintedLayer } from "./painted-layer.ts";
import { type EdgeLines, PatchSquares } from "./patch-squares.ts";
import { TexelPicture } from "./texel-picture.ts";

/** Squares smaller than this are shown as an area: their lines would cover the tissue. */
const MIN_LINED_CSS_PX = 5;
const LINE = "rgb(0 84 214 / 0.9)";
/** The same blue, thin: 0xAABBGGRR. */
const AREA = 0x55_d6_54_00;
const NOTHING = new Int32Array(0);

/** Where patches will be cut. */
export class PatchGridLayer extends PaintedLayer {
  #squares: PatchSquares;
  #area: TexelPicture | undefined;

  constructor(coords: Int32Array = NOTHING, sideLevel0 = 1) {
    super();
    this.#squares = new PatchSquares(coords, sideLevel0);
  }

  /** @param coords - (N, 2) level-0 top-left corners. @param sideLevel0 - level-0 pixels. */
  show(coords: Int32Array, sideLevel0: number): void {
    this.#squares = new PatchSquares(coords, sideLevel0);
    this.#area = undefined;
    this.changed();
  }

  protected override paintVisible(context: CanvasRenderingContext2D, frame: FrameView): void {
    const squares = this.#squares;
    if (squares.count === 0) return;
    if (Math.min(squares.texels.stepX, squares.side) / frame.view.downsample < MIN_LINED_CSS_PX) {
      this.#area ??= new TexelPicture(squares.texels, () => AREA);
      this.#area.draw(context, frame);
      return;
    }
    context.fillStyle = LINE;
    paintLines(context, frame, squares.horizontal, "horizontal");
    paintLines(context, frame, squares.vertical, "vertical");
  }
}

/** Lines of one CSS pixel as filled boxes: far faster than strokes. */
function paintLines(
  context: CanvasRenderingContext2D,
  frame: FrameView,
  lines: EdgeLines,
  direction: "horizontal" | "vertical",
): void {
  const { view, size, deviceSize, pixelRatio } = frame;
  const scale = scaleOf(frame);
  const box = visibleBox(view, size);
  const isHorizontal = direction === "horizontal";
  const [low, high] = isHorizontal ? [box.top, box.bottom] : [box.left, box.right];
  const [from, to] = isHorizontal ? [box.left, box.right] : [box.top, box.bottom];
  const [across, along] = isHorizontal ? [view.centerY, view.centerX] : [view.centerX, view.centerY];
  const half = (isHorizontal ? deviceSize.height : deviceSize.width) / 2;
  const width = Math.max(1, Math.round(pixelRatio)) / scale;
  // Upright lines lie on whole device pixels, or they would be blurred.
  const snap = (offset: number) =>
    view.rotation === 0 ? (Math.round(half + offset * scale) - half) / scale : offset - width / 2;
  let lastAt = Number.NaN;
  let lastPosition = 0;
  for (let at = 0; at < lines.length; at += 3) {
    const position = lines[at]!;
    if (position < low || position > high || lines[at + 2]! < from || lines[at + 1]! > to) continue;
    if (position !== lastAt) {
      lastAt = position;
      lastPosition = snap(position - across);
    }
    const begin = Math.max(lines[at + 1]!, from) - along;
    const length = Math.min(lines[at + 2]!, to) - along - begin + width;
    if (isHorizontal) context.fillRect(begin, lastPosition, length, width);
    else context.fillRect(lastPosition, begin, width, length);
  }
}
