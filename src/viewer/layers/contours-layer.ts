import type { Polygon, Ring } from "#kernels";
import type { FrameView } from "../gpu/tile-renderer.ts";
import { type SlideBox, visibleBox } from "../viewport.ts";
import { scaleOf } from "./layer.ts";
import { PaintedLayer } from "./painted-layer.ts";

export interface ContoursStyle {
  /** CSS colours of outlines and of the edges of holes. */
  readonly shell: string;
  readonly hole: string;
  readonly widthCssPx: number;
}

const DEFAULT_STYLE: ContoursStyle = { shell: "#00a651", hole: "#d81b60", widthCssPx: 2 };
/** Around every line, so that it is seen on any tissue. */
const HALO = "rgb(255 255 255 / 0.75)";
const HALO_CSS_PX = 1.5;
/** Vertices nearer to each other than this on the screen are one. */
const MIN_STEP_DEVICE_PX = 0.75;

interface PlacedRing {
  readonly points: Ring;
  readonly box: SlideBox;
  readonly isHole: boolean;
}

/** Outlines of tissue with their holes. Only what is in view is drawn, and no finer than the screen. */
export class ContoursLayer extends PaintedLayer {
  readonly #style: ContoursStyle;
  #rings: readonly PlacedRing[] = [];

  constructor(polygons: readonly Polygon[] = [], style: Partial<ContoursStyle> = {}) {
    super();
    this.#style = { ...DEFAULT_STYLE, ...style };
    this.show(polygons);
  }

  /** @param polygons - in level-0 pixels, rings closed. */
  show(polygons: readonly Polygon[]): void {
    this.#rings = polygons.flatMap(({ shell, holes }) => [
      { points: shell, box: boxOf(shell), isHole: false },
      ...holes.map((hole) => ({ points: hole, box: boxOf(hole), isHole: true })),
    ]);
    this.changed();
  }

  protected override paintVisible(context: CanvasRenderingContext2D, frame: FrameView): void {
    const scale = scaleOf(frame);
    // A line's half width may reach into the view from outside.
    const view = visibleBox(frame.view, frame.size, 0.02);
    const visible = this.#rings.filter(({ box }) => touches(box, view));
    if (visible.length === 0) return;
    const width = (this.#style.widthCssPx * frame.pixelRatio) / scale;
    const halo = width + (2 * HALO_CSS_PX * frame.pixelRatio) / scale;
    const paths = [false, true].map((isHole) => {
      const path = new Path2D();
      for (const ring of visible) if (ring.isHole === isHole) trace(path, ring.points, frame, view);
      return path;
    });
    context.lineJoin = "round";
    context.strokeStyle = HALO;
    context.lineWidth = halo;
    for (const path of paths) context.stroke(path);
    context.lineWidth = width;
    context.strokeStyle = this.#style.shell;
    context.stroke(paths[0]!);
    context.strokeStyle = this.#style.hole;
    context.stroke(paths[1]!);
  }
}

/** Adds what shows of a ring: stretches outside the view are left out, steps too small to see are taken together. */
function trace(path: Path2D, points: Ring, { view, pixelRatio }: FrameView, box: SlideBox): void {
  const { centerX, centerY } = view;
  const minStep = (MIN_STEP_DEVICE_PX * view.downsample) / pixelRatio;
  let lastX = points[0]!;
  let lastY = points[1]!;
  let isDown = false;
  for (let at = 2; at < points.length; at += 2) {
    const x = points[at]!;
    const y = points[at + 1]!;
    const isEnd = at === points.length - 2;
    if (!isEnd && Math.abs(x - lastX) < minStep && Math.abs(y - lastY) < minStep) continue;
    const isOutside =
      (x < box.left && lastX < box.left) ||
      (x > box.right && lastX > box.right) ||
      (y < box.top && lastY < box.top) ||
      (y > box.bottom && lastY > box.bottom);
    if (isOutside) isDown = false;
    else {
      if (!isDown) path.moveTo(lastX - centerX, lastY - centerY);
      path.lineTo(x - centerX, y - centerY);
      isDown = true;
    }
    lastX = x;
    lastY = y;
  }
}

function boxOf(points: Ring): SlideBox {
  let left = Number.POSITIVE_INFINITY;
  let top = Number.POSITIVE_INFINITY;
  let right = Number.NEGATIVE_INFINITY;
  let bottom = Number.NEGATIVE_INFINITY;
  for (let at = 0; at < points.length; at += 2) {
    left = Math.min(left, points[at]!);
    right = Math.max(right, points[at]!);
    top = Math.min(top, points[at + 1]!);
    bottom = Math.max(bottom, points[at + 1]!);
  }
  return { left, top, right, bottom };
}

function touches(a: SlideBox, b: SlideBox): boolean {
  return a.left <= b.right && b.left <= a.right && a.top <= b.bottom && b.top <= a.bottom;
}
