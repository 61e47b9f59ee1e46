import { visibleBox } from "../viewport.ts";
import type { BitmapTile } from "./bitmap-tile.ts";
import {
  type Context2d,
  nearest,
  outward,
  type PaintBox,
  type PixelBox,
  ScrolledPicture,
  scaled,
} from "./scrolled-picture.ts";
import type { FrameView, PlacedTile, TileScene } from "./tile-renderer.ts";

/** From this magnification on single pixels are shown as squares. */
const CRISP_SCALE = 2;

/** Draws a layer of tiles by way of a picture that is painted where needed, and kept while the scale stays. */
export class BackBuffer {
  /** The pixels stay in main memory, where they are made and used. */
  readonly #picture = new ScrolledPicture({ alpha: false, willReadFrequently: true }, 0);
  #surround = "";

  /** Shows the frame on the screen: by way of the picture while the scale stays. */
  show(context: CanvasRenderingContext2D, frame: FrameView, scene: TileScene, surround: string): void {
    const { view, size, pixelRatio, deviceSize } = frame;
    const scale = pixelRatio / view.downsample;
    const needed = outward(scaled(visibleBox(view, size), scale));
    const isSame = scale === this.#picture.scale && surround === this.#surround;
    // Of a scale that is passed through nothing is kept.
    if (!isSame) this.#picture.begin(scale);
    this.#surround = surround;
    const paint: PaintBox = (target, box, origin) => this.#paint(target, box, origin, scale, scene);
    if (!isSame && view.rotation === 0) {
      const left = -Math.round(deviceSize.width / 2 - view.centerX * scale);
      const top = -Math.round(deviceSize.height / 2 - view.centerY * scale);
      paint(context, needed, { left, top });
      return;
    }
    for (const box of scene.changed) this.#picture.repaint(outward(scaled(box, scale)), paint);
    this.#picture.cover(needed, paint);
    if (view.rotation !== 0) {
      context.fillStyle = surround;
      context.fillRect(0, 0, deviceSize.width, deviceSize.height);
    }
    this.#picture.present(context, frame, true);
  }

  #paint(
    context: Context2d,
    box: PixelBox,
    origin: Pick<PixelBox, "left" | "top">,
    scale: number,
    scene: TileScene,
  ): void {
    context.save();
    context.translate(-origin.left, -origin.top);
    context.beginPath();
    context.rect(box.left, box.top, box.right - box.left, box.bottom - box.top);
    context.clip();
    context.fillStyle = this.#surround;
    context.fillRect(box.left, box.top, box.right - box.left, box.bottom - box.top);
    const tiles = scene.tilesIn(scaled(box, 1 / scale));
    if (tiles.length > 0) {
      const extent = nearest(scaled(scene.extent, scale));
      context.fillStyle = scene.background;
      context.fillRect(extent.left, extent.top, extent.right - extent.left, extent.bottom - extent.top);
    }
    for (const tile of tiles) paintTile(context, tile, scale);
    context.restore();
  }
}

function paintTile(context: Context2d, { image, box, filled, crisp }: PlacedTile, scale: number): void {
  const { bitmap } = image as BitmapTile;
  // Edges on whole pixels: neighbours meet without a seam, and at 1:1 it is a plain copy.
  const { left, top, right, bottom } = nearest(scaled(box, scale));
  const width = bitmap.width * filled.x;
  const height = bitmap.height * filled.y;
  const magnified = (right - left) / width;
  context.imageSmoothingEnabled =
    !(crisp && magnified >= CRISP_SCALE) && (right - left !== width || bottom - top !== height);
  context.imageSmoothingQuality = "low";
  context.drawImage(bitmap, 0, 0, width, height, left, top, right - left, bottom - top);
}
