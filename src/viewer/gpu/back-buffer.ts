import { type Point, visibleBox } from "../viewport.ts";
import type { BitmapTile } from "./bitmap-tile.ts";
import {
  nearest,
  outward,
  type PaintBox,
  type PixelBox,
  placeView,
  ScrolledPicture,
  scaled,
} from "./scrolled-picture.ts";
import type { Context2d, FrameView, Overlay, PlacedTile, TileScene } from "./tile-renderer.ts";

/** From this magnification on single pixels are shown as squares. */
const CRISP_SCALE = 2;

/** More than rounding makes out. */
const UPRIGHT_SPARE_DEVICE_PX = 4;

/** Draws a layer of tiles by way of a picture that is painted where needed, and kept while the scale stays. */
export class BackBuffer {
  /** The pixels stay in main memory, where they are made and used. */
  readonly #picture = new ScrolledPicture({ alpha: false, willReadFrequently: true }, 0);
  #surround = "";
  /** The overlay that is in the picture, by its revision. */
  #revision: number | undefined;

  /** Shows the frame on the screen: by way of the picture while the scale stays. */
  show(
    context: CanvasRenderingContext2D,
    frame: FrameView,
    scene: TileScene,
    surround: string,
    overlay: Overlay | undefined,
  ): void {
    const { view, size, pixelRatio, deviceSize } = frame;
    const scale = pixelRatio / view.downsample;
    const isSameScale = scale === this.#picture.scale;
    // To stretch a second picture smoothly would take longer than a frame has: turned, all is one.
    const revision = view.rotation !== 0 && isSameScale ? overlay?.revision : undefined;
    const isSame = isSameScale && surround === this.#surround && revision === this.#revision;
    // Of a scale that is passed through nothing is kept.
    if (!isSame) this.#picture.begin(scale);
    this.#surround = surround;
    this.#revision = revision;
    const needed = outward(scaled(visibleBox(view, size), scale));
    const middle = { x: deviceSize.width / 2, y: deviceSize.height / 2 };
    const ink = revision === undefined ? undefined : overlay;
    const paint: PaintBox = (target, box, origin) => {
      target.save();
      target.translate(-origin.left, -origin.top);
      this.#paint(target, box, scale, scene);
      ink?.paint(target, uprightFrame(frame, needed), {
        x: view.centerX * scale - origin.left,
        y: view.centerY * scale - origin.top,
      });
      target.restore();
    };
    if (!isSame && view.rotation === 0) {
      const left = -Math.round(middle.x - view.centerX * scale);
      const top = -Math.round(middle.y - view.centerY * scale);
      paint(context, needed, { left, top });
    } else {
      // The overlay knows itself no further than the view reaches.
      if (ink && scene.changed.length > 0) this.#picture.keepWithin(needed);
      for (const box of scene.changed) this.#picture.repaint(outward(scaled(box, scale)), paint);
      this.#picture.cover(needed, paint);
      this.#present(context, frame, middle);
    }
    if (!ink) overlay?.paint(context, frame, middle);
  }

  #present(context: CanvasRenderingContext2D, frame: FrameView, middle: Point): void {
    if (frame.view.rotation !== 0) {
      context.fillStyle = this.#surround;
      context.fillRect(0, 0, frame.deviceSize.width, frame.deviceSize.height);
    }
    context.save();
    placeView(context, frame, middle);
    this.#picture.present(context, frame, true);
    context.restore();
  }

  /** @param context - clipped to the box from here on. */
  #paint(context: Context2d, box: PixelBox, scale: number, scene: TileScene): void {
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
  }
}

/** The frame of an upright view of at least the box, which lies around the view's middle. */
function uprightFrame(frame: FrameView, { left, top, right, bottom }: PixelBox): FrameView {
  const width = right - left + UPRIGHT_SPARE_DEVICE_PX;
  const height = bottom - top + UPRIGHT_SPARE_DEVICE_PX;
  return {
    ...frame,
    view: { ...frame.view, rotation: 0 },
    size: { width: width / frame.pixelRatio, height: height / frame.pixelRatio },
    deviceSize: { width, height },
  };
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
