import type { Context2d, FrameView } from "../gpu/tile-renderer.ts";
import { PaintedLayer } from "./painted-layer.ts";
import { type EdgeLines, PatchSquares } from "./patch-squares.ts";
import { TexelPicture } from "./texel-picture.ts";
import { type PictureArea, ViewPicture } from "./view-picture.ts";

/** Squares smaller than this are shown as an area: their lines would cover the tissue. */
const MIN_LINED_CSS_PX = 5;
/** From this size on there is room for a light edge beside each line, for dark tissue. */
const MIN_EDGED_CSS_PX = 48;
/** A blue that tissue is not: 0xAABBGGRR. */
const LINE = 0xe6_d6_54_00;
const EDGE = 0x99_ff_ff_ff;
/** The same, thin. */
const AREA = 0x55_d6_54_00;
const NOTHING = new Int32Array(0);

/** Where patches will be cut. */
export class PatchGridLayer extends PaintedLayer {
  #squares: PatchSquares;
  #area: TexelPicture | undefined;
  readonly #lines = new ViewPicture((context, area) => this.#drawLines(context, area));

  constructor(coords: Int32Array = NOTHING, sideLevel0 = 1) {
    super();
    this.#squares = new PatchSquares(coords, sideLevel0);
  }

  /** @param coords - (N, 2) level-0 top-left corners. @param sideLevel0 - level-0 pixels. */
  show(coords: Int32Array, sideLevel0: number): void {
    this.#squares = new PatchSquares(coords, sideLevel0);
    this.#area = undefined;
    this.#lines.forget();
    this.changed();
  }

  protected override paintVisible(context: Context2d, frame: FrameView): void {
    const squares = this.#squares;
    if (squares.count === 0) return;
    if (Math.min(squares.texels.stepX, squares.side) / frame.view.downsample < MIN_LINED_CSS_PX) {
      this.#area ??= new TexelPicture(squares.texels, () => AREA);
      this.#area.draw(context, frame);
      return;
    }
    this.#lines.draw(context, frame);
  }

  #drawLines(context: Context2d, area: PictureArea): void {
    const { box, scale, pixelRatio, origin } = area;
    const image = new ImageData(box.right - box.left, box.bottom - box.top);
    const pixels = new Uint32Array(image.data.buffer);
    const { horizontal, vertical, side } = this.#squares;
    const width = Math.max(1, Math.round(pixelRatio));
    if (side * scale >= MIN_EDGED_CSS_PX * pixelRatio) {
      writeLines(pixels, horizontal, area, { width, shift: width, color: EDGE }, "horizontal");
      writeLines(pixels, vertical, area, { width, shift: width, color: EDGE }, "vertical");
    }
    writeLines(pixels, horizontal, area, { width, shift: 0, color: LINE }, "horizontal");
    writeLines(pixels, vertical, area, { width, shift: 0, color: LINE }, "vertical");
    context.putImageData(image, box.left - origin.left, box.top - origin.top);
  }
}

/** Writes lines into the pixels of the area: thousands of them, far faster than a canvas draws boxes. */
function writeLines(
  pixels: Uint32Array,
  lines: EdgeLines,
  { box, scale }: PictureArea,
  { width: lineWidth, shift, color }: { width: number; shift: number; color: number },
  direction: "horizontal" | "vertical",
): void {
  const width = box.right - box.left;
  const height = box.bottom - box.top;
  const isHorizontal = direction === "horizontal";
  const [across, along] = isHorizontal ? [box.top, box.left] : [box.left, box.top];
  const [acrossPx, alongPx] = isHorizontal ? [height, width] : [width, height];
  const [acrossStride, alongStride] = isHorizontal ? [width, 1] : [1, width];
  for (let at = 0; at < lines.length; at += 3) {
    const position = Math.round(lines[at]! * scale) + shift - across;
    if (position <= -lineWidth || position >= acrossPx) continue;
    const from = Math.max(0, Math.round(lines[at + 1]! * scale) - along);
    const to = Math.min(alongPx, Math.round(lines[at + 2]! * scale) + lineWidth - along);
    const last = Math.min(position + lineWidth, acrossPx);
    for (let line = Math.max(0, position); line < last; line++) {
      const begin = line * acrossStride + from * alongStride;
      const end = line * acrossStride + to * alongStride;
      for (let pixel = begin; pixel < end; pixel += alongStride) pixels[pixel] = color;
    }
  }
}
