import { describe, expect, it, vi } from "vitest";
import { type Layer, Viewer } from "#viewer";
import { mountContainer, mountViewer, next, openSettled, wrongPixel } from "../../support/mounted-viewer.ts";
import { PositionSlide } from "../../support/position-slide.ts";

const LEVELS = { width: 40_000, height: 30_000, downsamples: [1, 4, 16], tilePx: 256 };

function frames(count: number): Promise<void> {
  return new Promise((resolve) => {
    const tick = (left: number) => (left === 0 ? resolve() : requestAnimationFrame(() => tick(left - 1)));
    tick(count);
  });
}

describe("choosing who draws", () => {
  it("takes the processor where WebGL is a software renderer, and says so", () => {
    const viewer = mountViewer({});
    // The test machine has no GPU; with one this line is what must change.
    expect([viewer.renderer, viewer.rendererReason]).toEqual(["canvas2d", "software renderer (SwiftShader)"]);
  });

  it("takes the processor where there is no WebGL2", () => {
    const original = HTMLCanvasElement.prototype.getContext;
    const spy = vi.spyOn(HTMLCanvasElement.prototype, "getContext").mockImplementation(function (
      this: HTMLCanvasElement,
      ...args: unknown[]
    ) {
      return args[0] === "webgl2" ? null : Reflect.apply(original, this, args);
    } as typeof original);
    const viewer = mountViewer({ renderer: "webgl2" });
    spy.mockRestore();
    expect([viewer.renderer, viewer.rendererReason]).toEqual(["canvas2d", "no WebGL2"]);
  });
});

describe("a lost GPU context", () => {
  const contextOf = () => document.querySelector("canvas")!.getContext("webgl2")!.getExtension("WEBGL_lose_context")!;

  it("comes back with the same picture", async () => {
    const slide = new PositionSlide({ ...LEVELS, unit: 2, readMs: 0 });
    const viewer = mountViewer({ renderer: "webgl2" });
    await openSettled(viewer, slide, { centerX: 9000, centerY: 8000, downsample: 2 });
    const extension = contextOf();
    extension.loseContext();
    await frames(3);
    const settled = next(viewer, "settled");
    extension.restoreContext();
    await settled;
    expect(viewer.renderer).toBe("webgl2");
    expect(wrongPixel(viewer, 2, 3)).toBeUndefined();
  });

  it("that is lost again and again is given up for the processor", async () => {
    const slide = new PositionSlide({ ...LEVELS, unit: 2, readMs: 0 });
    const viewer = mountViewer({ renderer: "webgl2" });
    await openSettled(viewer, slide, { centerX: 9000, centerY: 8000, downsample: 2 });
    const changed = next(viewer, "renderer");
    const extension = contextOf();
    for (let loss = 0; loss < 2; loss++) {
      extension.loseContext();
      await frames(3);
      const settled = next(viewer, "settled");
      extension.restoreContext();
      await settled;
    }
    extension.loseContext();
    await changed;
    expect([viewer.renderer, viewer.rendererReason]).toEqual(["canvas2d", "the GPU stopped drawing"]);
    await next(viewer, "settled");
    expect(wrongPixel(viewer, 2, 3)).toBeUndefined();
  });
});

describe("events", () => {
  it("tell the first pixels, then the view at rest and sharp", async () => {
    const slide = new PositionSlide({ ...LEVELS, readMs: 1 });
    const viewer = mountViewer({});
    const heard: string[] = [];
    for (const name of ["firstpixels", "settled", "slide"] as const) viewer.on(name, () => heard.push(name));
    await openSettled(viewer, slide, {});
    expect(heard).toEqual(["slide", "firstpixels", "settled"]);
    const again = next(viewer, "settled");
    viewer.setView({ downsample: 3 });
    await again;
    expect(heard).toEqual(["slide", "firstpixels", "settled", "settled"]);
  });

  it("tell a broken tile once, and the rest is drawn", async () => {
    const fails = ({ x }: { x: number }) => (x > 19_500 ? new Error("broken") : undefined);
    const slide = new PositionSlide({ ...LEVELS, readMs: 0, fails });
    const viewer = mountViewer({});
    const errors: unknown[] = [];
    viewer.on("error", (error) => errors.push(error));
    await openSettled(viewer, slide, { centerX: 20_000, centerY: 10_000, downsample: 1 });
    expect(errors.map(String)).toEqual(["Error: broken"]);
    expect(viewer.stats().tilesCached).toBeGreaterThan(1);
  });

  it("stop when one has stopped listening", async () => {
    const viewer = mountViewer({});
    let heard = 0;
    viewer.on("slide", () => heard++)();
    await openSettled(viewer, new PositionSlide({ ...LEVELS, readMs: 0 }), {});
    expect(heard).toBe(0);
  });
});

describe("frames", () => {
  it("are drawn while something moves, and not otherwise", async () => {
    const viewer = mountViewer({ reducedMotion: false });
    await openSettled(viewer, new PositionSlide({ ...LEVELS, readMs: 0 }), {});
    // The margin and the overview go on being read for a moment.
    while (viewer.stats().tilesPending > 0) await frames(2);
    await frames(3);
    const before = viewer.stats().frames;
    await frames(20);
    expect(viewer.stats().frames).toBe(before);
    viewer.zoomBy(2, undefined, { animate: true });
    await next(viewer, "settled");
    expect(viewer.stats().frames).toBeGreaterThan(before + 4);
  });

  it("are none in between under reduced motion", async () => {
    const viewer = mountViewer({ reducedMotion: true });
    await openSettled(viewer, new PositionSlide({ ...LEVELS, readMs: 0 }), { downsample: 8 });
    viewer.zoomBy(2, undefined, { animate: true });
    expect(viewer.view.downsample).toBe(4);
    viewer.flick(3, 0);
    const view = { ...viewer.view };
    await frames(3);
    expect(viewer.view).toEqual(view);
  });
});

describe("resources", () => {
  it("stay within the budget over a thousand views", async () => {
    const slide = new PositionSlide({ ...LEVELS, readMs: 0 });
    const textureBudgetBytes = 24e6;
    const viewer = mountViewer({ textureBudgetBytes });
    await openSettled(viewer, slide, { centerX: 100, centerY: 100, downsample: 1.5 });
    let bytes = 0;
    for (let view = 0; view < 1000; view++) {
      viewer.setView({ centerX: 500 + ((view * 977) % 39_000), centerY: 500 + ((view * 613) % 29_000) });
      await (view % 10 === 0 ? next(viewer, "settled") : undefined);
      bytes = Math.max(bytes, viewer.stats().textureBytes);
    }
    expect(bytes).toBeLessThanOrEqual(textureBudgetBytes);
    expect(bytes).toBeGreaterThan(textureBudgetBytes / 2);
    expect(slide.maxOutstanding).toBeLessThanOrEqual(32);
  });

  it("are all given back", async () => {
    const container = mountContainer();
    const before = container.outerHTML;
    const slide = new PositionSlide(LEVELS);
    const viewer = new Viewer(container);
    viewer.open(slide);
    await frames(2);
    expect(slide.outstanding).toBeGreaterThan(0);
    viewer.destroy();
    expect(slide.outstanding).toBe(0);
    expect(slide.aborted).toHaveLength(slide.requested.length);
    expect(slide.isClosed).toBe(false);
    expect(container.outerHTML).toBe(before);
    await frames(2);
    expect(slide.requested).toHaveLength(slide.aborted.length);
  });

  it("of one slide are given back when the next is opened", async () => {
    const first = new PositionSlide(LEVELS);
    const viewer = mountViewer({});
    viewer.open(first);
    await frames(1);
    await openSettled(viewer, new PositionSlide({ ...LEVELS, readMs: 0 }), {});
    expect(first.outstanding).toBe(0);
    expect(viewer.slide?.name).toBe("position-slide");
  });

  it("are bought once and for all: thirty viewers after each other work", async () => {
    for (let i = 0; i < 30; i++) {
      const viewer = new Viewer(mountContainer(64, 48), { renderer: "webgl2" });
      expect(viewer.renderer).toBe("webgl2");
      viewer.destroy();
    }
  });
});

describe("the container", () => {
  it("may change its size, and a fitted slide stays fitted", async () => {
    const container = mountContainer(400, 300);
    const viewer = new Viewer(container);
    await openSettled(viewer, new PositionSlide({ ...LEVELS, unit: 100, readMs: 0 }), {});
    const before = viewer.view.downsample;
    container.style.width = "800px";
    container.style.height = "600px";
    await next(viewer, "view");
    expect(viewer.size).toEqual({ width: 800, height: 600 });
    expect(viewer.view.downsample).toBeLessThan(before * 0.6);
    viewer.setView({ downsample: 3 });
    container.style.width = "500px";
    await frames(3);
    expect(viewer.view.downsample).toBe(3);
    viewer.destroy();
  });

  it("can be reached and read by everyone", () => {
    const container = mountContainer();
    const viewer = new Viewer(container);
    expect(container.tabIndex).toBe(0);
    expect(container.getAttribute("role")).toBe("application");
    viewer.destroy();
  });
});

describe("layers", () => {
  it("are drawn over the image, in slide coordinates relative to the centre", async () => {
    const viewer = mountViewer({});
    await openSettled(viewer, new PositionSlide({ ...LEVELS, readMs: 0 }), {
      centerX: 20_000,
      centerY: 15_000,
      downsample: 2,
      rotation: 0.3,
    });
    let detached = 0;
    const square: Layer = {
      paint(context, { view }) {
        context.fillStyle = "#00f";
        context.fillRect(20_100 - view.centerX - 20, 15_050 - view.centerY - 20, 40, 40);
      },
      detach: () => detached++,
    };
    const remove = viewer.addLayer(square);
    const at = viewer.toScreen(20_100, 15_050);
    const colorAt = () => [...viewer.capture().getContext("2d")!.getImageData(at.x, at.y, 1, 1).data];
    expect(colorAt()).toEqual([0, 0, 255, 255]);
    remove();
    expect(detached).toBe(1);
    expect(colorAt()).not.toEqual([0, 0, 255, 255]);
  });
});

describe("numbers that are none", () => {
  it("move nothing", async () => {
    const viewer = mountViewer({});
    const slide = new PositionSlide({ ...LEVELS, unit: 2, readMs: 0 });
    await openSettled(viewer, slide, { centerX: 9000, centerY: Number.NaN, downsample: 2 });
    const { view } = viewer;
    expect(view).toEqual({ centerX: 9000, centerY: 15_000, downsample: 2, rotation: 0 });
    for (const factor of [0, -1, Number.NaN]) viewer.zoomBy(factor);
    viewer.zoomBy(2, { x: Number.NaN, y: 0 });
    viewer.setView({ downsample: Number.NaN, rotation: Number.POSITIVE_INFINITY });
    viewer.panBy(Number.NaN, 1);
    viewer.rotateBy(Number.NaN);
    viewer.fitBox({ left: Number.NaN, top: 0, right: 10, bottom: 10 });
    expect(viewer.view).toEqual(view);
    viewer.setView({ centerX: 8000, downsample: Number.NaN });
    expect(viewer.view).toEqual({ ...view, centerX: 8000 });
  });

  it("leave a fitted slide fitted", async () => {
    const container = mountContainer();
    const viewer = new Viewer(container, { reducedMotion: true });
    await openSettled(viewer, new PositionSlide({ ...LEVELS, unit: 2, readMs: 0 }), {});
    const { downsample } = viewer.view;
    viewer.setView({ downsample: Number.NaN });
    viewer.zoomBy(Number.NaN);
    container.style.width = "200px";
    await expect.poll(() => viewer.view.downsample).toBeGreaterThan(downsample * 1.5);
    viewer.destroy();
  });
});

describe("a destroyed viewer", () => {
  it("says so when it is asked for more", () => {
    const viewer = new Viewer(mountContainer());
    viewer.destroy();
    expect(() => viewer.open(new PositionSlide({ ...LEVELS, unit: 2, readMs: 0 }))).toThrow("destroyed");
    expect(() => viewer.capture()).toThrow("destroyed");
    viewer.setView({ downsample: 2 });
    viewer.destroy();
  });
});
