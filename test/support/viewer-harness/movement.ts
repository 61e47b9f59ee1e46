import type { Viewer, ViewState } from "#viewer";

/** A steady movement, each value applied once a frame. */
export interface Movement {
  start: Partial<ViewState>;
  dx: number;
  dy: number;
  zoom: number;
  turn: number;
  ms: number;
}

export interface Smoothness {
  fps: number;
  frames: number;
  /** Frames that the screen could have shown and that did not come in time. */
  dropped: number;
  p95Ms: number;
  longestMs: number;
  /** Time the page itself spends on a frame. */
  busyMs: number;
}

/** By these the screen's own rate is told, while nothing moves. */
const STILL_FRAMES = 20;

/** Moves the view for a while and tells how smoothly that went. */
export async function move(viewer: Viewer, movement: Movement): Promise<Smoothness> {
  const { slide } = viewer;
  viewer.setView({ centerX: slide!.width / 3, centerY: slide!.height / 3, rotation: 0, ...movement.start });
  await new Promise<void>((resolve) => {
    const off = viewer.on("settled", () => {
      off();
      resolve();
    });
    setTimeout(resolve, 3000);
  });
  const nextFrame = () => new Promise<number>((resolve) => requestAnimationFrame(resolve));
  const intervals: number[] = [];
  let busy = 0;
  let previous = await nextFrame();
  const still: number[] = [];
  while (still.length < STILL_FRAMES) {
    const now = await nextFrame();
    still.push(now - previous);
    previous = now;
  }
  const screenMs = still.sort((a, b) => a - b)[still.length >> 1]!;
  const begin = previous;
  while (previous - begin < movement.ms) {
    // Forth and back, so that no movement runs into the edge.
    const sign = (previous - begin) % movement.ms < movement.ms / 2 ? 1 : -1;
    viewer.panBy(movement.dx * sign, movement.dy * sign);
    if (movement.zoom !== 1) viewer.zoomBy(movement.zoom ** sign);
    if (movement.turn !== 0) viewer.rotateBy(movement.turn);
    const drawn = performance.now();
    // The viewer's own frame was asked for first and comes first.
    const now = await nextFrame();
    busy += performance.now() - Math.max(now, drawn);
    intervals.push(now - previous);
    previous = now;
  }
  intervals.sort((a, b) => a - b);
  return {
    fps: (intervals.length * 1000) / (previous - begin),
    frames: intervals.length,
    dropped: intervals.reduce((sum, interval) => sum + Math.max(0, Math.round(interval / screenMs) - 1), 0),
    p95Ms: intervals[Math.floor(intervals.length * 0.95)]!,
    longestMs: intervals.at(-1)!,
    busyMs: busy / intervals.length,
  };
}
