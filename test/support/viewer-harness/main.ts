import { openSlide } from "#slide";
import { Overview, Viewer } from "#viewer";
import { PositionSlide } from "../position-slide.ts";
import { type Movement, move, type Smoothness } from "./movement.ts";

/** What scripts outside the page use. */
export interface HarnessGlobals {
  viewer: Viewer;
  move: (movement: Movement) => Promise<Smoothness>;
}

/** A page with nothing but the viewer: `?slide=URL` shows a slide, else one in memory; `?renderer=` as in `ViewerOptions`. */
const query = new URLSearchParams(location.search);
const renderer = query.get("renderer");
const viewer = new Viewer(document.querySelector<HTMLElement>("#viewer")!, {
  renderer: renderer === "webgl2" || renderer === "canvas2d" ? renderer : "auto",
});
new Overview(document.querySelector<HTMLElement>("#overview")!, viewer);
Object.assign(globalThis, { viewer, move: (movement) => move(viewer, movement) } satisfies HarnessGlobals);
const url = query.get("slide");
const slide = url
  ? await openSlide(new URL(url, location.href))
  : new PositionSlide({
      width: 100_000,
      height: 80_000,
      downsamples: [1, 4.0001, 16.003, 32.01],
      tilePx: 256,
      unit: 64,
      readMs: 4,
      workers: 2,
      objectivePower: 40,
    });
viewer.open(slide);
