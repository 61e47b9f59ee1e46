import { openSlide } from "#slide";
import { ContoursLayer, Overview, PatchGridLayer, ScoreLayer, Viewer } from "#viewer";
import { PositionSlide } from "../position-slide.ts";
import { type Movement, move, type Smoothness } from "./movement.ts";

/** What scripts outside the page use. */
export interface HarnessGlobals {
  viewer: Viewer;
  move: (movement: Movement) => Promise<Smoothness>;
}

/**
 * A page with nothing but the viewer: `?slide=URL` shows a slide, else one in memory; `?renderer=` as in `ViewerOptions`;
 * `?layer=grid|scores|contours` lays that many patches (`?patches=`) or points over it.
 */
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

const count = Number(query.get("patches") ?? 200_000);
/** Level-0 pixels: 200,000 of them fit on a slide of this shape. */
const side = Math.floor(slide.width / 560);
const layer = query.get("layer");
if (layer === "grid") viewer.addLayer(new PatchGridLayer(squares(count), side));
if (layer === "scores") {
  const scores = new ScoreLayer(squares(count), side);
  scores.show(Float32Array.from({ length: count }, (_, index) => (index % 997) / 997));
  scores.chosen = 12_345;
  viewer.addLayer(scores);
}
if (layer === "contours") viewer.addLayer(new ContoursLayer([{ shell: wavyRing(20_000), holes: [] }]));

/** A grid over most of the slide, with every seventh square left out. */
function squares(wanted: number): Int32Array {
  const columns = Math.ceil(Math.sqrt(wanted * 1.25 * 1.17));
  const coords = new Int32Array(wanted * 2);
  for (let index = 0, at = 0; at < coords.length; index++) {
    if (index % 7 === 3) continue;
    coords[at++] = 2 * side + (index % columns) * side;
    coords[at++] = 2 * side + Math.floor(index / columns) * side;
  }
  return coords;
}

function wavyRing(points: number): Float64Array {
  const ring = new Float64Array((points + 1) * 2);
  const { width, height } = slide;
  for (let at = 0; at <= points; at++) {
    const angle = ((at % points) / points) * 2 * Math.PI;
    const radius = width * (0.3 + 0.02 * Math.sin(angle * 60) + 0.0004 * Math.sin(angle * 4000));
    ring[at * 2] = width / 2 + radius * Math.cos(angle);
    ring[at * 2 + 1] = height / 2 + radius * Math.sin(angle);
  }
  return ring;
}
