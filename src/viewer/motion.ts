import { normalAngle, panned, type Size, type ViewState } from "./viewport.ts";

/** A movement of the view that goes on by itself, one step a frame. */
export interface Motion {
  /** Where it will end as far as is known now: what is worth reading. */
  destination(view: ViewState): ViewState;
  /** The view `elapsedMs` later. The last step of a motion that is over ends exactly at its destination. */
  step(view: ViewState, size: Size, elapsedMs: number): { view: ViewState; over: boolean };
}

/** Time in which the rest of the way shrinks to 1/e: 95 % done after 100 ms, which still reads as a movement. */
const EASE_MS = 32;
/** Time in which a flick slows to 1/e of its speed; long enough to glide a screen, short enough not to drift. */
const FRICTION_MS = 280;
const MIN_SPEED_CSS_PX_PER_MS = 0.02;
/** Less than this is no movement anybody sees. */
const MIN_WAY_CSS_PX = 0.3;
const MIN_ZOOM = 0.0015;
const MIN_TURN_RAD = 0.001;

/**
 * Glides to `end`, fast first. Only the rest of the way decides each step, so a new end in the middle of a glide (the
 * next wheel notch) bends it without a jerk.
 */
export function glideTo(end: ViewState): Motion {
  return {
    destination: () => end,
    step(view, _size, elapsedMs) {
      const share = 1 - Math.exp(-elapsedMs / EASE_MS);
      const zoom = Math.log(end.downsample / view.downsample);
      const turn = normalAngle(end.rotation - view.rotation);
      const way = Math.hypot(end.centerX - view.centerX, end.centerY - view.centerY) / end.downsample;
      const rest = 1 - share;
      if (way * rest < MIN_WAY_CSS_PX && Math.abs(zoom) * rest < MIN_ZOOM && Math.abs(turn) * rest < MIN_TURN_RAD) {
        return { view: end, over: true };
      }
      const downsample = view.downsample * Math.exp(zoom * share);
      // With the centre moved in step with the scale there is one point on the screen that stands still all the way:
      // the one under the pointer.
      const moved =
        Math.abs(zoom) > MIN_ZOOM ? (downsample - view.downsample) / (end.downsample - view.downsample) : share;
      return {
        view: {
          centerX: view.centerX + (end.centerX - view.centerX) * moved,
          centerY: view.centerY + (end.centerY - view.centerY) * moved,
          downsample,
          rotation: normalAngle(view.rotation + turn * share),
        },
        over: false,
      };
    },
  };
}

/** Goes on panning at a speed (CSS px per ms, the sense of `panned`) and comes to rest by friction. */
export function slide(velocityX: number, velocityY: number): Motion {
  let vx = velocityX;
  let vy = velocityY;
  return {
    destination: (view) => panned(view, vx * FRICTION_MS, vy * FRICTION_MS),
    step(view, _size, elapsedMs) {
      const left = Math.exp(-elapsedMs / FRICTION_MS);
      const reach = FRICTION_MS * (1 - left);
      const next = panned(view, vx * reach, vy * reach);
      vx *= left;
      vy *= left;
      return { view: next, over: Math.hypot(vx, vy) < MIN_SPEED_CSS_PX_PER_MS };
    },
  };
}
