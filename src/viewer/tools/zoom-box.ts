import type { Point } from "../viewport.ts";
import type { ViewControl } from "./view-control.ts";

/** Smaller than this it was no box but a slip. */
const MIN_BOX_CSS_PX = 8;

/** The frame drawn while a box to zoom to is pulled up. */
export class ZoomBox {
  readonly #frame = document.createElement("div");
  readonly #from: Point;
  #to: Point;

  constructor(parent: HTMLElement, from: Point) {
    this.#from = from;
    this.#to = from;
    const { style } = this.#frame;
    style.position = "absolute";
    style.pointerEvents = "none";
    style.boxSizing = "border-box";
    // Light and dark, to be seen on any tissue.
    style.border = "1px solid #fff";
    style.outline = "1px solid #000";
    parent.append(this.#frame);
  }

  pull(to: Point): void {
    this.#to = to;
    const { style } = this.#frame;
    style.left = `${Math.min(this.#from.x, to.x)}px`;
    style.top = `${Math.min(this.#from.y, to.y)}px`;
    style.width = `${Math.abs(to.x - this.#from.x)}px`;
    style.height = `${Math.abs(to.y - this.#from.y)}px`;
  }

  /** Shows what is in the box as large as it goes. */
  zoom(control: ViewControl): void {
    const width = Math.abs(this.#to.x - this.#from.x);
    const height = Math.abs(this.#to.y - this.#from.y);
    if (Math.max(width, height) < MIN_BOX_CSS_PX) return;
    const center = control.toSlide((this.#from.x + this.#to.x) / 2, (this.#from.y + this.#to.y) / 2);
    const share = Math.max(width / control.size.width, height / control.size.height);
    const downsample = control.view.downsample * share;
    control.setView({ centerX: center.x, centerY: center.y, downsample }, { animate: true });
  }

  remove(): void {
    this.#frame.remove();
  }
}
