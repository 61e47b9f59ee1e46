import { assert } from "#base";
import { contains, intersection, type Point, type SlideBox, visibleBox } from "../viewport.ts";
import { type Context2d, type FrameView, scaleOf } from "./tile-renderer.ts";

/** Whole device pixels of the slide at some scale: upright, slide pixel x lies at x * scale. */
export interface PixelBox {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/**
 * Paints all of a box, whatever stands there, and nothing outside it.
 * @param origin - the pixel that is the context's first.
 */
export type PaintBox = (context: Context2d, box: PixelBox, origin: Pick<PixelBox, "left" | "top">) => void;

interface Surface {
  readonly canvas: OffscreenCanvas;
  readonly context: OffscreenCanvasRenderingContext2D;
}

/** For a picture of tiles: its pixels stay in main memory, where they are made and used. */
export const OPAQUE: CanvasRenderingContext2DSettings = { alpha: false, willReadFrequently: true };

const NOTHING: PixelBox = { left: 0, top: 0, right: 0, bottom: 0 };
const MARGIN_DEVICE_PX = 192;
const SPARE_DEVICE_PX = 2;
/** Surfaces are made that much larger than needed: views of one size differ by rounding, and a new surface takes long. */
const SURFACE_SPARE_PX = 32;
const MIN_SURFACE_PX = 4_000_000;
/** How much larger than it was made a picture is shown while the scale changes. */
export const MAX_STRETCH = 1.7;
/** Zooming out, a picture is made for a scale this much smaller, which comes soon. */
export const AHEAD = 1.6;

/**
 * A picture of the slide at one scale, somewhat larger than the view. What comes into view is painted, and what is painted
 * stays as long as the scale does: a frame of a pan paints two narrow strips.
 */
export class ScrolledPicture {
  readonly #settings: CanvasRenderingContext2DSettings;
  readonly #stepPx: number;
  readonly #marginPx: number;
  readonly #minSurfacePx: number;
  #front: Surface;
  #back: Surface | undefined;
  #scale = 0;
  /** What the front surface has room for. */
  #area = NOTHING;
  /** What of it has been painted. */
  #painted = NOTHING;

  /**
   * @param stepPx - what comes into view is painted that much at a time.
   * @param marginPx - room around the view, so that most frames of a pan copy nothing within the picture.
   * @param minSurfacePx - a surface of so many pixels is kept however little of it is needed.
   */
  constructor(
    settings: CanvasRenderingContext2DSettings,
    stepPx: number,
    marginPx = MARGIN_DEVICE_PX,
    minSurfacePx = MIN_SURFACE_PX,
  ) {
    this.#settings = settings;
    this.#stepPx = stepPx;
    this.#marginPx = marginPx;
    this.#minSurfacePx = minSurfacePx;
    this.#front = surface(settings);
  }

  /** Device pixels per level-0 pixel. */
  get scale(): number {
    return this.#scale;
  }

  /** Begins anew, at that scale. */
  begin(scale: number): void {
    this.#scale = scale;
    this.#painted = NOTHING;
  }

  /**
   * Sees that the box is painted.
   * @param soon - holds it, and what will be asked for soon: room is made for that at once.
   */
  cover(needed: PixelBox, paint: PaintBox, soon = needed): void {
    if (isEmpty(this.#painted)) this.#place(soon);
    else if (!contains(this.#area, needed)) this.#move(soon);
    this.#extend(needed, paint);
  }

  /** Has what was painted done now: the browser puts it off until it is to be shown. */
  finish(): void {
    this.#front.context.getImageData(0, 0, 1, 1);
  }

  /** Forgets what lies outside the box. */
  keepWithin(box: PixelBox): void {
    this.#painted = intersection(this.#painted, box);
  }

  /** Paints the box again, where it is painted. */
  repaint(box: PixelBox, paint: PaintBox): void {
    this.#paint(intersection(box, this.#painted), paint);
  }

  /**
   * Shows what lies in the frame: as it is where scale and angle allow it.
   * @param context - placed by `placeView`.
   * @param smooth - where they do not allow it.
   */
  present(context: Context2d, frame: FrameView, smooth: boolean): void {
    const { view } = frame;
    const centerX = view.centerX * this.#scale;
    const centerY = view.centerY * this.#scale;
    context.save();
    if (view.rotation === 0 && scaleOf(frame) === this.#scale) {
      const { e: middleX, f: middleY } = context.getTransform();
      this.copy(context, { left: -Math.round(middleX - centerX), top: -Math.round(middleY - centerY) });
    } else {
      context.scale(1 / this.#scale, 1 / this.#scale);
      context.imageSmoothingEnabled = smooth;
      context.imageSmoothingQuality = "low";
      context.drawImage(this.#front.canvas, this.#area.left - centerX, this.#area.top - centerY);
    }
    context.restore();
  }

  /** Shows it as it is. @param origin - the pixel that comes to stand on the context's first. */
  copy(context: Context2d, origin: Pick<PixelBox, "left" | "top">): void {
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.imageSmoothingEnabled = false;
    context.drawImage(this.#front.canvas, this.#area.left - origin.left, this.#area.top - origin.top);
  }

  /**
   * Makes at rest what a movement has no time for: a new surface takes many milliseconds.
   * @param context - to be painted over: the browser makes a surface when it is first shown.
   */
  reserve(needed: PixelBox, context: Context2d): void {
    if (!this.#ensureRoom(needed)) return;
    this.#painted = NOTHING;
    context.drawImage(this.#front.canvas, 0, 0, 1, 1, 0, 0, 1, 1);
  }

  /** Whether the surface had to be made anew: it is kept where it is large enough. */
  #ensureRoom(needed: PixelBox): boolean {
    const { canvas } = this.#front;
    const width = needed.right - needed.left + 2 * this.#marginPx;
    const height = needed.bottom - needed.top + 2 * this.#marginPx;
    const tooLarge = canvas.width * canvas.height > Math.max(this.#minSurfacePx, 2 * width * height);
    if (canvas.width >= width && canvas.height >= height && !tooLarge) return false;
    canvas.width = width + SURFACE_SPARE_PX;
    canvas.height = height + SURFACE_SPARE_PX;
    this.#back = undefined;
    return true;
  }

  /** Lays the area around what is needed. */
  #place(needed: PixelBox): void {
    this.#ensureRoom(needed);
    const { canvas } = this.#front;
    const left = needed.left - this.#marginPx;
    const top = needed.top - this.#marginPx;
    this.#area = { left, top, right: left + canvas.width, bottom: top + canvas.height };
  }

  /** Lays the area elsewhere and takes along what is painted. */
  #move(needed: PixelBox): void {
    const from = this.#area;
    const old = this.#front;
    const kept = this.#painted;
    this.#back ??= surface(this.#settings);
    if (this.#back.canvas.width !== old.canvas.width || this.#back.canvas.height !== old.canvas.height) {
      this.#back.canvas.width = old.canvas.width;
      this.#back.canvas.height = old.canvas.height;
    }
    this.#front = this.#back;
    this.#back = old;
    this.#place(needed);
    this.#painted = intersection(kept, this.#area);
    if (isEmpty(this.#painted)) return;
    const { context } = this.#front;
    context.imageSmoothingEnabled = false;
    // What is opaque covers what stood there, and is copied in a third of the time.
    if (this.#settings.alpha !== false) context.globalCompositeOperation = "copy";
    context.drawImage(old.canvas, from.left - this.#area.left, from.top - this.#area.top);
    context.globalCompositeOperation = "source-over";
  }

  /** Paints what is needed and not painted; the painted part stays one rectangle. */
  #extend(needed: PixelBox, paint: PaintBox): void {
    const old = this.#painted;
    if (isEmpty(old) || isEmpty(intersection(old, needed))) {
      this.#painted = needed;
      this.#paint(needed, paint);
      return;
    }
    if (contains(old, needed)) return;
    const step = this.#stepPx;
    const now = intersection(this.#area, {
      left: needed.left < old.left ? needed.left - step : old.left,
      top: needed.top < old.top ? needed.top - step : old.top,
      right: needed.right > old.right ? needed.right + step : old.right,
      bottom: needed.bottom > old.bottom ? needed.bottom + step : old.bottom,
    });
    this.#painted = now;
    this.#paint({ ...now, bottom: old.top }, paint);
    this.#paint({ ...now, top: old.bottom }, paint);
    this.#paint({ left: now.left, right: old.left, top: old.top, bottom: old.bottom }, paint);
    this.#paint({ left: old.right, right: now.right, top: old.top, bottom: old.bottom }, paint);
  }

  #paint(box: PixelBox, paint: PaintBox): void {
    if (!isEmpty(box)) paint(this.#front.context, box, this.#area);
  }
}

/**
 * The scale of the picture to show a frame by while the scale changes: the one there is, drawn larger, as long as that will
 * do. The frame at rest has a sharp one.
 * @param made - the scale of the picture there is.
 * @param least - how small that may be shown: thin lines break up below 1.
 */
export function passingScale(frame: FrameView, made: number, least = 1): number {
  const { view, last } = frame;
  const scale = scaleOf(frame);
  const stretch = scale / made;
  if (stretch >= least && stretch < MAX_STRETCH) return made;
  return view.downsample > last.downsample ? scale / AHEAD : scale;
}

function surface(settings: CanvasRenderingContext2DSettings): Surface {
  const canvas = new OffscreenCanvas(1, 1);
  const context = canvas.getContext("2d", settings);
  assert(context, "a fresh canvas has a 2D context");
  return { canvas, context };
}

/** Makes the context's units level-0 pixels from the view's middle. @param middle - where that stands, in device pixels. */
export function placeView(context: Context2d, frame: FrameView, middle: Point): void {
  const { view } = frame;
  const scale = scaleOf(frame);
  const cos = Math.cos(view.rotation) * scale;
  const sin = Math.sin(view.rotation) * scale;
  context.setTransform(cos, sin, -sin, cos, middle.x, middle.y);
}

/**
 * What a frame shows in a picture of that scale.
 * @param factor - of a view that much wider and higher.
 */
export function shownBox({ view, size }: Pick<FrameView, "view" | "size">, scale: number, factor = 1): PixelBox {
  return outward(scaled(visibleBox(view, size, (factor - 1) / 2), scale));
}

export function scaled({ left, top, right, bottom }: SlideBox, scale: number): SlideBox {
  return { left: left * scale, top: top * scale, right: right * scale, bottom: bottom * scale };
}

export function nearest({ left, top, right, bottom }: SlideBox): PixelBox {
  return { left: Math.round(left), top: Math.round(top), right: Math.round(right), bottom: Math.round(bottom) };
}

/** With pixels to spare: rounding of edges may go either way, and smoothing asks for neighbours. */
export function outward({ left, top, right, bottom }: SlideBox): PixelBox {
  return {
    left: Math.floor(left) - SPARE_DEVICE_PX,
    top: Math.floor(top) - SPARE_DEVICE_PX,
    right: Math.ceil(right) + SPARE_DEVICE_PX,
    bottom: Math.ceil(bottom) + SPARE_DEVICE_PX,
  };
}

/** Keeps what is drawn from here on within the box. */
export function clip(context: Context2d, { left, top, right, bottom }: PixelBox): void {
  context.beginPath();
  context.rect(left, top, right - left, bottom - top);
  context.clip();
}

function isEmpty({ left, top, right, bottom }: PixelBox): boolean {
  return left >= right || top >= bottom;
}
