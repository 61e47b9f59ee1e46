import { beforeAll, beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { cdp, userEvent } from "vitest/browser";
import { Overview, type Point, type Viewer, type ViewState } from "#viewer";
import { mountContainer, mountViewer, next, openSettled, pageOrigin } from "../../support/mounted-viewer.ts";
import { PositionSlide } from "../../support/position-slide.ts";

/** The part of Chromium's protocol that is used here: real input, as from a mouse. */
interface Input {
  send(method: "Input.dispatchMouseEvent", parameters: object): Promise<unknown>;
}

/** And this part: a screen of another density. */
interface Metrics {
  send(method: "Emulation.setDeviceMetricsOverride", parameters: object): Promise<unknown>;
  send(method: "Emulation.clearDeviceMetricsOverride"): Promise<unknown>;
}

const LEFT = { button: "left", buttons: 1 } as const;
const RIGHT = { button: "right", buttons: 2 } as const;
const MIDDLE = { button: "middle", buttons: 4 } as const;
const ALT = 1;
const CTRL = 2;
const SHIFT = 8;

const START = { centerX: 20_000, centerY: 15_000, downsample: 4, rotation: 0 };

let input: Input;
let viewer: Viewer;
let origin: { x: number; y: number; scale: number };

beforeAll(() => {
  input = cdp() as unknown as Input;
});

beforeEach(async () => {
  viewer = mountViewer({ reducedMotion: true });
  const slide = new PositionSlide({
    width: 40_000,
    height: 30_000,
    downsamples: [1, 4, 16],
    readMs: 0,
    objectivePower: 40,
  });
  await openSettled(viewer, slide, START);
  origin = pageOrigin(document.querySelector("canvas")!);
});

async function mouse(type: string, x: number, y: number, more: object = {}): Promise<void> {
  await input.send("Input.dispatchMouseEvent", {
    type,
    x: origin.x + x * origin.scale,
    y: origin.y + y * origin.scale,
    ...more,
  });
}

/** To a tenth of a slide pixel: the test's frame is scaled, and so is the pointer's place. */
function expectView(expected: ViewState): void {
  for (const [name, value] of Object.entries(expected)) {
    expect(viewer.view[name as keyof ViewState], name).toBeCloseTo(value, 1);
  }
}

/** Presses, moves in steps and lets go. */
async function drag(
  points: readonly (readonly [number, number])[],
  button: typeof LEFT | typeof RIGHT | typeof MIDDLE = LEFT,
  modifiers = 0,
): Promise<void> {
  const [first, last] = [points[0]!, points.at(-1)!];
  await mouse("mousePressed", first[0], first[1], { ...button, modifiers, clickCount: 1 });
  for (const [x, y] of points.slice(1)) await mouse("mouseMoved", x, y, { ...button, modifiers });
  // Resting a moment before letting go: no flick.
  await new Promise((resolve) => setTimeout(resolve, 120));
  await mouse("mouseReleased", last[0], last[1], { ...button, buttons: 0, modifiers, clickCount: 1 });
}

const click = (x: number, y: number, clickCount = 1) =>
  mouse("mousePressed", x, y, { ...LEFT, clickCount }).then(() =>
    mouse("mouseReleased", x, y, { ...LEFT, buttons: 0, clickCount }),
  );

const wheel = (x: number, y: number, more: object) => mouse("mouseWheel", x, y, { deltaX: 0, deltaY: 0, ...more });

describe("a drag", () => {
  it("takes the slide along, pixel for pixel", async () => {
    await drag([
      [100, 100],
      [130, 110],
      [180, 140],
    ]);
    expectView({ ...START, centerX: 20_000 - 80 * 4, centerY: 15_000 - 40 * 4 });
  });

  it("with the middle button does so too", async () => {
    await drag(
      [
        [100, 100],
        [150, 100],
      ],
      MIDDLE,
    );
    expectView({ ...START, centerX: 20_000 - 50 * 4 });
  });

  it("with the right button turns the slide about the middle, and Shift holds it to 15° steps", async () => {
    const quarter = [
      [300, 150],
      [290, 210],
      [240, 250],
      [200, 260],
    ] as const;
    await drag(quarter, RIGHT);
    expect(viewer.view.rotation).toBeCloseTo(Math.PI / 2, 1);
    expect(viewer.view).toMatchObject({ centerX: 20_000, centerY: 15_000, downsample: 4 });
    viewer.setView({ rotation: 0 });
    await drag([...quarter.slice(0, 3), [210, 257]], RIGHT, SHIFT);
    expect(viewer.view.rotation / (Math.PI / 12)).toBeCloseTo(Math.round(viewer.view.rotation / (Math.PI / 12)), 9);
    expect(viewer.view.rotation).toBeGreaterThan(1);
  });

  it("with Alt held zooms to the box pulled up", async () => {
    await drag(
      [
        [100, 60],
        [150, 100],
        [200, 120],
      ],
      LEFT,
      ALT,
    );
    // A quarter of the container's width, and its middle.
    expect(viewer.view.downsample).toBeCloseTo(1, 3);
    expect(viewer.view.centerX).toBeCloseTo(20_000 - 50 * 4, 1);
    expect(viewer.view.centerY).toBeCloseTo(15_000 - 60 * 4, 1);
  });

  it("goes on by itself when let go in full swing", async () => {
    viewer.destroy();
    viewer = mountViewer({ reducedMotion: false });
    await openSettled(viewer, new PositionSlide({ width: 40_000, height: 30_000, readMs: 0 }), START);
    origin = pageOrigin(document.querySelector("canvas")!);
    await mouse("mousePressed", 300, 100, { ...LEFT, clickCount: 1 });
    for (let x = 280; x >= 100; x -= 30) await mouse("mouseMoved", x, 100, LEFT);
    await mouse("mouseReleased", 100, 100, { ...LEFT, buttons: 0, clickCount: 1 });
    const released = viewer.view.centerX;
    await next(viewer, "settled");
    expect(viewer.view.centerX).toBeGreaterThan(released + 40);
    expect(viewer.view.centerY).toBeCloseTo(15_000, 1);
  });
});

describe("clicks", () => {
  it("one does nothing", async () => {
    await click(80, 80);
    await new Promise((resolve) => setTimeout(resolve, 400));
    await click(80, 80);
    expect(viewer.view).toEqual(START);
  });

  it("one tells the slide point under it; a drag and the second of a double click do not", async () => {
    const pressed: Point[] = [];
    viewer.on("press", (at) => pressed.push(at));
    await click(80, 80);
    const at = viewer.toSlide(80, 80);
    expect(pressed).toHaveLength(1);
    expect(pressed[0]!.x).toBeCloseTo(at.x, 0);
    expect(pressed[0]!.y).toBeCloseTo(at.y, 0);
    await click(80, 80, 2);
    await drag([
      [100, 100],
      [180, 140],
    ]);
    expect(pressed).toHaveLength(1);
  });

  it("two at different places do nothing", async () => {
    await click(80, 80);
    await click(180, 80);
    expect(viewer.view).toEqual(START);
  });

  it("two at one place zoom one step, about that place", async () => {
    const anchor = viewer.toSlide(80, 80);
    await click(80, 80);
    await click(80, 80, 2);
    expect(viewer.view.downsample).toBe(2);
    expect(viewer.toSlide(80, 80).x).toBeCloseTo(anchor.x, 1);
    expect(viewer.toSlide(80, 80).y).toBeCloseTo(anchor.y, 1);
  });
});

describe("the wheel", () => {
  it("zooms at the pointer", async () => {
    const anchor = viewer.toSlide(300, 50);
    await wheel(300, 50, { deltaY: -120 });
    await expect.poll(() => viewer.view.downsample).toBeCloseTo(4 / Math.SQRT2, 6);
    expect(viewer.toSlide(300, 50).x).toBeCloseTo(anchor.x, 1);
    expect(viewer.toSlide(300, 50).y).toBeCloseTo(anchor.y, 1);
  });

  it("on a trackpad pans", async () => {
    await wheel(300, 50, { deltaX: 7, deltaY: 3 });
    await expect.poll(() => viewer.view.centerX).toBeCloseTo(20_000 + 7 * 4, 6);
    expect(viewer.view.centerY).toBeCloseTo(15_000 + 3 * 4, 6);
    expect(viewer.view.downsample).toBe(4);
  });

  it("on a trackpad, pinching, zooms", async () => {
    await wheel(300, 50, { deltaY: -5, modifiers: CTRL });
    await expect.poll(() => viewer.view.downsample).toBeCloseTo(4 * 2 ** -0.1, 6);
  });
});

describe("keys", () => {
  it("move the view", async () => {
    document.querySelector<HTMLElement>("[role=application]")!.focus();
    await userEvent.keyboard("{ArrowRight}");
    expect(viewer.view.centerX).toBe(20_000 + 100 * 4);
    await userEvent.keyboard("{ArrowUp}");
    expect(viewer.view.centerY).toBe(15_000 - 75 * 4);
    await userEvent.keyboard("+");
    expect(viewer.view.downsample).toBeCloseTo(4 / Math.SQRT2, 9);
    await userEvent.keyboard("-");
    expect(viewer.view.downsample).toBeCloseTo(4, 9);
    const downsamples: number[] = [];
    for (const key of ["1", "2", "3", "4", "5", "6", "7"]) {
      await userEvent.keyboard(key);
      downsamples.push(viewer.view.downsample);
    }
    expect(downsamples).toEqual([40, 20, 8, 4, 2, 1, 0.125]);
    await userEvent.keyboard("0");
    expect(viewer.view).toMatchObject({ centerX: 20_000, centerY: 15_000 });
    expect(viewer.view.downsample).toBeGreaterThan(100);
  });

  it("magnify by what else is known of the slide's scale, as it is when they are pressed", async () => {
    let mpp: number | undefined;
    const scaleOf = () => ({
      mpp: mpp === undefined ? undefined : { x: mpp, y: mpp, source: "given" },
      objectivePower: undefined,
    });
    viewer.destroy();
    viewer = mountViewer({ reducedMotion: true, scaleOf });
    await openSettled(
      viewer,
      new PositionSlide({ width: 40_000, height: 30_000, downsamples: [1, 4], readMs: 0 }),
      START,
    );
    document.querySelector<HTMLElement>("[role=application]")!.focus();
    await userEvent.keyboard("4");
    expect(viewer.view.downsample).toBe(4);
    mpp = 0.5;
    await userEvent.keyboard("4");
    expect(viewer.view.downsample).toBe(2);
    mpp = 0.25;
    await userEvent.keyboard("4");
    expect(viewer.view.downsample).toBe(4);
  });

  it("are left to whoever writes", async () => {
    const field = document.createElement("input");
    document.body.append(field);
    field.focus();
    await userEvent.keyboard("1+0 ");
    expect(field.value).toBe("1+0 ");
    expect(viewer.view).toEqual(START);
    field.remove();
  });

  it("with Ctrl are left to the browser", async () => {
    document.querySelector<HTMLElement>("[role=application]")!.focus();
    await userEvent.keyboard("{Control>}0{/Control}");
    expect(viewer.view).toEqual(START);
  });

  it("Space held makes any drag a pan", async () => {
    document.querySelector<HTMLElement>("[role=application]")!.focus();
    await userEvent.keyboard("{ >}");
    await drag(
      [
        [100, 100],
        [150, 120],
      ],
      RIGHT,
    );
    await userEvent.keyboard("{/ }");
    expectView({ ...START, centerX: 20_000 - 50 * 4, centerY: 15_000 - 20 * 4 });
  });
});

describe("the pointer", () => {
  it("is told in slide pixels, also when the slide moves beneath it", async () => {
    const first = next(viewer, "pointer");
    await mouse("mouseMoved", 250, 150);
    expect((await first)?.x).toBeCloseTo(20_000 + 50 * 4, 1);
    const then = next(viewer, "pointer");
    viewer.setView({ downsample: 2 });
    expect((await then)?.x).toBeCloseTo(20_000 + 50 * 2, 1);
  });
});

describe("the overview", () => {
  it("goes where one clicks, and drags the view along", async () => {
    const container = mountContainer(200, 200);
    const overview = new Overview(container, viewer, { maxWidth: 200, maxHeight: 200 });
    const map = container.querySelector("canvas")!;
    expect([map.clientWidth, map.clientHeight]).toEqual([200, 150]);
    origin = pageOrigin(map);
    await click(50, 40);
    expectView({ ...START, centerX: 10_000, centerY: 8000 });
    await drag([
      [50, 40],
      [60, 50],
      [70, 60],
    ]);
    expectView({ ...START, centerX: 14_000, centerY: 12_000 });
    overview.destroy();
    expect(container.childElementCount).toBe(0);
  });

  it("shows the slide and shades what has been seen", async () => {
    const container = mountContainer(200, 200);
    new Overview(container, viewer, { visitedColor: "rgb(255 255 255)" });
    const map = container.querySelector("canvas")!;
    const colorAt = (x: number, y: number) => {
      const { data } = map.getContext("2d")!.getImageData(x * devicePixelRatio, y * devicePixelRatio, 1, 1);
      return [...data.subarray(0, 3)];
    };
    // All of the coarsest level is read in the background.
    await expect.poll(() => viewer.stats().tilesPending).toBe(0);
    // A view of 4,000 x 3,000 slide pixels is 20 x 15 on the map, within its own frame.
    const settled = next(viewer, "settled");
    viewer.setView({ centerX: 30_000, centerY: 20_000, downsample: 10 });
    await settled;
    viewer.setView({ centerX: 5000, centerY: 5000 });
    await expect.poll(() => colorAt(150, 100)).toEqual([255, 255, 255]);
    expect(colorAt(50, 130)).not.toEqual([255, 255, 255]);
  });

  it("follows the size of the view and the density of the screen, and keeps what has been seen", async () => {
    const { send } = cdp() as unknown as Metrics;
    const container = mountContainer(200, 200);
    const overview = new Overview(container, viewer, { visitedColor: "rgb(255 0 0)" });
    const map = container.querySelector("canvas")!;
    const colorAt = (x: number, y: number) => {
      const scale = map.width / map.clientWidth;
      return [
        ...map
          .getContext("2d")!
          .getImageData(x * scale, y * scale, 1, 1)
          .data.subarray(0, 3),
      ];
    };
    await expect.poll(() => viewer.stats().tilesPending).toBe(0);
    const settled = next(viewer, "settled");
    viewer.setView({ centerX: 30_000, centerY: 20_000, downsample: 10 });
    await settled;
    // The frame of 400 x 300 CSS pixels ends at 112.5 on the map, that of 400 x 420 at 127.5.
    viewer.setView({ centerX: 20_000, centerY: 15_000, downsample: 50 });
    await expect.poll(() => colorAt(100, 112)).toEqual([255, 255, 255]);
    expect(colorAt(157, 100)).toEqual([255, 0, 0]);
    document.querySelector("canvas")!.parentElement!.parentElement!.style.height = "420px";
    await expect.poll(() => colorAt(100, 127)).toEqual([255, 255, 255]);

    overview.limit(100, 100);
    expect([map.clientWidth, map.clientHeight]).toEqual([100, 75]);
    viewer.setView({ centerX: 5000, centerY: 5000, downsample: 4 });
    await expect.poll(() => colorAt(75, 50)).toEqual([255, 0, 0]);
    onTestFinished(async () => {
      await send("Emulation.clearDeviceMetricsOverride");
    });
    await send("Emulation.setDeviceMetricsOverride", { width: 0, height: 0, deviceScaleFactor: 2, mobile: false });
    // Chromium tells frames nothing of an emulated screen; a real one it does.
    window.dispatchEvent(new Event("resize"));
    await expect.poll(() => [map.width, map.height]).toEqual([200, 150]);
    await expect.poll(() => colorAt(75, 50)).toEqual([255, 0, 0]);
  });
});
