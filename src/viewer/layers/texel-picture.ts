import type { Context2d, FrameView } from "../gpu/tile-renderer.ts";
import { visibleBox } from "../viewport.ts";
import { scaleOf } from "./layer.ts";
import type { TexelGrid } from "./patch-squares.ts";

/** A picture with a texel a patch, made once and drawn scaled: what it costs does not grow with the patches. */
export class TexelPicture {
  readonly #grid: TexelGrid;
  readonly #canvas: OffscreenCanvas;

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

  /** Draws the part in view. */
  draw(context: Context2d, frame: FrameView): void {
    const { left, top, stepX, stepY, columns, rows } = this.#grid;
    const view = visibleBox(frame.view, frame.size);
    const fromColumn = Math.max(0, Math.floor((view.left - left) / stepX));
    const fromRow = Math.max(0, Math.floor((view.top - top) / stepY));
    const width = Math.min(columns, Math.ceil((view.right - left) / stepX)) - fromColumn;
    const height = Math.min(rows, Math.ceil((view.bottom - top) / stepY)) - fromRow;
    if (width <= 0 || height <= 0) return;
    // Squares larger than a pixel keep their edges; smaller ones would flicker without smoothing.
    context.imageSmoothingEnabled = Math.min(stepX, stepY) * scaleOf(frame) < 1;
    context.drawImage(
      this.#canvas,
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
}
