import { assert } from "#base";
import { contains, type SlideBox, visibleBox } from "../viewport.ts";
import type { BitmapTile } from "./bitmap-tile.ts";
import type { FrameView, PlacedTile, TileScene } from "./tile-renderer.ts";

/** Whole device pixels of the upright slide at the buffer's scale: slide pixel x lies at x * scale. */
interface PixelBox {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

interface Surface {
  readonly canvas: OffscreenCanvas;
  readonly context: OffscreenCanvasRenderingContext2D;
}

type Context2d = CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D;

const NOTHING: PixelBox = { left: 0, top: 0, right: 0, bottom: 0 };
/** Room around the view, so that most frames of a pan repaint nothing. */
const MARGIN_DEVICE_PX = 192;
/** From this magnification on single pixels are shown as squares. */
const CRISP_SCALE = 2;

/** An upright picture of a layer at one scale, painted where needed and kept while the scale stays. */
export class BackBuffer {
  #front = surface();
  #back: Surface | undefined;
  #scale = 0;
  #surround = "";
  /** What the front surface covers. */
  #area = NOTHING;
  /** What of it has been painted. */
  #painted = NOTHING;

  /** Shows the frame on the screen: by way of the picture while the scale stays. */
  show(context: CanvasRenderingContext2D, frame: FrameView, scene: TileScene, surround: string): void {
    const { view, size, pixelRatio, deviceSize } = frame;
    const scale = pixelRatio / view.downsample;
    const needed = outward(scaled(visibleBox(view, size), scale));
    const isSame = scale === this.#scale && surround === this.#surround;
    this.#scale = scale;
    this.#surround = surround;
    if (!isSame && view.rotation === 0) {
      // Of a scale that is passed through nothing is kept.
      this.#painted = NOTHING;
      const left = -Math.round(deviceSize.width / 2 - view.centerX * scale);
      const top = -Math.round(deviceSize.height / 2 - view.centerY * scale);
      this.#paint(context, { left, top }, needed, scene);
      return;
    }
    this.#update(scene, scale, needed, isSame);
    this.#present(context, frame);
  }

  /** Brings the picture up to date where the frame shows it. */
  #update(scene: TileScene, scale: number, needed: PixelBox, isSame: boolean): void {
    if (!isSame || isEmpty(this.#painted)) {
      this.#painted = NOTHING;
      this.#place(needed);
    } else {
      if (!contains(this.#area, needed)) this.#move(needed);
      for (const box of scene.changed) {
        this.#paintPicture(intersection(outward(scaled(box, scale)), this.#painted), scene);
      }
    }
    this.#extend(needed, scene);
  }

  /** Copies what the frame shows to the screen. */
  #present(context: CanvasRenderingContext2D, { view, deviceSize }: FrameView): void {
    const { width, height } = deviceSize;
    const centerX = view.centerX * this.#scale - this.#area.left;
    const centerY = view.centerY * this.#scale - this.#area.top;
    const { canvas } = this.#front;
    if (view.rotation === 0) {
      context.imageSmoothingEnabled = false;
      context.drawImage(canvas, Math.round(width / 2 - centerX), Math.round(height / 2 - centerY));
      return;
    }
    context.fillStyle = this.#surround;
    context.fillRect(0, 0, width, height);
    const cos = Math.cos(view.rotation);
    const sin = Math.sin(view.rotation);
    context.setTransform(cos, sin, -sin, cos, width / 2, height / 2);
    context.imageSmoothingEnabled = true;
    context.imageSmoothingQuality = "low";
    context.drawImage(canvas, -centerX, -centerY);
    context.setTransform(1, 0, 0, 1, 0, 0);
  }

  /** Lays the area around what is needed, keeping the surface when it is large enough. */
  #place(needed: PixelBox): void {
    const width = needed.right - needed.left + 2 * MARGIN_DEVICE_PX;
    const height = needed.bottom - needed.top + 2 * MARGIN_DEVICE_PX;
    const { canvas } = this.#front;
    const tooLarge = canvas.width * canvas.height > 2 * width * height;
    if (canvas.width < width || canvas.height < height || tooLarge) {
      canvas.width = width;
      canvas.height = height;
      this.#back = undefined;
    }
    const left = needed.left - MARGIN_DEVICE_PX;
    const top = needed.top - MARGIN_DEVICE_PX;
    this.#area = { left, top, right: left + canvas.width, bottom: top + canvas.height };
  }

  /** Lays the area elsewhere and takes along what is painted. */
  #move(needed: PixelBox): void {
    const from = this.#area;
    const old = this.#front;
    const kept = this.#painted;
    this.#back ??= surface();
    if (this.#back.canvas.width !== old.canvas.width || this.#back.canvas.height !== old.canvas.height) {
      this.#back.canvas.width = old.canvas.width;
      this.#back.canvas.height = old.canvas.height;
    }
    this.#front = this.#back;
    this.#back = old;
    this.#place(needed);
    this.#painted = intersection(kept, this.#area);
    if (isEmpty(this.#painted)) return;
    this.#front.context.imageSmoothingEnabled = false;
    this.#front.context.drawImage(old.canvas, from.left - this.#area.left, from.top - this.#area.top);
  }

  /** Paints what is needed and not painted; the painted part stays one rectangle. */
  #extend(needed: PixelBox, scene: TileScene): void {
    const old = this.#painted;
    if (isEmpty(old) || isEmpty(intersection(old, needed))) {
      this.#painted = needed;
      this.#paintPicture(needed, scene);
      return;
    }
    const now = {
      left: Math.min(old.left, needed.left),
      top: Math.min(old.top, needed.top),
      right: Math.max(old.right, needed.right),
      bottom: Math.max(old.bottom, needed.bottom),
    };
    this.#painted = now;
    this.#paintPicture({ ...now, bottom: old.top }, scene);
    this.#paintPicture({ ...now, top: old.bottom }, scene);
    this.#paintPicture({ left: now.left, right: old.left, top: old.top, bottom: old.bottom }, scene);
    this.#paintPicture({ left: old.right, right: now.right, top: old.top, bottom: old.bottom }, scene);
  }

  #paintPicture(box: PixelBox, scene: TileScene): void {
    this.#paint(this.#front.context, this.#area, box, scene);
  }

  /** @param origin - the pixel that is the target's first. */
  #paint(
    context: Context2d,
    origin: { readonly left: number; readonly top: number },
    box: PixelBox,
    scene: TileScene,
  ): void {
    if (isEmpty(box)) return;
    context.save();
    context.translate(-origin.left, -origin.top);
    context.beginPath();
    context.rect(box.left, box.top, box.right - box.left, box.bottom - box.top);
    context.clip();
    context.fillStyle = this.#surround;
    context.fillRect(box.left, box.top, box.right - box.left, box.bottom - box.top);
    const tiles = scene.tilesIn(scaled(box, 1 / this.#scale));
    if (tiles.length > 0) {
      const extent = nearest(scaled(scene.extent, this.#scale));
      context.fillStyle = scene.background;
      context.fillRect(extent.left, extent.top, extent.right - extent.left, extent.bottom - extent.top);
    }
    for (const tile of tiles) this.#paintTile(context, tile);
    context.restore();
  }

  #paintTile(context: Context2d, { image, box, filled, crisp }: PlacedTile): void {
    const { bitmap } = image as BitmapTile;
    // Edges on whole pixels: neighbours meet without a seam, and at 1:1 it is a plain copy.
    const { left, top, right, bottom } = nearest(scaled(box, this.#scale));
    const width = bitmap.width * filled.x;
    const height = bitmap.height * filled.y;
    const magnified = (right - left) / width;
    context.imageSmoothingEnabled =
      !(crisp && magnified >= CRISP_SCALE) && (right - left !== width || bottom - top !== height);
    context.imageSmoothingQuality = "low";
    context.drawImage(bitmap, 0, 0, width, height, left, top, right - left, bottom - top);
  }
}

function surface(): Surface {
  const canvas = new OffscreenCanvas(1, 1);
  // The pixels stay in main memory, where they are made and used.
  const context = canvas.getContext("2d", { alpha: false, willReadFrequently: true });
  assert(context, "a fresh canvas has a 2D context");
  return { canvas, context };
}

function scaled({ left, top, right, bottom }: SlideBox, scale: number): SlideBox {
  return { left: left * scale, top: top * scale, right: right * scale, bottom: bottom * scale };
}

function nearest({ left, top, right, bottom }: SlideBox): PixelBox {
  return { left: Math.round(left), top: Math.round(top), right: Math.round(right), bottom: Math.round(bottom) };
}

/** With a pixel to spare: rounding of edges may go either way. */
function outward({ left, top, right, bottom }: SlideBox): PixelBox {
  return {
    left: Math.floor(left) - 1,
    top: Math.floor(top) - 1,
    right: Math.ceil(right) + 1,
    bottom: Math.ceil(bottom) + 1,
  };
}

function intersection(a: PixelBox, b: PixelBox): PixelBox {
  return {
    left: Math.max(a.left, b.left),
    top: Math.max(a.top, b.top),
    right: Math.min(a.right, b.right),
    bottom: Math.min(a.bottom, b.bottom),
  };
}

function isEmpty({ left, top, right, bottom }: PixelBox): boolean {
  return left >= right || top >= bottom;
}
