import type { SlideBox } from "../viewport.ts";
import {
  AHEAD,
  MAX_STRETCH,
  outward,
  type PaintBox,
  type PixelBox,
  type ScrolledPicture,
  scaled,
  shownBox,
} from "./scrolled-picture.ts";
import { type Context2d, type FrameView, scaleOf } from "./tile-renderer.ts";

/** Over so many frames a picture is made, where it is not known when it will be needed. */
const FRAMES = 5;

/** What is known of a picture to come when it is begun. */
interface Plan {
  /** 1 zooming in, -1 zooming out, 0 while the scale stays. */
  readonly way: number;
  /** The scale of the picture that is to be replaced. */
  readonly present: number;
  readonly scale: number;
  /** By how much wider and higher what it shows will become after it was exchanged. */
  readonly growth: number;
  /** How much the present one is stretched now, and when it is exchanged; undefined where frames are counted. */
  readonly stretch: { readonly from: number; readonly to: number } | undefined;
}

/**
 * The picture that follows the present one while the scale changes, or all of a turned view is turned: painted a bit in every
 * frame, for at once it takes longer than a frame has.
 */
export class ComingPicture {
  #picture: ScrolledPicture;
  #plan: Plan | undefined;
  /** Since that, the one in which it was begun not counted. */
  #frames = 0;

  /** @param picture - to be painted in. */
  constructor(picture: ScrolledPicture) {
    this.#picture = picture;
  }

  /** What it shows has changed, or the movement is over. */
  forget(): void {
    this.#plan = undefined;
  }

  /** Sees to it at rest that a picture that shows as much can be begun in a movement. */
  reserve(needed: PixelBox, context: Context2d): void {
    this.#picture.reserve(needed, context);
  }

  /** Returns the picture to show the frame by: the present one, or this one if it is due. The other is painted in next. */
  exchange(frame: FrameView, present: ScrolledPicture): ScrolledPicture {
    const plan = this.#plan;
    if (!plan || !fits(plan, frame, present.scale) || this.#share(plan, frame) < 1) return present;
    const due = this.#picture;
    this.#picture = present;
    this.forget();
    return due;
  }

  /**
   * Paints as much as is due.
   * @param present - the scale of the picture that is shown.
   * @param changed - what is to be painted anew.
   * @param isSoon - the present one is to be replaced before it is stretched too much.
   */
  prepare(
    frame: FrameView,
    present: number,
    changed: readonly SlideBox[],
    painter: (scale: number) => PaintBox,
    isSoon = false,
  ): void {
    if (!this.#plan || !fits(this.#plan, frame, present)) {
      this.#plan = planFor(frame, present, isSoon);
      this.#frames = -1;
      if (this.#plan) this.#picture.begin(this.#plan.scale);
    }
    const plan = this.#plan;
    if (!plan) return;
    const { scale, growth, stretch: bounds } = plan;
    this.#frames++;
    const share = this.#share(plan, frame);
    // A movement's first frame has enough to do.
    if (share <= 0) return;
    const paint = painter(scale);
    for (const box of changed) this.#picture.repaint(outward(scaled(box, scale)), paint);
    const { view, size, pixelRatio } = frame;
    const side = Math.sqrt(Math.min(1, share));
    const downsample = bounds ? pixelRatio / (present * bounds.to) : view.downsample;
    const due = { view: { ...view, downsample }, size };
    this.#picture.cover(shownBox(due, scale, side), paint, shownBox(due, scale, growth));
    if (frame.hasty) this.#picture.finish();
  }

  /** How much of it is to be there by now. */
  #share({ present, stretch: bounds }: Plan, frame: FrameView): number {
    if (!bounds) return this.#frames / FRAMES;
    return (scaleOf(frame) / present - bounds.from) / (bounds.to - bounds.from);
  }
}

function wayOf({ view, last }: FrameView): number {
  return Math.sign(last.downsample - view.downsample);
}

/** Whether it was begun for such a frame, and to follow the picture that is shown now. */
function fits(plan: Plan, frame: FrameView, present: number): boolean {
  return plan.way === wayOf(frame) && plan.present === present;
}

/** @param present - the scale of the picture that is shown. */
function planFor(frame: FrameView, present: number, isSoon: boolean): Plan | undefined {
  const way = wayOf(frame);
  const now = scaleOf(frame);
  const stretch = now / present;
  if (way === 0 && stretch === 1 && !isSoon) return undefined;
  const growth = way < 0 ? AHEAD : 1;
  // Shown smaller than it was made, or at a scale that stays, it is to be replaced soon as well.
  if (isSoon || way === 0 || stretch < 1) {
    return { way, present, scale: now / growth, growth, stretch: undefined };
  }
  const to = way < 0 ? 1 : MAX_STRETCH;
  return { way, present, scale: (present * to) / growth, growth, stretch: { from: stretch, to } };
}
