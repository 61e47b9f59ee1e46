import { describe, expect, it } from "vitest";
import {
  clamped,
  contains,
  fitted,
  fittedToBox,
  isInView,
  normalAngle,
  panned,
  rotatedAt,
  snapped,
  toScreen,
  toSlide,
  type ViewState,
  visibleBox,
  visibleCorners,
  zoomedAt,
  zoomLimits,
} from "../../../src/viewer/viewport.ts";

const SIZE = { width: 1440, height: 900 };
const VIEW: ViewState = { centerX: 200_123.25, centerY: 150_456.75, downsample: 0.37, rotation: 0.6 };
const TURNS = [0, 0.3, Math.PI / 2, 2.5, -1.2];

function close(a: { x: number; y: number }, b: { x: number; y: number }, digits = 6): void {
  expect(a.x).toBeCloseTo(b.x, digits);
  expect(a.y).toBeCloseTo(b.y, digits);
}

describe("screen and slide points", () => {
  it.each(TURNS)("are inverse to each other, turned by %f", (rotation) => {
    const view = { ...VIEW, rotation };
    close(toScreen(view, SIZE, toSlide(view, SIZE, { x: 17, y: 803 })), { x: 17, y: 803 });
  });

  it("show the centre of the view in the middle of the container", () => {
    close(toScreen(VIEW, SIZE, { x: VIEW.centerX, y: VIEW.centerY }), { x: 720, y: 450 });
  });

  it("turn the slide clockwise", () => {
    const view = { centerX: 0, centerY: 0, downsample: 2, rotation: Math.PI / 2 };
    // What is to the right on the slide is below the middle on the screen.
    close(toScreen(view, SIZE, { x: 20, y: 0 }), { x: 720, y: 460 });
  });
});

describe("movements", () => {
  it.each(TURNS)("keep the slide point under the pointer when zooming, turned by %f", (rotation) => {
    const view = { ...VIEW, rotation };
    const at = { x: 100, y: 800 };
    const after = zoomedAt(view, SIZE, 1.7, at);
    expect(after.downsample).toBeCloseTo(view.downsample / 1.7, 12);
    close(toSlide(after, SIZE, at), toSlide(view, SIZE, at), 5);
  });

  it("keep the slide point under the pointer when turning", () => {
    const at = { x: 1300, y: 20 };
    const after = rotatedAt(VIEW, SIZE, 0.4, at);
    expect(after.rotation).toBeCloseTo(1.0, 12);
    close(toSlide(after, SIZE, at), toSlide(VIEW, SIZE, at), 5);
  });

  it.each(TURNS)("pan like a scroll, turned by %f", (rotation) => {
    const view = { ...VIEW, rotation };
    const after = panned(view, 30, -12);
    close(toScreen(after, SIZE, toSlide(view, SIZE, { x: 500, y: 500 })), { x: 470, y: 512 });
  });

  it("come back to the very same view after many pans there and back", () => {
    let view = { ...VIEW, rotation: 0 };
    for (let i = 0; i < 1000; i++) view = panned(panned(view, 3.3, 7.7), -3.3, -7.7);
    expect(view.centerX).toBeCloseTo(VIEW.centerX, 6);
    expect(view.centerY).toBeCloseTo(VIEW.centerY, 6);
  });
});

describe("limits", () => {
  const slide = { width: 100_000, height: 60_000 };

  it("fit shows all of the slide, whatever its turn", () => {
    for (const rotation of TURNS) {
      const view = fitted(slide, SIZE, rotation);
      for (const corner of [
        { x: 0, y: 0 },
        { x: slide.width, y: 0 },
        { x: slide.width, y: slide.height },
        { x: 0, y: slide.height },
      ]) {
        const { x, y } = toScreen(view, SIZE, corner);
        expect(x).toBeGreaterThan(0);
        expect(x).toBeLessThan(SIZE.width);
        expect(y).toBeGreaterThan(0);
        expect(y).toBeLessThan(SIZE.height);
      }
    }
  });

  it("fits a box with its middle in the middle", () => {
    const view = fittedToBox({ left: 1000, top: 2000, right: 3000, bottom: 2500 }, SIZE, 0);
    expect(view).toMatchObject({ centerX: 2000, centerY: 2250 });
    expect(2000 / view.downsample).toBeLessThan(SIZE.width);
    expect(2000 / view.downsample).toBeGreaterThan(SIZE.width * 0.9);
  });

  it("zoom in to eight device pixels a slide pixel and out to half the fit", () => {
    const limits = zoomLimits(slide, SIZE, 2);
    expect(limits.min).toBe(0.25);
    expect(limits.max).toBeCloseTo(fitted(slide, SIZE, 0).downsample * 2, 9);
    expect(clamped({ ...VIEW, downsample: 1e-9 }, slide, limits).downsample).toBe(limits.min);
    expect(clamped({ ...VIEW, downsample: 1e9 }, slide, limits).downsample).toBe(limits.max);
  });

  it("allow a slide smaller than the container to be fitted", () => {
    const small = { width: 40, height: 30 };
    expect(zoomLimits(small, SIZE, 1).min).toBe(fitted(small, SIZE, 0).downsample);
  });

  it("never lose the slide", () => {
    const limits = zoomLimits(slide, SIZE, 1);
    const view = clamped({ ...VIEW, centerX: -1e7, centerY: 1e7, downsample: 1 }, slide, limits);
    expect(isInView(view, SIZE, { left: 0, top: 0, right: slide.width, bottom: slide.height })).toBe(true);
  });

  it("stay finite in a container without a size", () => {
    const view = fitted(slide, { width: 0, height: 0 }, 0);
    expect(Number.isFinite(view.downsample)).toBe(true);
  });
});

describe("what is visible", () => {
  it.each(TURNS)("lies in the visible box, turned by %f", (rotation) => {
    const view = { ...VIEW, rotation };
    const box = visibleBox(view, SIZE);
    for (const corner of visibleCorners(view, SIZE)) {
      expect(corner.x).toBeGreaterThanOrEqual(box.left - 1e-6);
      expect(corner.x).toBeLessThanOrEqual(box.right + 1e-6);
      expect(corner.y).toBeGreaterThanOrEqual(box.top - 1e-6);
      expect(corner.y).toBeLessThanOrEqual(box.bottom + 1e-6);
    }
  });

  it("leaves out the corners of a turned view's box", () => {
    const view = { centerX: 0, centerY: 0, downsample: 1, rotation: Math.PI / 4 };
    const box = visibleBox(view, { width: 1000, height: 1000 });
    const corner = { left: box.left, top: box.top, right: box.left + 100, bottom: box.top + 100 };
    expect(isInView(view, { width: 1000, height: 1000 }, corner)).toBe(false);
    expect(isInView(view, { width: 1000, height: 1000 }, { left: -5, top: -5, right: 5, bottom: 5 })).toBe(true);
  });
});

it("a box holds another where no side of it sticks out, its own edges among it", () => {
  const box = { left: 0, top: 0, right: 10, bottom: 10 };
  expect(contains(box, box)).toBe(true);
  for (const [side, at] of Object.entries({ left: -1, top: -1, right: 11, bottom: 11 })) {
    expect(contains(box, { ...box, [side]: at }), side).toBe(false);
  }
});

describe("snapping", () => {
  it.each([
    [1, 1],
    [1.5, 0.7],
    [2, 3.3],
    [1.25, 0.125],
  ])("puts the slide's grid on the screen's at pixel ratio %f and downsample %f", (pixelRatio, downsample) => {
    const view = { ...VIEW, rotation: 0, downsample };
    const after = snapped(view, SIZE, pixelRatio);
    const origin = toScreen(after, SIZE, { x: 0, y: 0 });
    expect(Math.abs(origin.x * pixelRatio - Math.round(origin.x * pixelRatio))).toBeLessThan(1e-6);
    expect(Math.abs(origin.y * pixelRatio - Math.round(origin.y * pixelRatio))).toBeLessThan(1e-6);
    expect(Math.abs(after.centerX - view.centerX) * (pixelRatio / downsample)).toBeLessThanOrEqual(0.5 + 1e-6);
  });

  it("leaves turned views alone", () => {
    expect(snapped(VIEW, SIZE, 1)).toBe(VIEW);
  });
});

it("gives every angle once", () => {
  expect(normalAngle(3 * Math.PI)).toBeCloseTo(Math.PI, 12);
  expect(normalAngle(-Math.PI)).toBeCloseTo(Math.PI, 12);
  expect(normalAngle(-0.1)).toBeCloseTo(-0.1, 12);
  expect(normalAngle(7)).toBeCloseTo(7 - 2 * Math.PI, 12);
});
