import { firstWhere } from "#base";
import type { Context2d, FrameView } from "../gpu/tile-renderer.ts";
import { PaintedLayer } from "./painted-layer.ts";
import { type EdgeRuns, PatchSquares } from "./patch-squares.ts";
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
    const { image, pixels } = blankImage(box.right - box.left, box.bottom - box.top);
    const { horizontal, vertical, side } = this.#squares;
    const width = Math.max(1, Math.round(pixelRatio));
    const write = (shift: number, color: number) => {
      for (const edge of [0, side]) {
        writeLines(pixels, horizontal, area, { edge, width, shift, color }, "horizontal");
        writeLines(pixels, vertical, area, { edge, width, shift, color }, "vertical");
      }
    };
    if (side * scale >= MIN_EDGED_CSS_PX * pixelRatio) write(width, EDGE);
    write(0, LINE);
    context.putImageData(image, box.left - origin.left, box.top - origin.top);
  }
}

/** Pixels up to here are used again: what is made in a movement is mostly small, and new memory is slow at first. */
const SPARE_PIXELS = new Uint32Array(400_000);

/** A clear image. Of small ones, only the last is good. */
function blankImage(width: number, height: number): { readonly image: ImageData; readonly pixels: Uint32Array } {
  const count = width * height;
  if (count > SPARE_PIXELS.length) {
    const image = new ImageData(width, height);
    return { image, pixels: new Uint32Array(image.data.buffer) };
  }
  const pixels = SPARE_PIXELS.subarray(0, count).fill(0);
  return { image: new ImageData(new Uint8ClampedArray(SPARE_PIXELS.buffer, 0, count * 4), width, height), pixels };
}

interface LineStyle {
  /** How far from where its patch begins, in level-0 pixels. */
  readonly edge: number;
  readonly width: number;
  readonly shift: number;
  readonly color: number;
}

/** Writes lines into the pixels of the area: thousands of them, far faster than a canvas draws boxes. */
function writeLines(
  pixels: Uint32Array,
  { positions, begins, runs }: EdgeRuns,
  { box, scale }: PictureArea,
  { edge, width: lineWidth, shift, color }: LineStyle,
  direction: "horizontal" | "vertical",
): void {
  const width = box.right - box.left;
  const height = box.bottom - box.top;
  const isHorizontal = direction === "horizontal";
  const [across, along] = isHorizontal ? [box.top, box.left] : [box.left, box.top];
  const [acrossPx, alongPx] = isHorizontal ? [height, width] : [width, height];
  const [acrossStride, alongStride] = isHorizontal ? [width, 1] : [1, width];
  const lineOf = (group: number) => Math.round((positions[group]! + edge) * scale) + shift - across;
  const endOf = (run: number) => Math.round(runs[run * 2 + 1]! * scale) + lineWidth - along;
  // An area is a narrow strip mostly, of a grid that may be far wider.
  const first = firstWhere(0, positions.length, (group) => lineOf(group) > -lineWidth);
  for (let group = first; group < positions.length; group++) {
    const position = lineOf(group);
    if (position >= acrossPx) break;
    const last = Math.min(position + lineWidth, acrossPx);
    const runsEnd = begins[group + 1]!;
    for (let run = firstWhere(begins[group]!, runsEnd, (at) => endOf(at) > 0); run < runsEnd; run++) {
      const from = Math.max(0, Math.round(runs[run * 2]! * scale) - along);
      if (from >= alongPx) break;
      const to = Math.min(alongPx, endOf(run));
      for (let line = Math.max(0, position); line < last; line++) {
        const begin = line * acrossStride + from * alongStride;
        const end = line * acrossStride + to * alongStride;
        for (let pixel = begin; pixel < end; pixel += alongStride) pixels[pixel] = color;
      }
    }
  }
}
