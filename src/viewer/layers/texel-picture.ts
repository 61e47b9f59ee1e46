import { type Context2d, type FrameView, scaleOf } from "../gpu/tile-renderer.ts";
import { visibleBox } from "../viewport.ts";
import type { TexelGrid } from "./patch-squares.ts";

/** A picture with a texel a patch, made once and drawn scaled: what it costs does not grow with the patches. */
export class TexelPicture {
  readonly #grid: TexelGrid;
  readonly #canvas: OffscreenCanvas;
  /** The same, as transparent as it was last drawn: given while stretching, that takes twice the time. */
  #faded: { readonly canvas: OffscreenCanvas; readonly opacity: number } | undefined;

  /** @param colorOf - RGBA of a patch as in a little-endian `Uint32Array`: 0xAABBGGRR; 0 shows nothing. */
  constructor(grid: TexelGrid, colorOf: (index: number) => number) {
    this.#grid = grid;
    const { columns, rows, texelOf } = grid;
    const image = new ImageData(columns, rows);
    const texels = new Uint32Array(image.data.buffer);
    for (let index = 0; index < texelOf.length; index++) texels[texelOf[index]!] = colorOf(index);
    this.#canvas = new OffscreenCanvas(columns, rows);
    this.#canvas.getContext("2d")!.putImageData(image, 0, 0);
  }

  /** Draws the part in view. @param opacity - 0 to 1. */
  draw(context: Context2d, frame: FrameView, opacity = 1): void {
    const { left, top, stepX, stepY, columns, rows } = this.#grid;
    const view = visibleBox(frame.view, frame.size);
    // One more on each side, for smoothing.
    const fromColumn = Math.max(0, Math.floor((view.left - left) / stepX) - 1);
    const fromRow = Math.max(0, Math.floor((view.top - top) / stepY) - 1);
    const width = Math.min(columns, Math.ceil((view.right - left) / stepX) + 1) - fromColumn;
    const height = Math.min(rows, Math.ceil((view.bottom - top) / stepY) + 1) - fromRow;
    if (width <= 0 || height <= 0) return;
    // Squares larger than a pixel keep their edges; smaller ones would flicker without smoothing.
    context.imageSmoothingEnabled = Math.min(stepX, stepY) * scaleOf(frame) < 1;
    context.drawImage(
      this.#withOpacity(opacity),
      fromColumn,
      fromRow,
      width,
      height,
      left + fromColumn * stepX - frame.view.centerX,
      top + fromRow * stepY - frame.view.centerY,
      width * stepX,
      height * stepY,
    );
  }

  #withOpacity(opacity: number): OffscreenCanvas {
    if (opacity === 1) return this.#canvas;
    if (this.#faded?.opacity !== opacity) {
      const canvas = this.#faded?.canvas ?? new OffscreenCanvas(this.#grid.columns, this.#grid.rows);
      const context = canvas.getContext("2d")!;
      context.globalCompositeOperation = "copy";
      context.globalAlpha = opacity;
      context.drawImage(this.#canvas, 0, 0);
      this.#faded = { canvas, opacity };
    }
    return this.#faded.canvas;
  }
}
