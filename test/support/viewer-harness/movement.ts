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
  p95Ms: number;
  longestMs: number;
  /** Time the page itself spends on a frame. */
  busyMs: number;
}

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
  const begin = await nextFrame();
  let previous = begin;
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
    p95Ms: intervals[Math.floor(intervals.length * 0.95)]!,
    longestMs: intervals.at(-1)!,
    busyMs: busy / intervals.length,
  };
}
