import { describe, expect, onTestFinished, test } from "vitest";
import { ContoursLayer, colorMap, type Layer, PatchGridLayer, ScoreLayer, type Viewer, type ViewState } from "#viewer";
import { mountViewer, next, openSettled, wrongPixel } from "../../support/mounted-viewer.ts";
import { PositionSlide } from "../../support/position-slide.ts";

const SLIDE = { width: 100_000, height: 80_000, downsamples: [1, 4, 16, 64], unit: 400, readMs: 0 };

/** A viewer with a layer over it, and a function that tells the colour over a slide point. */
async function look(layer: Layer, view: Partial<ViewState>) {
  const viewer = mountViewer({ renderer: "canvas2d" });
  await openSettled(viewer, new PositionSlide(SLIDE), view);
  const before = viewer.capture();
  viewer.addLayer(layer);
  const colorAt = (x: number, y: number) => pixel(viewer.capture(), viewer, x, y);
  /** Whether the layer covers any of the 3 x 3 pixels around a slide point. */
  const isMarked = (x: number, y: number) => {
    const after = viewer.capture();
    const step = viewer.view.downsample;
    return [-1, 0, 1].some((dx) =>
      [-1, 0, 1].some((dy) => {
        const at = [x + dx * step, y + dy * step] as const;
        return String(pixel(after, viewer, ...at)) !== String(pixel(before, viewer, ...at));
      }),
    );
  };
  return { viewer, colorAt, isMarked };
}

function pixel(picture: HTMLCanvasElement, viewer: Viewer, x: number, y: number): number[] {
  const at = viewer.toScreen(x, y);
  const ratio = picture.width / viewer.size.width;
  return [...picture.getContext("2d")!.getImageData(Math.floor(at.x * ratio), Math.floor(at.y * ratio), 1, 1).data];
}

/** Squares side by side, row by row, from (from, from) on. */
function gridOf(from: number, columns: number, rows: number, side: number): Int32Array {
  return Int32Array.from({ length: columns * rows * 2 }, (_, at) => {
    const index = at >> 1;
    return from + (at % 2 ? Math.floor(index / columns) : index % columns) * side;
  });
}

/** Scores of seven kinds, in turn. */
function striped(coords: Int32Array, side: number): ScoreLayer {
  const layer = new ScoreLayer(coords, side);
  layer.show(Float32Array.from({ length: coords.length / 2 }, (_, index) => (index % 7) / 7));
  return layer;
}

const ring = (left: number, top: number, right: number, bottom: number) =>
  Float64Array.of(left, top, right, top, right, bottom, left, bottom, left, top);
const VIEWS: [string, Partial<ViewState>][] = [
  ["upright", { centerX: 30_000, centerY: 30_000, downsample: 40 }],
  ["turned", { centerX: 30_000, centerY: 30_000, downsample: 40, rotation: 0.6 }],
  ["far in", { centerX: 29_000, centerY: 29_000, downsample: 8 }],
];

describe.each(VIEWS)("contours, %s", (_, view) => {
  test("run along shells and holes, and nowhere else", async () => {
    const layer = new ContoursLayer([
      { shell: ring(28_000, 28_000, 32_000, 32_000), holes: [ring(29_500, 29_500, 30_000, 30_000)] },
    ]);
    const { isMarked } = await look(layer, view);
    expect(isMarked(28_000, 29_300)).toBe(true);
    expect(isMarked(29_500, 29_700)).toBe(true);
    expect(isMarked(29_200, 29_200)).toBe(false);
    expect(isMarked(27_600, 29_000)).toBe(false);
  });
});

test("contours of many points, most of them outside the view, are whole inside it", async () => {
  const count = 20_000;
  const shell = new Float64Array((count + 1) * 2);
  for (let at = 0; at <= count; at++) {
    const angle = ((at % count) / count) * 2 * Math.PI;
    shell[at * 2] = 50_000 + 30_000 * Math.cos(angle);
    shell[at * 2 + 1] = 40_000 + 30_000 * Math.sin(angle);
  }
  const { isMarked } = await look(new ContoursLayer([{ shell, holes: [] }]), {
    centerX: 80_000,
    centerY: 40_000,
    downsample: 0.5,
  });
  expect(isMarked(80_000, 40_000)).toBe(true);
  const y = 40_050;
  expect(isMarked(50_000 + Math.sqrt(30_000 ** 2 - 50 ** 2), y)).toBe(true);
  expect(isMarked(79_950, 40_000)).toBe(false);
});

describe("the patch grid", () => {
  const grid = gridOf(10_000, 200, 100, 256);

  test("is lines where squares are large enough to see", async () => {
    const view = { centerX: 10_500, centerY: 10_500, downsample: 4 };
    const { isMarked } = await look(new PatchGridLayer(grid, 256), view);
    expect(isMarked(10_256, 10_300)).toBe(true);
    expect(isMarked(10_300, 10_256)).toBe(true);
    expect(isMarked(10_128, 10_128)).toBe(false);
    expect(isMarked(9_900, 10_128)).toBe(false);
  });

  test("is an area where they are not", async () => {
    const view = { centerX: 30_000, centerY: 20_000, downsample: 200 };
    const { isMarked } = await look(new PatchGridLayer(grid, 256), view);
    expect(isMarked(10_900, 10_900)).toBe(true);
    expect(isMarked(60_000, 35_000)).toBe(true);
    expect(isMarked(9_000, 9_000)).toBe(false);
    expect(isMarked(63_000, 20_000)).toBe(false);
  });

  test("is gone while hidden, and follows what it is told to show", async () => {
    const layer = new PatchGridLayer(grid, 256);
    const { isMarked } = await look(layer, { centerX: 10_500, centerY: 10_500, downsample: 4 });
    layer.isVisible = false;
    expect(isMarked(10_256, 10_300)).toBe(false);
    layer.isVisible = true;
    layer.show(Int32Array.of(10_400, 10_400), 512);
    expect(isMarked(10_256, 10_300)).toBe(false);
    expect(isMarked(10_400, 10_600)).toBe(true);
    expect(isMarked(10_912, 10_600)).toBe(true);
  });
});

describe("scores", () => {
  const coords = Int32Array.of(20_000, 20_000, 20_512, 20_000, 20_000, 20_512);
  const rgb = (color: number) => [color & 0xff, (color >> 8) & 0xff, (color >> 16) & 0xff];

  test("colour each patch by the colour map, between the ends of the scale", async () => {
    const layer = new ScoreLayer(coords, 512);
    layer.show(Float32Array.of(1, 0.5, 0));
    layer.style = { opacity: 1, scale: { low: 0.5, high: 1, spacing: "even" }, colors: "viridis" };
    const { colorAt } = await look(layer, { centerX: 20_500, centerY: 20_500, downsample: 4 });
    const colors = colorMap("viridis");
    expect(colorAt(20_256, 20_256).slice(0, 3)).toEqual(rgb(colors[255]!));
    expect(colorAt(20_768, 20_256).slice(0, 3)).toEqual(rgb(colors[0]!));
    expect(colorAt(20_256, 20_768).slice(0, 3)).toEqual(rgb(colors[0]!));
    layer.style = { colors: "coolwarm" };
    const full = rgb(colorMap("coolwarm")[255]!);
    expect(colorAt(20_256, 20_256).slice(0, 3)).toEqual(full);
    layer.isVisible = false;
    const bare = colorAt(20_256, 20_256);
    layer.isVisible = true;
    for (const opacity of [0.5, 0.25]) {
      layer.style = { opacity };
      const mixed = colorAt(20_256, 20_256);
      for (const [at, value] of full.entries()) {
        const expected = value * opacity + bare[at]! * (1 - opacity);
        expect(Math.abs(mixed[at]! - expected)).toBeLessThanOrEqual(2);
      }
    }
  });

  test("that are no number stay clear, and a chosen patch has a frame", async () => {
    const layer = new ScoreLayer(coords, 512);
    layer.show(Float32Array.of(1, Number.NaN, 1));
    const { isMarked } = await look(layer, { centerX: 20_500, centerY: 20_500, downsample: 4 });
    expect(isMarked(20_768, 20_256)).toBe(false);
    expect(isMarked(20_256, 20_256)).toBe(true);
    layer.show(undefined);
    expect(isMarked(20_256, 20_256)).toBe(false);
    layer.chosen = 1;
    expect(isMarked(20_512, 20_256)).toBe(true);
    expect(layer.patchAt(20_600, 20_100)).toBe(1);
    expect(layer.patchAt(25_000, 20_100)).toBeUndefined();
  });
});

test("after a zoom the lines are where they were, and sharp again", async () => {
  const layer = new PatchGridLayer(Int32Array.of(10_400, 10_400), 512);
  const { viewer, isMarked } = await look(layer, { centerX: 10_500, centerY: 10_500, downsample: 4 });
  expect(isMarked(10_400, 10_600)).toBe(true);
  const bare = (x: number, y: number) => {
    layer.isVisible = false;
    const before = String(pixel(viewer.capture(), viewer, x, y));
    layer.isVisible = true;
    return before === String(pixel(viewer.capture(), viewer, x, y));
  };
  viewer.setView({ downsample: 3 });
  viewer.capture();
  // A second frame at the same scale is one at rest.
  viewer.capture();
  // A line and its light edge, a pixel each.
  const marked = [-6, -3, 0, 3, 6].filter((dx) => !bare(10_400 + dx, 10_600));
  expect(marked).toHaveLength(2);
  expect(marked[1]! - marked[0]!).toBe(3);
  expect(bare(10_400 + 12, 10_600)).toBe(true);
});

describe.each([
  ["upright", 0],
  ["turned", 0.6],
])("a view without a GPU, %s,", (_, rotation) => {
  const coords = gridOf(19_000, 20, 20, 200);
  const layers = () => [striped(coords, 200), new PatchGridLayer(coords, 200)];
  const START = { centerX: 20_500, centerY: 20_500, downsample: 4, rotation };

  test("is smooth while it is panned, and after a zoom that was drawn hastily", async () => {
    const layer = new ContoursLayer([{ shell: ring(20_400, 20_400, 20_900, 20_900), holes: [] }]);
    const { viewer } = await look(layer, START);
    const onScreen = () => pixels(document.querySelector("canvas")!);
    const afterMoving = async (move: () => void) => {
      const settled = next(viewer, "settled");
      move();
      await next(viewer, "view");
      const moving = onScreen();
      await settled;
      const smooth = pixels(viewer.capture());
      expect(difference(onScreen(), smooth)).toBe(0);
      return difference(moving, smooth);
    };
    expect(await afterMoving(() => viewer.panBy(20, 10))).toBeLessThanOrEqual(3);
    expect(await afterMoving(() => viewer.zoomBy(1.2))).toBeGreaterThan(20);
  });

  test("is at rest what one opened there is, however it came there", async () => {
    const viewer = mountViewer({ renderer: "canvas2d" });
    for (const layer of layers()) viewer.addLayer(layer);
    const slide = new PositionSlide({ ...SLIDE, unit: 1 });
    await openSettled(viewer, slide, START);
    const moves: (() => void)[] = [
      // Farther than a picture is stretched, forth and back.
      ...Array.from({ length: 8 }, () => () => viewer.zoomBy(1.11)),
      ...Array.from({ length: 16 }, () => () => viewer.zoomBy(1 / 1.11)),
      // By parts of a pixel.
      ...Array.from({ length: 5 }, () => () => viewer.panBy(60.3, 5.7)),
      ...(rotation === 0 ? [] : Array.from({ length: 5 }, () => () => viewer.rotateBy(0.1))),
      // At once so far that a picture is begun in the movement.
      () => viewer.zoomBy(2),
      () => viewer.panBy(-3.3, 2.4),
    ];
    for (const move of moves) {
      const moved = next(viewer, "view");
      move();
      await moved;
    }
    await next(viewer, "settled");
    const moved = pixels(viewer.capture());
    const other = mountViewer({ renderer: "canvas2d" });
    const [scores, grid] = layers();
    other.addLayer(scores!);
    await openSettled(other, slide, viewer.view);
    // Something new over it at rest: the picture is begun anew, in no movement.
    other.capture();
    other.addLayer(grid!);
    expect(difference(moved, pixels(other.capture()))).toBeLessThanOrEqual(1);
  });
});

test("a turned view is turned and zoomed by fewer pixels, each where it belongs, and is sharp at rest", async () => {
  const unit = 16;
  const viewer = mountViewer({ renderer: "canvas2d" }, 1200, 900);
  await openSettled(viewer, new PositionSlide({ ...SLIDE, unit }), {
    centerX: 50_000,
    centerY: 40_000,
    downsample: 8,
    rotation: 0.6,
  });
  const canvas = document.querySelector("canvas")!;
  const full = canvas.width;
  const move = async (step: () => void) => {
    const moved = next(viewer, "view");
    step();
    await moved;
  };
  const moves: (() => void)[] = [
    // Through several pictures, farther than each is stretched.
    ...Array.from({ length: 24 }, () => () => viewer.zoomBy(1.05)),
    ...Array.from({ length: 24 }, () => () => viewer.zoomBy(1 / 1.05)),
    ...Array.from({ length: 5 }, () => () => viewer.rotateBy(0.05)),
  ];
  for (const [index, step] of moves.entries()) {
    await move(step);
    // Each is repeated: smoothed, they would take the browser most of a frame's time.
    expect(full / canvas.width).toBe(2);
    expect(getComputedStyle(canvas).imageRendering).toBe("pixelated");
    if (index % 4 === 0) expect(wrongPixel(viewer, unit, 2, canvas)).toBeUndefined();
  }
  await move(() => viewer.panBy(5, 5));
  expect(canvas.width).toBe(full);
  expect(getComputedStyle(canvas).imageRendering).toBe("auto");
  await next(viewer, "settled");
  expect(canvas.width).toBe(full);
  expect(wrongPixel(viewer, unit, 1, canvas)).toBeUndefined();
});

test.each([
  // Zooming out upright begins with a smaller picture, for thin lines are never shown shrunk.
  ["upright", 0, 0.45],
  ["turned", 0.6, 0.25],
])(
  "no frame of a view in movement, %s, paints much, and none is without what lies over the slide",
  async (_, rotation, share) => {
    let painted = 0;
    const layer: Layer = {
      isFixed: true,
      paint: (context, { view, deviceSize, kept }) => {
        // Upright it is painted over the picture of the rest for some frames.
        if (kept || rotation !== 0) painted += deviceSize.width * deviceSize.height;
        context.fillStyle = "#f00";
        context.fillRect(-view.centerX, -view.centerY, SLIDE.width, SLIDE.height);
      },
    };
    const viewer = mountViewer({ renderer: "canvas2d" }, 1200, 900);
    viewer.addLayer(layer);
    const begin = { centerX: 50_000, centerY: 40_000, downsample: 8, rotation };
    await openSettled(viewer, new PositionSlide(SLIDE), begin);
    const canvas = document.querySelector("canvas")!;
    const whole = canvas.width * canvas.height;
    const moves: [string, number, () => void][] = [
      ["zooming in", 60, () => viewer.zoomBy(1.02)],
      ["zooming out", 90, () => viewer.zoomBy(1 / 1.02)],
      ["turning", rotation === 0 ? 0 : 20, () => viewer.rotateBy(0.01)],
      ["zooming in again", 20, () => viewer.zoomBy(1.02)],
    ];
    // At first tiles come, and each is painted where it lies.
    for (const round of ["first", "second"]) {
      for (const [name, times, step] of moves) {
        for (let time = 0; time < times; time++) {
          const where = `${round} ${name}, ${time}`;
          painted = 0;
          const moved = next(viewer, "view");
          step();
          await moved;
          if (round === "second") expect(painted / whole, where).toBeLessThan(share);
          for (const at of [0.02, 0.5, 0.98]) {
            const { data } = canvas.getContext("2d")!.getImageData(at * canvas.width, at * canvas.height, 1, 1);
            expect([...data], where).toEqual([255, 0, 0, 255]);
          }
        }
      }
    }
  },
);

test.each([
  ["upright", 0],
  ["turned", 0.6],
])("a zoom, %s, makes no large surface", async (_, rotation) => {
  const viewer = mountViewer({ renderer: "canvas2d" }, 1200, 900);
  viewer.addLayer(new PatchGridLayer(gridOf(14_000, 40, 40, 300), 300));
  await openSettled(viewer, new PositionSlide(SLIDE), { centerX: 19_000, centerY: 19_000, downsample: 8, rotation });
  const height = Object.getOwnPropertyDescriptor(OffscreenCanvas.prototype, "height")!;
  const made: number[] = [];
  // A surface's height is set last.
  Object.defineProperty(OffscreenCanvas.prototype, "height", {
    ...height,
    set(this: OffscreenCanvas, value: number) {
      height.set!.call(this, value);
      made.push(this.width * value);
    },
  });
  onTestFinished(() => {
    Object.defineProperty(OffscreenCanvas.prototype, "height", height);
  });
  for (const [times, factor] of [
    [60, 1.02],
    [90, 1 / 1.02],
    [50, 1.02],
  ] as const) {
    for (let time = 0; time < times; time++) {
      const moved = next(viewer, "view");
      viewer.zoomBy(factor);
      await moved;
    }
  }
  // Tiles have their own, and pieces of the grid: that shows that this looks where surfaces are made.
  expect(made.length).toBeGreaterThan(0);
  expect(made.filter((pixels) => pixels > 1200 * 900)).toEqual([]);
});

test("tiles that come while a turned view moves leave whole what lies over them", async () => {
  const scores = () => striped(gridOf(14_000, 40, 40, 300), 300);
  const viewer = mountViewer({ renderer: "canvas2d" });
  viewer.addLayer(scores());
  const slide = new PositionSlide({ ...SLIDE, readMs: undefined });
  viewer.open(slide, { centerX: 19_000, centerY: 19_000, downsample: 8, rotation: 0.6 });
  const pan = async (steps: number, by: number) => {
    for (let step = 0; step < steps; step++) {
      viewer.panBy(by, by / 2);
      await next(viewer, "view");
    }
  };
  await pan(9, 17);
  // What comes now reaches over the edge that was in view before.
  const settled = next(viewer, "settled");
  while (slide.outstanding > 0) await slide.release();
  await settled;
  await pan(9, -17);
  while (slide.outstanding > 0) await slide.release();
  const moved = pixels(viewer.capture());
  const other = mountViewer({ renderer: "canvas2d" });
  other.addLayer(scores());
  await openSettled(other, new PositionSlide(SLIDE), viewer.view);
  expect(difference(moved, pixels(other.capture()))).toBeLessThanOrEqual(3);
});

test("a layer that is not fixed to the slide is painted in every frame, turned views included", async () => {
  const colors = ["#f00", "#00f"];
  const layer: Layer = {
    paint: (context, { view }) => {
      // A mark that stays upright beside the middle of the screen.
      context.rotate(-view.rotation);
      context.fillStyle = colors.shift() ?? "#0f0";
      context.fillRect(10 * view.downsample, 0, 20 * view.downsample, 10 * view.downsample);
    },
  };
  const viewer = mountViewer({ renderer: "canvas2d" });
  const view = { centerX: 20_500, centerY: 20_500, downsample: 4, rotation: 0.6 };
  await openSettled(viewer, new PositionSlide(SLIDE), view);
  viewer.addLayer(layer);
  const mark = () => {
    const picture = viewer.capture();
    const scale = picture.width / viewer.size.width;
    const { data } = picture.getContext("2d")!.getImageData((200 + 20) * scale, (150 + 5) * scale, 1, 1);
    return [...data.subarray(0, 3)];
  };
  expect(mark()).toEqual([255, 0, 0]);
  expect(mark()).toEqual([0, 0, 255]);
  expect(mark()).toEqual([0, 255, 0]);
});

describe.each([
  ["upright", 0],
  ["turned", 0.6],
])("a picture that was moved along, %s", (_, rotation) => {
  const wavy = new Float64Array(2002);
  for (let at = 0; at <= 1000; at++) {
    wavy[at * 2] = 20_000 + at * 20;
    wavy[at * 2 + 1] = 25_000 + 1000 * Math.sin(at / 7) + at * 10;
  }
  const coords = gridOf(20_000, 100, 40, 200);
  const LAYERS: [string, () => Layer][] = [
    ["grid", () => new PatchGridLayer(coords, 200)],
    ["contours", () => new ContoursLayer([{ shell: wavy, holes: [ring(24_000, 24_000, 27_000, 27_000)] }])],
  ];
  test.each(LAYERS)("shows the %s as one made there", async (_, make) => {
    const { viewer } = await look(make(), { centerX: 22_000, centerY: 22_000, downsample: 8, rotation });
    viewer.capture();
    const step = (factor: number, zoom = 1) => {
      viewer.panBy(31 * factor, 23 * factor);
      viewer.zoomBy(zoom);
      viewer.capture();
    };
    for (let times = 0; times < 10; times++) step(0, 0.97);
    for (let times = 0; times < 10; times++) step(0, 1 / 0.97);
    // Several times farther than its margin, and half of it back.
    for (let times = 0; times < 30; times++) step(1);
    for (let times = 0; times < 15; times++) step(-1);
    const moved = pixels(viewer.capture());
    const other = mountViewer({ renderer: "canvas2d" });
    await openSettled(other, new PositionSlide(SLIDE), viewer.view);
    const bare = pixels(other.capture());
    other.addLayer(make());
    const fresh = pixels(other.capture());
    expect(difference(bare, fresh)).toBeGreaterThan(60);
    // Where tiles are smoothed, or lines, the last digit of a colour may go either way.
    expect(difference(moved, fresh)).toBeLessThanOrEqual(3);
  });
});

function pixels(picture: HTMLCanvasElement): Uint8ClampedArray {
  return picture.getContext("2d")!.getImageData(0, 0, picture.width, picture.height).data;
}

/** The most that any value differs by. */
function difference(a: Uint8ClampedArray, b: Uint8ClampedArray): number {
  expect(a).toHaveLength(b.length);
  let most = 0;
  for (let at = 0; at < a.length; at++) most = Math.max(most, Math.abs(a[at]! - b[at]!));
  return most;
}
