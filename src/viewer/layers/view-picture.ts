import type { FrameView } from "../gpu/tile-renderer.ts";
import { contains, type SlideBox, visibleBox } from "../viewport.ts";
import { scaleOf } from "./layer.ts";

/** What a picture shows: an upright part of the slide at the scale of the view. */
export interface PictureArea {
  /** In level-0 pixels; its top left is the corner of the first pixel. */
  readonly box: SlideBox;
  /** Pixels of the picture, which are device pixels, per level-0 pixel. */
  readonly scale: number;
  readonly width: number;
  readonly height: number;
}

/** Paints an area on a clear canvas of its size. @param frame - that shows it first. */
export type RenderArea = (context: OffscreenCanvasRenderingContext2D, area: PictureArea, frame: FrameView) => void;

/** How far a pan goes before the picture is made anew. */
const MARGIN_PX = 192;
/** How much larger or smaller than it was made a picture is shown while the scale changes. */
const MAX_STRETCH = 1.7;

/** A picture of what lies over the view, made once for every scale at rest: a movement is one copy of it, whatever is in it. */
export class ViewPicture {
  readonly #render: RenderArea;
  readonly #context = new OffscreenCanvas(1, 1).getContext("2d")!;
  #area: PictureArea | undefined;
  #lastScale = 0;

  constructor(render: RenderArea) {
    this.#render = render;
  }

  /** What it shows has changed. */
  forget(): void {
    this.#area = undefined;
  }

  /** @param context - as a layer is given it. */
  draw(context: CanvasRenderingContext2D, frame: FrameView): void {
    const { view, size } = frame;
    const scale = scaleOf(frame);
    const visible = visibleBox(view, size);
    // While the scale changes the picture there is is drawn larger or smaller; the frame at rest makes a sharp one.
    const isZooming = scale !== this.#lastScale;
    if (!this.#area || !contains(this.#area.box, visible) || !isGoodFor(this.#area.scale, scale, isZooming)) {
      this.#make(frame, visible, scale);
    }
    this.#lastScale = scale;
    const { box, width, height, scale: made } = this.#area!;
    // Upright, its pixels lie on those of the screen.
    context.imageSmoothingEnabled = view.rotation !== 0 || made !== scale;
    const { canvas } = this.#context;
    context.drawImage(canvas, box.left - view.centerX, box.top - view.centerY, width / made, height / made);
  }

  #make(frame: FrameView, visible: SlideBox, scale: number): void {
    const { view, deviceSize } = frame;
    const onPixel = (at: number, center: number, length: number) =>
      center + (Math.floor((at - center) * scale + length / 2 + 1e-3) - MARGIN_PX - length / 2) / scale;
    const left = onPixel(visible.left, view.centerX, deviceSize.width);
    const top = onPixel(visible.top, view.centerY, deviceSize.height);
    const width = Math.ceil((visible.right - left) * scale) + MARGIN_PX + 1;
    const height = Math.ceil((visible.bottom - top) * scale) + MARGIN_PX + 1;
    const { canvas } = this.#context;
    // Setting the size clears it, too.
    canvas.width = width;
    canvas.height = height;
    this.#area = {
      box: { left, top, right: left + width / scale, bottom: top + height / scale },
      scale,
      width,
      height,
    };
    this.#render(this.#context, this.#area, frame);
  }
}

function isGoodFor(made: number, scale: number, isZooming: boolean): boolean {
  if (made === scale) return true;
  const ratio = scale / made;
  return isZooming && ratio < MAX_STRETCH && ratio > 1 / MAX_STRETCH;
}
