import { Gesture } from "@use-gesture/vanilla";
import { normalAngle, type Point } from "../viewport.ts";
import { isTyping } from "./is-typing.ts";
import type { ViewControl } from "./view-control.ts";
import { WheelReader, type WheelWish } from "./wheel-reader.ts";
import { ZoomBox } from "./zoom-box.ts";

/** What a drag does, decided when it begins. */
type DragMode = "pan" | "rotate" | "box";

const LEFT_BUTTON = 1;
const RIGHT_BUTTON = 2;
const MIDDLE_BUTTON = 4;
const ROTATION_STEP_RAD = Math.PI / 12;
const DOUBLE_TAP_MS = 350;
const DOUBLE_TAP_CSS_PX = 24;
const DOUBLE_TAP_ZOOM = 2;
/** The speed of a flick is taken over the last moments, so that stopping before letting go stops the slide. */
const FLICK_WINDOW_MS = 80;
const MIN_FLICK_CSS_PX_PER_MS = 0.2;
/** Two fingers always turn a little while they spread; below this it is not meant. */
const MIN_PINCH_TURN_RAD = Math.PI / 15;

interface Sample extends Point {
  readonly time: number;
}

/** Moves the view by mouse, trackpad, pen and fingers. */
export class PanZoom {
  readonly #element: HTMLElement;
  readonly #control: ViewControl;
  readonly #gesture: Gesture;
  readonly #wheel = new WheelReader();
  readonly #listeners = new AbortController();
  #mode: DragMode = "pan";
  #samples: Sample[] = [];
  #box: ZoomBox | undefined;
  #lastTap: Sample | undefined;
  #spaceHeld = false;
  /** Of a right-drag: where the slide stood when it began, and how far the pointer has gone around. */
  #turn = { start: 0, angle: 0, last: 0 };
  #pinch = { distance: 1, angle: 0, origin: { x: 0, y: 0 }, turned: 0, turning: false };

  constructor(element: HTMLElement, control: ViewControl) {
    this.#element = element;
    this.#control = control;
    this.#gesture = new Gesture(
      element,
      {
        onDrag: ({ xy, initial, event, first, last, tap, canceled, pinching, cancel }) => {
          if (pinching) {
            cancel();
            this.#endDrag();
            return;
          }
          const pointer = event as PointerEvent;
          const at = this.#local(xy);
          if (tap) this.#tapped(at, pointer);
          else if (last) this.#released(pointer, canceled);
          else if (first) this.#started(this.#local(initial), at, pointer);
          else this.#dragged(at, pointer);
        },
        onPinch: ({ first, last, origin, da: [distance, angle] }) => {
          const at = { origin: this.#local(origin), distance, angle: (angle * Math.PI) / 180 };
          if (first) this.#pinch = { ...at, turned: 0, turning: false };
          else if (!last) this.#pinched(at);
        },
      },
      {
        drag: {
          filterTaps: true,
          pointer: { buttons: [LEFT_BUTTON, RIGHT_BUTTON, MIDDLE_BUTTON], keys: false },
        },
        // The wheel is read by `WheelReader`, which knows a pinch on a trackpad too.
        pinch: { pinchOnWheel: false },
      },
    );
    const { signal } = this.#listeners;
    element.addEventListener("wheel", this.#wheeled, { passive: false, signal });
    element.addEventListener("pointerdown", () => control.stop(), { signal });
    // The right button turns the slide; on some systems the menu would open before one could.
    element.addEventListener("contextmenu", (event) => event.preventDefault(), { signal });
    // The middle button pans; Windows would start its own scrolling.
    element.addEventListener("mousedown", (event) => event.button === 1 && event.preventDefault(), { signal });
    window.addEventListener("keydown", this.#keyed, { signal });
    window.addEventListener("keyup", this.#keyed, { signal });
    window.addEventListener("blur", () => this.#holdSpace(false), { signal });
  }

  destroy(): void {
    this.#gesture.destroy();
    this.#listeners.abort();
    this.#endDrag();
  }

  #local([x, y]: readonly [number, number]): Point {
    const { left, top } = this.#element.getBoundingClientRect();
    return { x: x - left, y: y - top };
  }

  #started(initial: Point, at: Point, event: PointerEvent): void {
    this.#mode = this.#modeOf(event);
    this.#samples = [{ ...initial, time: event.timeStamp }];
    if (this.#mode === "box") this.#box = new ZoomBox(this.#element, initial);
    if (this.#mode === "rotate") {
      this.#turn = { start: this.#control.view.rotation, angle: 0, last: this.#bearing(initial) };
    }
    this.#element.style.cursor = this.#mode === "box" ? "zoom-in" : "grabbing";
    this.#dragged(at, event);
  }

  #modeOf({ buttons, altKey }: PointerEvent): DragMode {
    if (this.#spaceHeld || buttons === MIDDLE_BUTTON) return "pan";
    if (buttons === RIGHT_BUTTON) return "rotate";
    return altKey ? "box" : "pan";
  }

  #dragged(at: Point, event: PointerEvent): void {
    if (this.#mode === "box") this.#box?.pull(at);
    else if (this.#mode === "rotate") this.#rotate(at, event.shiftKey);
    else {
      const before = this.#samples.at(-1) ?? at;
      this.#control.panBy(before.x - at.x, before.y - at.y);
    }
    this.#samples.push({ ...at, time: event.timeStamp });
    while (this.#samples[1] && event.timeStamp - this.#samples[0]!.time > FLICK_WINDOW_MS) this.#samples.shift();
  }

  #rotate(at: Point, inSteps: boolean): void {
    const bearing = this.#bearing(at);
    this.#turn.angle += normalAngle(bearing - this.#turn.last);
    this.#turn.last = bearing;
    const rotation = this.#turn.start + this.#turn.angle;
    const stepped = Math.round(rotation / ROTATION_STEP_RAD) * ROTATION_STEP_RAD;
    this.#control.setView({ rotation: inSteps ? stepped : rotation });
  }

  /** Direction from the middle of the view. */
  #bearing({ x, y }: Point): number {
    return Math.atan2(y - this.#control.size.height / 2, x - this.#control.size.width / 2);
  }

  #released(event: PointerEvent, canceled: boolean): void {
    if (!canceled) {
      if (this.#mode === "box") this.#box?.zoom(this.#control);
      if (this.#mode === "pan") this.#flick(event.timeStamp);
    }
    this.#endDrag();
  }

  #flick(now: number): void {
    const recent = this.#samples.filter(({ time }) => now - time <= FLICK_WINDOW_MS);
    const first = recent[0];
    const last = recent.at(-1);
    if (!first || !last || last.time <= first.time) return;
    const vx = (last.x - first.x) / (now - first.time);
    const vy = (last.y - first.y) / (now - first.time);
    if (Math.hypot(vx, vy) >= MIN_FLICK_CSS_PX_PER_MS) this.#control.flick(-vx, -vy);
  }

  #endDrag(): void {
    this.#box?.remove();
    this.#box = undefined;
    this.#samples = [];
    this.#element.style.cursor = this.#spaceHeld ? "grab" : "";
  }

  /** Two taps at one place zoom; a single one never does, but may choose what lies there. */
  #tapped(at: Point, { timeStamp, button }: PointerEvent): void {
    this.#endDrag();
    const before = this.#lastTap;
    this.#lastTap = undefined;
    if (button !== 0) return;
    const isDouble =
      before &&
      timeStamp - before.time < DOUBLE_TAP_MS &&
      Math.hypot(at.x - before.x, at.y - before.y) < DOUBLE_TAP_CSS_PX;
    if (isDouble) this.#control.zoomBy(DOUBLE_TAP_ZOOM, at, { animate: true });
    else {
      this.#lastTap = { ...at, time: timeStamp };
      this.#control.press(at);
    }
  }

  #pinched({ origin, distance, angle }: { origin: Point; distance: number; angle: number }): void {
    const before = this.#pinch;
    this.#control.panBy(before.origin.x - origin.x, before.origin.y - origin.y);
    this.#control.zoomBy(distance / before.distance, origin);
    const turn = normalAngle(angle - before.angle);
    const turned = before.turned + turn;
    const turning = before.turning || Math.abs(turned) > MIN_PINCH_TURN_RAD;
    if (before.turning) this.#control.rotateBy(turn, origin);
    this.#pinch = { distance, angle, origin, turned, turning };
  }

  #wheeled = (event: WheelEvent): void => {
    event.preventDefault();
    const wish: WheelWish = this.#wheel.read(event);
    if (wish.kind === "pan") {
      this.#control.panBy(wish.dx, wish.dy);
    } else {
      this.#control.zoomBy(wish.factor, this.#local([event.clientX, event.clientY]), { animate: wish.stepped });
    }
  };

  #keyed = (event: KeyboardEvent): void => {
    if (event.code !== "Space") return;
    const mayHold = event.type === "keydown" && this.#isOurs();
    // The page must not scroll, but a button that has the focus must be pressed by it.
    if (mayHold) event.preventDefault();
    this.#holdSpace(mayHold);
  };

  #isOurs(): boolean {
    const { activeElement } = document;
    return (
      !isTyping(activeElement) && (activeElement === document.body || activeElement === this.#element.parentElement)
    );
  }

  #holdSpace(held: boolean): void {
    this.#spaceHeld = held;
    if (this.#samples.length === 0) this.#element.style.cursor = held ? "grab" : "";
  }
}
