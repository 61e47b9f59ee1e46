/**
 * Where the viewer looks. Plain data: it may be stored, linked to and compared.
 * A screen point is a CSS pixel from the container's top left; a slide point is in level-0 pixels.
 */
export interface ViewState {
  /** Level-0 pixels shown at the middle of the container. */
  readonly centerX: number;
  readonly centerY: number;
  /** Level-0 pixels per CSS pixel. */
  readonly downsample: number;
  /** Radians by which the slide is turned clockwise on the screen. */
  readonly rotation: number;
}

/** CSS pixels of the container, or level-0 pixels of a slide. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** A half-open rectangle in level-0 pixels. */
export interface SlideBox {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** How far in and out one may zoom, in level-0 pixels per CSS pixel. */
export interface ZoomLimits {
  readonly min: number;
  readonly max: number;
}

/** Past this a screen pixel shows nothing that the scanner saw. */
const MAX_DEVICE_PX_PER_SLIDE_PX = 8;
/** Zoomed out this much beyond the whole slide there is nothing to find. */
const MAX_DOWNSAMPLE_PER_FIT = 2;
const FIT_MARGIN_CSS_PX = 16;

export function toScreen(view: ViewState, size: Size, point: Point): Point {
  const x = (point.x - view.centerX) / view.downsample;
  const y = (point.y - view.centerY) / view.downsample;
  const cos = Math.cos(view.rotation);
  const sin = Math.sin(view.rotation);
  return { x: size.width / 2 + x * cos - y * sin, y: size.height / 2 + x * sin + y * cos };
}

export function toSlide(view: ViewState, size: Size, point: Point): Point {
  const offset = toSlideOffset(view, point.x - size.width / 2, point.y - size.height / 2);
  return { x: view.centerX + offset.x, y: view.centerY + offset.y };
}

/** A distance on the screen as a distance on the slide. */
function toSlideOffset(view: ViewState, dx: number, dy: number): Point {
  const cos = Math.cos(view.rotation);
  const sin = Math.sin(view.rotation);
  return { x: (dx * cos + dy * sin) * view.downsample, y: (dy * cos - dx * sin) * view.downsample };
}

/** The view moved like a scroll: a positive `dx` shows what lies to the right. */
export function panned(view: ViewState, dx: number, dy: number): ViewState {
  const offset = toSlideOffset(view, dx, dy);
  return { ...view, centerX: view.centerX + offset.x, centerY: view.centerY + offset.y };
}

/** Magnified `factor` times, with the slide point under the screen point `at` staying there. */
export function zoomedAt(view: ViewState, size: Size, factor: number, at: Point): ViewState {
  return keepingAt(view, { ...view, downsample: view.downsample / factor }, size, at);
}

/** Turned clockwise by `angle`, with the slide point under the screen point `at` staying there. */
export function rotatedAt(view: ViewState, size: Size, angle: number, at: Point): ViewState {
  return keepingAt(view, { ...view, rotation: normalAngle(view.rotation + angle) }, size, at);
}

/** `after`, moved so that it shows at `at` the slide point that `before` shows there. */
function keepingAt(before: ViewState, after: ViewState, size: Size, at: Point): ViewState {
  const point = toSlide(before, size, at);
  const offset = toSlideOffset(after, at.x - size.width / 2, at.y - size.height / 2);
  return { ...after, centerX: point.x - offset.x, centerY: point.y - offset.y };
}

/** The same angle in (-π, π]. */
export function normalAngle(angle: number): number {
  // As it is where possible: adding a whole turn would cost the last digits.
  if (angle > -Math.PI && angle <= Math.PI) return angle;
  const turn = 2 * Math.PI;
  const rest = ((angle % turn) + turn) % turn;
  return rest > Math.PI ? rest - turn : rest;
}

/** The whole slide in the middle of the container, turned as asked. */
export function fitted(slide: Size, size: Size, rotation: number): ViewState {
  const cos = Math.abs(Math.cos(rotation));
  const sin = Math.abs(Math.sin(rotation));
  const turned = { width: slide.width * cos + slide.height * sin, height: slide.width * sin + slide.height * cos };
  return {
    centerX: slide.width / 2,
    centerY: slide.height / 2,
    downsample: Math.max(turned.width / withoutMargin(size.width), turned.height / withoutMargin(size.height)),
    rotation,
  };
}

/** A box of the slide filling the container. */
export function fittedToBox(box: SlideBox, size: Size, rotation: number): ViewState {
  const view = fitted({ width: box.right - box.left, height: box.bottom - box.top }, size, rotation);
  return { ...view, centerX: (box.left + box.right) / 2, centerY: (box.top + box.bottom) / 2 };
}

function withoutMargin(length: number): number {
  return Math.max(1, length - 2 * Math.min(FIT_MARGIN_CSS_PX, length / 20));
}

export function zoomLimits(slide: Size, size: Size, pixelRatio: number): ZoomLimits {
  const fit = fitted(slide, size, 0).downsample;
  const max = fit * MAX_DOWNSAMPLE_PER_FIT;
  // A slide smaller than the container may always be fitted.
  return { min: Math.min(pixelRatio / MAX_DEVICE_PX_PER_SLIDE_PX, fit), max };
}

/** The nearest view that keeps to the limits and has its middle on the slide, so that the slide cannot be lost. */
export function clamped(view: ViewState, slide: Size, limits: ZoomLimits): ViewState {
  return {
    centerX: Math.min(Math.max(view.centerX, 0), slide.width),
    centerY: Math.min(Math.max(view.centerY, 0), slide.height),
    downsample: Math.min(Math.max(view.downsample, limits.min), limits.max),
    rotation: normalAngle(view.rotation),
  };
}

/** The smallest upright box that holds all that the container shows, `margin` (a share of its size) wider all around. */
export function visibleBox(view: ViewState, size: Size, margin = 0): SlideBox {
  const cos = Math.abs(Math.cos(view.rotation));
  const sin = Math.abs(Math.sin(view.rotation));
  const half = view.downsample * (0.5 + margin);
  const halfWidth = (size.width * cos + size.height * sin) * half;
  const halfHeight = (size.width * sin + size.height * cos) * half;
  return {
    left: view.centerX - halfWidth,
    top: view.centerY - halfHeight,
    right: view.centerX + halfWidth,
    bottom: view.centerY + halfHeight,
  };
}

/** Whether all of `inner` lies in `outer`. */
export function contains(outer: SlideBox, inner: SlideBox): boolean {
  return (
    outer.left <= inner.left && outer.top <= inner.top && outer.right >= inner.right && outer.bottom >= inner.bottom
  );
}

/** What two boxes share; its edges stand the wrong way round where they share nothing. */
export function intersection(a: SlideBox, b: SlideBox): SlideBox {
  return {
    left: Math.max(a.left, b.left),
    top: Math.max(a.top, b.top),
    right: Math.min(a.right, b.right),
    bottom: Math.min(a.bottom, b.bottom),
  };
}

/** The slide points at the corners of the container, clockwise from its top left. */
export function visibleCorners(view: ViewState, size: Size): Point[] {
  const { width, height } = size;
  return [
    { x: 0, y: 0 },
    { x: width, y: 0 },
    { x: width, y: height },
    { x: 0, y: height },
  ].map((corner) => toSlide(view, size, corner));
}

/** Whether any of `box` shows in the container, corners of a turned view told apart. */
export function isInView(view: ViewState, size: Size, box: SlideBox): boolean {
  const center = toScreen(view, size, { x: (box.left + box.right) / 2, y: (box.top + box.bottom) / 2 });
  const cos = Math.abs(Math.cos(view.rotation));
  const sin = Math.abs(Math.sin(view.rotation));
  const width = (box.right - box.left) / view.downsample;
  const height = (box.bottom - box.top) / view.downsample;
  return (
    Math.abs(center.x - size.width / 2) * 2 < size.width + width * cos + height * sin &&
    Math.abs(center.y - size.height / 2) * 2 < size.height + width * sin + height * cos
  );
}

/**
 * The view moved by less than a device pixel so that the slide's pixel grid falls on the screen's. An upright view at
 * rest is crisp this way, and a pan does not shimmer.
 */
export function snapped(view: ViewState, size: Size, pixelRatio: number): ViewState {
  if (view.rotation !== 0) return view;
  const scale = pixelRatio / view.downsample;
  const snap = (center: number, length: number) => {
    const half = (length * pixelRatio) / 2;
    return (half - Math.round(half - center * scale)) / scale;
  };
  return { ...view, centerX: snap(view.centerX, size.width), centerY: snap(view.centerY, size.height) };
}

export function sameView(a: ViewState, b: ViewState): boolean {
  return (
    a.centerX === b.centerX && a.centerY === b.centerY && a.downsample === b.downsample && a.rotation === b.rotation
  );
}

/** What of a view are numbers to look by: of what a caller computed, NaN may be a part. */
export function finiteOf(view: Partial<ViewState>): Partial<ViewState> {
  return Object.fromEntries(Object.entries(view).filter(([, value]) => Number.isFinite(value)));
}
