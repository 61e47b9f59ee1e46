import { contains, type Point } from "../viewport.ts";
import type { BitmapTile } from "./bitmap-tile.ts";
import { ComingPicture } from "./coming-picture.ts";
import {
  clip,
  nearest,
  OPAQUE,
  outward,
  type PaintBox,
  type PixelBox,
  passingScale,
  placeView,
  ScrolledPicture,
  scaled,
  shownBox,
} from "./scrolled-picture.ts";
import {
  type Context2d,
  type FrameView,
  isPassing,
  type Overlay,
  type PlacedTile,
  scaleOf,
  type TileScene,
} from "./tile-renderer.ts";
import { TurnedPicture } from "./turned-picture.ts";

/** From this magnification on single pixels are shown as squares. */
const CRISP_SCALE = 2;
/** What comes into view is painted that much at a time: turning, strips come into view on all four sides. */
const STEP_PX = 16;

/**
 * How small what was made at rest is shown while all of a turned view is turned, until a coarse picture is there: to make that
 * in the first frame would take longer than a frame has.
 */
const LEAST_TURNED_STRETCH = 0.35;

/** Draws a layer of tiles by way of a picture that is painted where needed, and kept while it will do. */
export class BackBuffer {
  #picture = new ScrolledPicture(OPAQUE, STEP_PX);
  readonly #coming = new ComingPicture(new ScrolledPicture(OPAQUE, STEP_PX));
  /** The surround that is in the picture. */
  #surround = "";
  /** The overlay that is in the picture, by its revision. */
  #revision: number | undefined;
  /** The one that is in the picture to come. */
  #comingRevision: number | undefined;
  /** Painted in a movement, in part at least: not smoothly. */
  #isRough = false;
  readonly #turned = new TurnedPicture();

  /** Shows the frame on the screen, by way of the picture. */
  show(
    context: CanvasRenderingContext2D,
    frame: FrameView,
    scene: TileScene,
    surround: string,
    overlay: Overlay | undefined,
  ): void {
    const { view, last, deviceSize } = frame;
    const isTurned = view.rotation !== 0;
    const isMoving = isPassing(frame);
    // To turn a second picture, or to stretch it, takes as long again: then all is one.
    const revision = isTurned || isMoving ? overlay?.revision : undefined;
    if (isMoving) this.#exchange(frame, revision);
    const mayBeRough = isMoving || (isTurned && frame.hasty);
    // An upright view's picture of the rest is without.
    const mayBeBare = isMoving && !isTurned;
    const isGood =
      surround === this.#surround &&
      (revision === this.#revision || (mayBeBare && this.#revision === undefined)) &&
      (mayBeRough || !this.#isRough);
    const now = scaleOf(frame);
    const least = isTurned ? LEAST_TURNED_STRETCH : 1;
    const scale = isMoving ? passingScale(frame, isGood ? this.#picture.scale : 0, least) : now;
    const isSame = isGood && scale === this.#picture.scale;
    if (!isSame) {
      this.#picture.begin(scale);
      this.#coming.forget();
      this.#isRough = mayBeRough;
      this.#revision = revision;
    }
    if (!isSame || view.rotation !== last.rotation || isMoving) this.#turned.forget();
    this.#surround = surround;
    const needed = shownBox(frame, scale);
    const middle = { x: deviceSize.width / 2, y: deviceSize.height / 2 };
    const painter = (ink: number | undefined) => this.#painter(frame, scene, ink === undefined ? undefined : overlay);
    const paint = painter(this.#revision)(scale);
    if (!frame.hasty) this.#coming.reserve(needed, context);
    for (const box of scene.changed) this.#picture.repaint(outward(scaled(box, scale)), paint);
    this.#picture.cover(needed, paint, shownBox(frame, scale, Math.max(1, now / scale)));
    if (isTurned && !isMoving) this.#turned.show(context, frame, middle, this.#picture, scene.changed);
    else this.#present(context, frame, middle, isTurned || !frame.hasty);
    if (isMoving) this.#coming.prepare(frame, scale, scene.changed, painter(revision), revision !== this.#revision);
    else this.#coming.forget();
    this.#comingRevision = revision;
    if (this.#revision === undefined) overlay?.paint(context, frame, middle);
  }

  /** Has the picture that follows take the place of the present one, once it is due. */
  #exchange(frame: FrameView, revision: number | undefined): void {
    if (revision !== this.#comingRevision) this.#coming.forget();
    const picture = this.#coming.exchange(frame, this.#picture);
    if (picture !== this.#picture) this.#revision = revision;
    this.#picture = picture;
    this.#isRough = true;
  }

  /** What paints a box at a scale. @param ink - is painted over the tiles. */
  #painter({ pixelRatio }: FrameView, scene: TileScene, ink: Overlay | undefined): (scale: number) => PaintBox {
    const isSmooth = !this.#isRough;
    return (scale) => (target, box, origin) => {
      target.save();
      target.translate(-origin.left, -origin.top);
      clip(target, box);
      this.#paint(target, box, scale, scene, isSmooth);
      ink?.paint(target, uprightFrame(pixelRatio, scale, box), {
        x: (box.left + box.right) / 2 - origin.left,
        y: (box.top + box.bottom) / 2 - origin.top,
      });
      target.restore();
    };
  }

  #present(context: Context2d, frame: FrameView, middle: Point, isSmooth: boolean): void {
    context.save();
    placeView(context, frame, middle);
    this.#picture.present(context, frame, isSmooth);
    context.restore();
  }

  /** @param context - clipped to the box. */
  #paint(context: Context2d, box: PixelBox, scale: number, scene: TileScene, isSmooth: boolean): void {
    const tiles = scene.tilesIn(scaled(box, 1 / scale));
    const extent = nearest(scaled(scene.extent, scale));
    // To fill the whole view takes a millisecond: not where the background does it.
    if (tiles.length === 0 || !contains(extent, box)) {
      context.fillStyle = this.#surround;
      context.fillRect(box.left, box.top, box.right - box.left, box.bottom - box.top);
    }
    if (tiles.length > 0) {
      context.fillStyle = scene.background;
      context.fillRect(extent.left, extent.top, extent.right - extent.left, extent.bottom - extent.top);
    }
    for (const tile of tiles) paintTile(context, tile, scale, isSmooth);
  }
}

/** The frame of an upright view of just the box, at that scale. */
function uprightFrame(pixelRatio: number, scale: number, { left, top, right, bottom }: PixelBox): FrameView {
  const deviceSize = { width: right - left, height: bottom - top };
  const view = {
    centerX: (left + right) / 2 / scale,
    centerY: (top + bottom) / 2 / scale,
    downsample: pixelRatio / scale,
    rotation: 0,
  };
  return {
    view,
    last: view,
    size: { width: deviceSize.width / pixelRatio, height: deviceSize.height / pixelRatio },
    deviceSize,
    pixelRatio,
    hasty: false,
    kept: true,
  };
}

function paintTile(
  context: Context2d,
  { image, box, filled, crisp }: PlacedTile,
  scale: number,
  isSmooth: boolean,
): void {
  const { bitmap } = image as BitmapTile;
  // Edges on whole pixels: neighbours meet without a seam, and at 1:1 it is a plain copy.
  const { left, top, right, bottom } = nearest(scaled(box, scale));
  const width = bitmap.width * filled.x;
  const height = bitmap.height * filled.y;
  const magnified = (right - left) / width;
  context.imageSmoothingEnabled =
    isSmooth && !(crisp && magnified >= CRISP_SCALE) && (right - left !== width || bottom - top !== height);
  context.imageSmoothingQuality = "low";
  context.drawImage(bitmap, 0, 0, width, height, left, top, right - left, bottom - top);
}
