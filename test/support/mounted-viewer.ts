import { onTestFinished } from "vitest";
import type { Slide } from "#slide";
import { Viewer, type ViewerEvents, type ViewerOptions, type ViewState } from "#viewer";
import { positionColor } from "./position-slide.ts";

/** Grey, as no position is: red and green are never equal to blue over more than a few pixels. */
const SURROUND = [128, 128, 128] as const;

/** A container of so many CSS pixels in the page, gone when the test is over. */
export function mountContainer(width = 400, height = 300): HTMLDivElement {
  const container = document.createElement("div");
  container.style.width = `${width}px`;
  container.style.height = `${height}px`;
  container.style.background = `rgb(${SURROUND.join(" ")})`;
  document.body.append(container);
  onTestFinished(() => container.remove());
  return container;
}

/** A viewer in such a container. */
export function mountViewer(options: ViewerOptions, width?: number, height?: number): Viewer {
  const viewer = new Viewer(mountContainer(width, height), { reducedMotion: true, ...options });
  onTestFinished(() => viewer.destroy());
  return viewer;
}

/** Waits for the next event of that name. */
export function next<Name extends keyof ViewerEvents>(viewer: Viewer, name: Name): Promise<ViewerEvents[Name]> {
  return new Promise((resolve) => {
    const off = viewer.on(name, (value) => {
      off();
      resolve(value);
    });
  });
}

/** Opens the slide and waits until the view is sharp. */
export async function openSettled(viewer: Viewer, slide: Slide, view: Partial<ViewState>): Promise<void> {
  const settled = next(viewer, "settled");
  viewer.open(slide, view);
  await settled;
}

/**
 * Looks at every pixel that the viewer draws.
 * @param tolerance - colour steps. One step is `unit` level-0 pixels.
 * @param canvas - what it has drawn.
 * @returns what is wrong with the worst pixel inside and the worst one outside the slide, in words; undefined when all
 *   is right. The two pixels around the slide's edge may be either.
 */
export function wrongPixel(
  viewer: Viewer,
  unit: number,
  tolerance: number,
  canvas = viewer.capture(),
): string | undefined {
  const { width, height } = canvas;
  const { data } = canvas.getContext("2d")!.getImageData(0, 0, width, height);
  const slide = viewer.slide!;
  const ratio = width / viewer.size.width;
  const edge = (2 / ratio) * viewer.view.downsample;
  let worst = tolerance;
  let words: string | undefined;
  for (let py = 0, at = 0; py < height; py++) {
    for (let px = 0; px < width; px++, at += 4) {
      const { x, y } = viewer.toSlide((px + 0.5) / ratio, (py + 0.5) / ratio);
      const inside = Math.min(x, y, slide.width - x, slide.height - y);
      if (Math.abs(inside) < edge) continue;
      const expected = inside > 0 ? positionColor(x, y, unit) : SURROUND;
      const off = Math.max(...expected.map((value, c) => Math.abs(value - data[at + c]!)));
      if (off <= worst) continue;
      worst = off;
      const found = [...data.subarray(at, at + 3)];
      words = `pixel ${px},${py} (slide ${x.toFixed(1)},${y.toFixed(1)}) is ${found}, expected ${expected.map(Math.round)}`;
    }
  }
  return words;
}

/** Where an element stands in the page that input goes to: the test runs in a frame of it. */
export function pageOrigin(element: Element): { x: number; y: number; scale: number } {
  const { left, top } = element.getBoundingClientRect();
  const frame = window.frameElement;
  if (!frame) return { x: left, y: top, scale: 1 };
  const outer = frame.getBoundingClientRect();
  const scale = outer.width / frame.clientWidth;
  return { x: outer.left + left * scale, y: outer.top + top * scale, scale };
}
