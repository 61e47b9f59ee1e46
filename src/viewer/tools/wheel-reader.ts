/** What a wheel event asks for. */
export type WheelWish =
  | { readonly kind: "pan"; readonly dx: number; readonly dy: number }
  /** `stepped`: a notched wheel, whose jumps want easing; a pinch on a trackpad is smooth by itself. */
  | { readonly kind: "zoom"; readonly factor: number; readonly stepped: boolean };

/** The fields of a `WheelEvent` that tell. */
export type WheelFacts = Pick<WheelEvent, "deltaX" | "deltaY" | "deltaMode" | "ctrlKey" | "metaKey" | "timeStamp"> & {
  readonly wheelDeltaY?: number;
};

/** A pause this long ends a gesture; what comes then is looked at anew. */
const GESTURE_GAP_MS = 250;
const DELTA_PER_NOTCH_PX = 100;
/** Firefox reports a notch as three lines. */
const LINES_PER_NOTCH = 3;
const ZOOM_PER_NOTCH = Math.SQRT2;
const MAX_NOTCHES_PER_EVENT = 3;
/** Octaves per pixel of a trackpad pinch, the pace of other map viewers. */
const OCTAVES_PER_PINCH_PX = 0.02;

/**
 * Tells a mouse wheel (zooms), two fingers moving on a trackpad (pans) and a trackpad pinch (zooms) apart. The browser
 * does not say which it was, but a wheel turns in notches, and only vertically; the first event of a gesture decides
 * for all of it, since the fingers may now and then hit a notch's number.
 */
export class WheelReader {
  #isTrackpad = false;
  #previous = Number.NEGATIVE_INFINITY;

  read(event: WheelFacts): WheelWish {
    const isPinch = event.ctrlKey && !hasNotchSize(event);
    if (isPinch) this.#isTrackpad = true;
    else if (event.timeStamp - this.#previous > GESTURE_GAP_MS) this.#isTrackpad = !isNotched(event);
    // A wheel never moves sideways and down at once.
    if (event.deltaX !== 0 && event.deltaY !== 0) this.#isTrackpad = true;
    this.#previous = event.timeStamp;
    if (isPinch) return { kind: "zoom", factor: 2 ** (-event.deltaY * OCTAVES_PER_PINCH_PX), stepped: false };
    // Shift turns a wheel sideways in some browsers: then it pans.
    if ((this.#isTrackpad && !event.ctrlKey && !event.metaKey) || event.deltaY === 0) {
      const scale = event.deltaMode === 0 ? 1 : DELTA_PER_NOTCH_PX / LINES_PER_NOTCH;
      return { kind: "pan", dx: event.deltaX * scale, dy: event.deltaY * scale };
    }
    return { kind: "zoom", factor: ZOOM_PER_NOTCH ** -notches(event), stepped: true };
  }
}

function isNotched({ deltaX, deltaY, deltaMode, wheelDeltaY }: WheelFacts): boolean {
  if (deltaMode !== 0) return true;
  if (deltaX !== 0 || deltaY === 0) return false;
  // The old field counts 120 per notch whatever the system's speed setting does to `deltaY`.
  if (wheelDeltaY) return wheelDeltaY % 120 === 0 && wheelDeltaY !== -3 * deltaY;
  return hasNotchSize({ deltaY, deltaMode });
}

/** All there is to go by in a pinch, where Chromium sets the old field to a notch whatever the fingers do. */
function hasNotchSize({ deltaY, deltaMode }: Pick<WheelFacts, "deltaY" | "deltaMode">): boolean {
  return deltaMode !== 0 || (Number.isInteger(deltaY) && Math.abs(deltaY) >= 50);
}

function notches({ deltaY, deltaMode, wheelDeltaY }: WheelFacts): number {
  const count =
    wheelDeltaY && wheelDeltaY % 120 === 0
      ? -wheelDeltaY / 120
      : deltaY / (deltaMode === 0 ? DELTA_PER_NOTCH_PX : LINES_PER_NOTCH);
  return Math.min(Math.max(count, -MAX_NOTCHES_PER_EVENT), MAX_NOTCHES_PER_EVENT);
}
