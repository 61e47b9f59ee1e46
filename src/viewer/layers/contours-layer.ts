import { type Polygon, type Ring, ringBounds } from "#kernels";
import { type PixelBox, scaled } from "../gpu/scrolled-picture.ts";
import type { Context2d, FrameView } from "../gpu/tile-renderer.ts";
import type { SlideBox } from "../viewport.ts";
import { PaintedLayer } from "./painted-layer.ts";
import { type PictureArea, ViewPicture } from "./view-picture.ts";

/** Of outlines, and of the edges of holes. */
const SHELL = "#00a651";
const HOLE = "#d81b60";
const WIDTH_CSS_PX = 2;
/** Around every line, so that it is seen on any tissue. */
const HALO = "rgb(255 255 255 / 0.75)";
const HALO_CSS_PX = 1.5;
/** Vertices nearer to each other than this on the screen are one. */
const MIN_STEP_DEVICE_PX = 1;

interface PlacedRing {
  readonly points: Ring;
  readonly box: SlideBox;
  readonly isHole: boolean;
}

/** Outlines of tissue with their holes. Only what is in view is drawn, and no finer than the screen. */
export class ContoursLayer extends PaintedLayer {
  #rings: readonly PlacedRing[] = [];
  readonly #picture = new ViewPicture((context, area) => this.#draw(context, area));

  constructor(polygons: readonly Polygon[] = []) {
    super();
    this.show(polygons);
  }

  /** @param polygons - in level-0 pixels, rings closed. */
  show(polygons: readonly Polygon[]): void {
    this.#rings = polygons.flatMap(({ shell, holes }) => [
      { points: shell, box: boxOf(shell), isHole: false },
      ...holes.map((hole) => ({ points: hole, box: boxOf(hole), isHole: true })),
    ]);
    this.#picture.forget();
    this.changed();
  }

  protected override paintVisible(context: Context2d, frame: FrameView): void {
    if (this.#rings.length === 0) return;
    this.#picture.draw(context, frame);
  }

  #draw(context: Context2d, { box, scale, pixelRatio, origin }: PictureArea): void {
    const width = WIDTH_CSS_PX * pixelRatio;
    const halo = width + 2 * HALO_CSS_PX * pixelRatio;
    // A line's half width may reach in from outside.
    const near = scaled(
      { left: box.left - halo, top: box.top - halo, right: box.right + halo, bottom: box.bottom + halo },
      1 / scale,
    );
    const visible = this.#rings.filter((ring) => touches(ring.box, near));
    const paths = [false, true].map((isHole) => {
      const path = new Path2D();
      for (const ring of visible) if (ring.isHole === isHole) trace(path, ring.points, origin, scale, near);
      return path;
    });
    const [left, top] = [box.left - origin.left, box.top - origin.top];
    const [boxWidth, boxHeight] = [box.right - box.left, box.bottom - box.top];
    context.save();
    context.beginPath();
    context.rect(left, top, boxWidth, boxHeight);
    context.clip();
    context.clearRect(left, top, boxWidth, boxHeight);
    context.lineJoin = "round";
    context.strokeStyle = HALO;
    context.lineWidth = halo;
    for (const path of paths) context.stroke(path);
    context.lineWidth = width;
    context.strokeStyle = SHELL;
    context.stroke(paths[0]!);
    context.strokeStyle = HOLE;
    context.stroke(paths[1]!);
    context.restore();
  }
}

/** Adds what shows of a ring: stretches outside the view are left out, steps too small to see are taken together. */
function trace(
  path: Path2D,
  points: Ring,
  { left, top }: Pick<PixelBox, "left" | "top">,
  scale: number,
  near: SlideBox,
): void {
  const minStep = MIN_STEP_DEVICE_PX / scale;
  let lastX = points[0]!;
  let lastY = points[1]!;
  let isDown = false;
  for (let at = 2; at < points.length; at += 2) {
    const x = points[at]!;
    const y = points[at + 1]!;
    const isEnd = at === points.length - 2;
    if (!isEnd && Math.abs(x - lastX) < minStep && Math.abs(y - lastY) < minStep) continue;
    const isOutside =
      (x < near.left && lastX < near.left) ||
      (x > near.right && lastX > near.right) ||
      (y < near.top && lastY < near.top) ||
      (y > near.bottom && lastY > near.bottom);
    if (isOutside) isDown = false;
    else {
      if (!isDown) path.moveTo(lastX * scale - left, lastY * scale - top);
      path.lineTo(x * scale - left, y * scale - top);
      isDown = true;
    }
    lastX = x;
    lastY = y;
  }
}

function boxOf(points: Ring): SlideBox {
  const { x0, y0, x1, y1 } = ringBounds(points);
  return { left: x0, top: y0, right: x1, bottom: y1 };
}

function touches(a: SlideBox, b: SlideBox): boolean {
  return a.left <= b.right && b.left <= a.right && a.top <= b.bottom && b.top <= a.bottom;
}
