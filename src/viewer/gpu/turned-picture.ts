import { type Point, type SlideBox, toScreen, visibleBox } from "../viewport.ts";
import { clip, OPAQUE, outward, type PaintBox, placeView, ScrolledPicture } from "./scrolled-picture.ts";
import type { Context2d, FrameView } from "./tile-renderer.ts";

/** Less than anybody sees, more than rounding makes out. */
const MAX_SHIFT_DEVICE_PX = 0.01;

/**
 * An upright picture, turned: smoothly that takes longer than a frame has, so it is kept as well while the angle stays. At
 * rest every pixel is where it belongs; in a movement all may be off by half a device pixel.
 */
export class TurnedPicture {
  readonly #picture = new ScrolledPicture(OPAQUE, 0);
  #isKept = false;
  /** Where its whole pixels lie, in the pixels of the turned slide. */
  #phase: Point = { x: 0, y: 0 };

  /** The upright picture has begun anew, or the angle is another one. */
  forget(): void {
    this.#isKept = false;
  }

  /**
   * @param middle - where the view's middle stands, in device pixels of the context's canvas.
   * @param upright - shows all that the frame does, at its scale.
   * @param changed - what has been painted anew in it.
   */
  show(
    context: Context2d,
    frame: FrameView,
    middle: Point,
    upright: ScrolledPicture,
    changed: readonly SlideBox[],
  ): void {
    const { view, deviceSize } = frame;
    const { scale } = upright;
    const center = turned({ x: view.centerX, y: view.centerY }, scale, view.rotation);
    const corner = { x: center.x - middle.x, y: center.y - middle.y };
    const isInPlace = frame.hasty || (isWhole(corner.x - this.#phase.x) && isWhole(corner.y - this.#phase.y));
    if (!this.#isKept || !isInPlace) {
      this.#picture.begin(scale);
      this.#isKept = true;
      this.#phase = { x: corner.x - Math.round(corner.x), y: corner.y - Math.round(corner.y) };
    }
    const phase = this.#phase;
    const left = Math.round(corner.x - phase.x);
    const top = Math.round(corner.y - phase.y);
    const needed = { left, top, right: left + deviceSize.width, bottom: top + deviceSize.height };
    const paint: PaintBox = (target, box, origin) => {
      target.save();
      target.translate(-origin.left, -origin.top);
      clip(target, box);
      placeView(target, frame, { x: center.x - phase.x - origin.left, y: center.y - phase.y - origin.top });
      upright.present(target, frame, true);
      target.restore();
    };
    // The upright one may no longer have what lies further away.
    if (changed.length > 0) this.#picture.keepWithin(needed);
    for (const box of changed) this.#picture.repaint(outward(turnedBox(box, scale, view.rotation)), paint);
    this.#picture.cover(needed, paint);
    context.save();
    this.#picture.copy(context, needed);
    context.restore();
  }
}

/** Where a slide point lies in a picture of that scale and angle. */
function turned(point: Point, scale: number, rotation: number): Point {
  return toScreen({ centerX: 0, centerY: 0, downsample: 1 / scale, rotation }, { width: 0, height: 0 }, point);
}

/** What a box of the slide touches there. */
function turnedBox({ left, top, right, bottom }: SlideBox, scale: number, rotation: number): SlideBox {
  const { x, y } = turned({ x: (left + right) / 2, y: (top + bottom) / 2 }, scale, rotation);
  const view = { centerX: x, centerY: y, downsample: scale, rotation };
  return visibleBox(view, { width: right - left, height: bottom - top });
}

function isWhole(value: number): boolean {
  return Math.abs(value - Math.round(value)) < MAX_SHIFT_DEVICE_PX;
}
