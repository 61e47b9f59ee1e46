import { describe, expect, it, onTestFinished } from "vitest";
import { cdp } from "vitest/browser";
import { mountViewer, next, openSettled, wrongPixel } from "../../support/mounted-viewer.ts";
import { PositionSlide } from "../../support/position-slide.ts";

/**
 * A colour step is a device pixel wide. Half a step goes to the view's snapping to whole device pixels, half to tiles
 * that start on whole level-0 pixels, one to smoothing between texels up to 1.15 pixels wide, and one to rounding.
 */
const TOLERANCE = 3;
const BROKEN = [1, 4.0003, 16.013];
const EVEN = [1, 2, 4, 8, 16, 32];

const withLevels =
  (downsamples: readonly number[]) =>
  (downsample: number): [readonly number[], number] => [downsamples, downsample];

const RENDERERS = ["canvas2d", "webgl2"] as const;

describe.each(RENDERERS)("%s draws every pixel in its place", (renderer) => {
  it.each<[downsamples: readonly number[], downsample: number]>([
    ...[0.125, 0.3, 0.5, 0.77, 1, 1.3, 2, 2.7, 4, 4.0003, 5.9, 9, 16.013, 30].map(withLevels(BROKEN)),
    ...[0.25, 1, 1.9, 3, 8, 40].map(withLevels(EVEN)),
    ...[1, 3, 12].map(withLevels([1])),
  ])("of levels %j at downsample %f", async (downsamples, downsample) => {
    const unit = Math.max(1, downsample);
    const slide = new PositionSlide({ width: 20_011, height: 15_007, downsamples, tilePx: 240, unit, readMs: 0 });
    const viewer = mountViewer({ renderer });
    await openSettled(viewer, slide, { centerX: 7203.3, centerY: 5111.7, downsample });
    expect(viewer.renderer).toBe(renderer);
    expect(wrongPixel(viewer, unit, TOLERANCE)).toBeUndefined();
  });

  it.each([0.4, Math.PI / 2, 2, -2.9])("turned by %f", async (rotation) => {
    for (const downsample of [0.4, 1, 3.1, 11]) {
      const unit = Math.max(1, downsample);
      const slide = new PositionSlide({ width: 20_011, height: 15_007, downsamples: BROKEN, unit, readMs: 0 });
      const viewer = mountViewer({ renderer });
      await openSettled(viewer, slide, { centerX: 7203.3, centerY: 5111.7, downsample, rotation });
      expect(wrongPixel(viewer, unit, TOLERANCE)).toBeUndefined();
    }
  });

  it.each([
    [0, 0],
    [20_011, 15_007],
    [20_000, 30],
  ])("at the slide's edges, around %i, %i", async (centerX, centerY) => {
    for (const [downsample, rotation] of [
      [1, 0],
      [6.3, 0],
      [3, 0.5],
    ] as const) {
      const slide = new PositionSlide({
        width: 20_011,
        height: 15_007,
        downsamples: BROKEN,
        unit: downsample,
        readMs: 0,
      });
      const viewer = mountViewer({ renderer });
      await openSettled(viewer, slide, { centerX, centerY, downsample, rotation });
      expect(wrongPixel(viewer, downsample, TOLERANCE)).toBeUndefined();
    }
  });

  it.each([0.125, 1, 3.7, 16.013])("beyond 250,000 pixels, at downsample %f", async (downsample) => {
    const unit = Math.max(1, downsample);
    const slide = new PositionSlide({ width: 300_007, height: 280_001, downsamples: BROKEN, unit, readMs: 0 });
    const viewer = mountViewer({ renderer });
    await openSettled(viewer, slide, { centerX: 291_234.56, centerY: 271_003.2, downsample });
    expect(wrongPixel(viewer, unit, TOLERANCE)).toBeUndefined();
    // A pan by a pixel is a pixel there as well: nothing shakes.
    for (let step = 0; step < 5; step++) {
      viewer.panBy(1, 0);
      expect(wrongPixel(viewer, unit, TOLERANCE)).toBeUndefined();
    }
  });

  it("after a pan, from what was drawn before and what came new", async () => {
    const unit = 2.3;
    const slide = new PositionSlide({ width: 60_000, height: 50_000, downsamples: BROKEN, unit, readMs: 0 });
    const viewer = mountViewer({ renderer });
    await openSettled(viewer, slide, { centerX: 20_000, centerY: 20_000, downsample: 2.3 });
    for (const [dx, dy] of [
      [37, 11],
      [-150, 90],
      [333, -270],
      [-5, 199],
      [1200, 900],
    ] as const) {
      const settled = next(viewer, "settled");
      viewer.panBy(dx, dy);
      await settled;
      expect(wrongPixel(viewer, unit, TOLERANCE)).toBeUndefined();
    }
  });

  it("while the scale changes, the same as at rest", async () => {
    const slide = new PositionSlide({ width: 20_011, height: 15_007, downsamples: BROKEN, unit: 2, readMs: 0 });
    const viewer = mountViewer({ renderer });
    await openSettled(viewer, slide, { centerX: 7203.3, centerY: 5111.7, downsample: 2 });
    for (const downsample of [2.1, 3.7, 0.9, 1.5]) {
      viewer.setView({ downsample });
      const passing = pixelsOf(viewer.capture());
      expect(pixelsOf(viewer.capture())).toEqual(passing);
    }
  });

  it("a slide smaller than a tile", async () => {
    const slide = new PositionSlide({ width: 37, height: 23, readMs: 0 });
    const viewer = mountViewer({ renderer });
    await openSettled(viewer, slide, {});
    expect(wrongPixel(viewer, 1, TOLERANCE)).toBeUndefined();
  });
});

describe.each(RENDERERS)("%s while tiles are on their way", (renderer) => {
  it("never shows a hole, a seam or a wrong place: the parent stays until the child is there", async () => {
    const unit = 64;
    const slide = new PositionSlide({ width: 40_000, height: 30_000, downsamples: BROKEN, tilePx: 256, unit });
    const viewer = mountViewer({ renderer });
    viewer.open(slide);
    // The first picture of the whole slide.
    viewer.capture();
    while (slide.outstanding > 0) await slide.release(1);
    expect(wrongPixel(viewer, unit, TOLERANCE + 1)).toBeUndefined();
    const steps = [
      { downsample: 20 },
      { downsample: 5, centerX: 15_000 },
      { downsample: 1.2, centerX: 15_300, centerY: 12_000 },
      { downsample: 7 },
      { downsample: 0.5, rotation: 0.3 },
      { downsample: 30 },
    ];
    for (const view of steps) {
      viewer.setView(view);
      // Smoothing a texel of the base, 64 level-0 pixels, stays within a step; it reaches a texel to each side.
      do {
        expect(wrongPixel(viewer, unit, TOLERANCE + 1)).toBeUndefined();
        await slide.release(1);
      } while (slide.outstanding > 0);
    }
  });

  it("draws what is transparent in the slide's background colour", async () => {
    const slide = new PositionSlide({ width: 3000, height: 2000, readMs: 0 });
    const blank = Object.assign(slide, {
      properties: { "openslide.background-color": "F0E6DC" },
      readRegion: async ({ width, height }: { width: number; height: number }) => ({
        data: new Uint8ClampedArray(width * height * 4),
        width,
        height,
      }),
    });
    const viewer = mountViewer({ renderer });
    await openSettled(viewer, blank, { centerX: 1500, centerY: 1000, downsample: 1 });
    const pixel = viewer.capture().getContext("2d")!.getImageData(200, 150, 1, 1).data;
    expect([...pixel]).toEqual([0xf0, 0xe6, 0xdc, 255]);
  });
});

describe.each(RENDERERS)("%s on screens of other densities", (renderer) => {
  interface Metrics {
    send(method: "Emulation.setDeviceMetricsOverride", parameters: object): Promise<unknown>;
    send(method: "Emulation.clearDeviceMetricsOverride"): Promise<unknown>;
  }

  it.each([1.25, 1.5, 2])("draws every device pixel in its place: %f", async (deviceScaleFactor) => {
    const { send } = cdp() as unknown as Metrics;
    await send("Emulation.setDeviceMetricsOverride", { width: 0, height: 0, deviceScaleFactor, mobile: false });
    onTestFinished(async () => {
      await send("Emulation.clearDeviceMetricsOverride");
    });
    await expect.poll(() => devicePixelRatio).toBe(deviceScaleFactor);
    for (const [downsample, rotation] of [
      [1, 0],
      [3.3, 0],
      [9, 0.6],
    ] as const) {
      const unit = downsample / deviceScaleFactor;
      const slide = new PositionSlide({ width: 20_011, height: 15_007, downsamples: BROKEN, unit, readMs: 0 });
      const viewer = mountViewer({ renderer }, 301, 203);
      await openSettled(viewer, slide, { centerX: 7203.3, centerY: 5111.7, downsample, rotation });
      expect(viewer.capture().width).toBe(Math.round(301 * deviceScaleFactor));
      expect(wrongPixel(viewer, unit, TOLERANCE)).toBeUndefined();
    }
  });

  it("follows the window to another screen", async () => {
    const { send } = cdp() as unknown as Metrics;
    const slide = new PositionSlide({ width: 20_011, height: 15_007, downsamples: BROKEN, readMs: 0 });
    const viewer = mountViewer({ renderer });
    await openSettled(viewer, slide, { centerX: 7203, centerY: 5111, downsample: 1 });
    onTestFinished(async () => {
      await send("Emulation.clearDeviceMetricsOverride");
    });
    await send("Emulation.setDeviceMetricsOverride", { width: 0, height: 0, deviceScaleFactor: 2, mobile: false });
    // Chromium tells frames nothing of an emulated screen; a real one it does.
    window.dispatchEvent(new Event("resize"));
    await expect.poll(() => viewer.capture().width).toBe(800);
    expect(viewer.view.downsample).toBe(1);
    expect(wrongPixel(viewer, 1, TOLERANCE)).toBeUndefined();
  });
});

function pixelsOf(canvas: HTMLCanvasElement): Uint8ClampedArray {
  return canvas.getContext("2d")!.getImageData(0, 0, canvas.width, canvas.height).data;
}
