import { downsampleFor } from "../magnification.ts";
import { isTyping } from "./is-typing.ts";
import type { ViewControl } from "./view-control.ts";

/** The digits 1 to 6; 7 is as far in as it goes. */
export const MAGNIFICATION_STEPS = [1, 2, 5, 10, 20, 40] as const;

const ZOOM_STEP = Math.SQRT2;
const PAN_SHARE = 0.25;
const SMALLEST_DOWNSAMPLE = Number.MIN_VALUE;

/** Moves the view by keys while the container, or nothing at all, has the focus. */
export class ViewKeys {
  readonly #container: HTMLElement;
  readonly #control: ViewControl;

  constructor(container: HTMLElement, control: ViewControl) {
    this.#container = container;
    this.#control = control;
    window.addEventListener("keydown", this.#pressed);
  }

  destroy(): void {
    window.removeEventListener("keydown", this.#pressed);
  }

  #pressed = (event: KeyboardEvent): void => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || !this.#hasFocus()) return;
    if (this.#control.slide && this.#move(event.key)) event.preventDefault();
  };

  #hasFocus(): boolean {
    const { activeElement } = document;
    if (isTyping(activeElement)) return false;
    return activeElement === document.body || activeElement === null || activeElement === this.#container;
  }

  /** @returns whether the key was one of ours. */
  #move(key: string): boolean {
    const control = this.#control;
    const { width, height } = control.size;
    const glide = { animate: true };
    switch (key) {
      case "ArrowLeft":
        control.panBy(-width * PAN_SHARE, 0, glide);
        return true;
      case "ArrowRight":
        control.panBy(width * PAN_SHARE, 0, glide);
        return true;
      case "ArrowUp":
        control.panBy(0, -height * PAN_SHARE, glide);
        return true;
      case "ArrowDown":
        control.panBy(0, height * PAN_SHARE, glide);
        return true;
      case "+":
      case "=":
        control.zoomBy(ZOOM_STEP, undefined, glide);
        return true;
      case "-":
      case "_":
        control.zoomBy(1 / ZOOM_STEP, undefined, glide);
        return true;
      case "0":
        control.fit(glide);
        return true;
      case "7":
        control.setView({ downsample: SMALLEST_DOWNSAMPLE }, glide);
        return true;
      default:
        return this.#magnify(MAGNIFICATION_STEPS[Number(key) - 1]);
    }
  }

  #magnify(magnification: number | undefined): boolean {
    const { scale } = this.#control;
    const downsample = scale && magnification !== undefined ? downsampleFor(scale, magnification) : undefined;
    if (downsample === undefined) return false;
    this.#control.setView({ downsample }, { animate: true });
    return true;
  }
}
