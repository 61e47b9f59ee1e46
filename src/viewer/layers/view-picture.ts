import { ComingPicture } from "../gpu/coming-picture.ts";
import { type PaintBox, type PixelBox, passingScale, ScrolledPicture, shownBox } from "../gpu/scrolled-picture.ts";
import { type Context2d, type FrameView, scaleOf } from "../gpu/tile-renderer.ts";

/** A part of the picture to be made. */
export interface PictureArea {
  readonly box: PixelBox;
  /** Device pixels per level-0 pixel: slide pixel x lies at x * scale. */
  readonly scale: number;
  /** Device pixels per CSS pixel. */
  readonly pixelRatio: number;
  /** The pixel that is the context's first. */
  readonly origin: Pick<PixelBox, "left" | "top">;
}

/** Paints all of an area, whatever stands there, and nothing outside it. */
export type RenderArea = (context: Context2d, area: PictureArea) => void;

/** What comes into view is made that much at a time: most frames of a movement then only copy. */
const STEP_PX = 64;

/** A picture of what lies over the view, made for every scale at rest: a movement copies it, whatever is in it. */
export class ViewPicture {
  readonly #render: RenderArea;
  #picture = new ScrolledPicture({}, STEP_PX);
  readonly #coming = new ComingPicture(new ScrolledPicture({}, STEP_PX));
  /** Of a frame that is kept as it is. What is copied is the whole surface, so it is as small as may be. */
  readonly #part = new ScrolledPicture({}, 0, 0, 0);

  constructor(render: RenderArea) {
    this.#render = render;
  }

  /** What it shows has changed. */
  forget(): void {
    this.#picture.begin(0);
    this.#coming.forget();
  }

  /** @param context - as a layer is given it. */
  draw(context: Context2d, frame: FrameView): void {
    const { view, last, pixelRatio, kept } = frame;
    const isPassing = !kept && view.downsample !== last.downsample;
    if (isPassing) this.#picture = this.#coming.exchange(frame, this.#picture);
    const picture = kept ? this.#part : this.#picture;
    const now = scaleOf(frame);
    const scale = isPassing ? passingScale(frame, picture.scale) : now;
    if (kept || scale !== picture.scale) picture.begin(scale);
    const needed = shownBox(frame, scale);
    const painter =
      (scale: number): PaintBox =>
      (target, box, origin) =>
        this.#render(target, { box, scale, pixelRatio, origin });
    picture.cover(needed, painter(scale), shownBox(frame, scale, now / scale));
    if (!kept && !isPassing && !frame.hasty) this.#coming.reserve(needed, context);
    picture.present(context, frame, !frame.hasty);
    if (isPassing) this.#coming.prepare(frame, scale, [], painter);
    else if (!kept) this.#coming.forget();
  }
}
