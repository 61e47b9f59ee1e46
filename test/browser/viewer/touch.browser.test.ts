import { afterAll, beforeAll, expect, it } from "vitest";
import { cdp } from "vitest/browser";
import { PositionSlide } from "../../support/position-slide.ts";

/** The part of Chromium's protocol that is used here. */
interface Input {
  send(method: "Emulation.setTouchEmulationEnabled" | "Input.dispatchTouchEvent", parameters: object): Promise<unknown>;
}

const START = { centerX: 20_000, centerY: 15_000, downsample: 4, rotation: 0 };

let input: Input;

beforeAll(async () => {
  input = cdp() as unknown as Input;
  await input.send("Emulation.setTouchEmulationEnabled", { enabled: true, maxTouchPoints: 5 });
});

afterAll(() => input.send("Emulation.setTouchEmulationEnabled", { enabled: false }));

/** A viewer on a touch screen: the gesture library looks for one when it is loaded. */
async function touchViewer() {
  const { mountViewer, openSettled, pageOrigin } = await import("../../support/mounted-viewer.ts");
  const viewer = mountViewer({ reducedMotion: true });
  await openSettled(viewer, new PositionSlide({ width: 40_000, height: 30_000, readMs: 0 }), START);
  const origin = pageOrigin(document.querySelector("canvas")!);
  const touch = (type: string, ...points: (readonly [x: number, y: number])[]) =>
    input.send("Input.dispatchTouchEvent", {
      type,
      touchPoints: points.map(([x, y], id) => ({ x: origin.x + x * origin.scale, y: origin.y + y * origin.scale, id })),
    });
  return { viewer, touch };
}

it("two fingers zoom about the point between them, and do not turn by accident", async () => {
  const { viewer, touch } = await touchViewer();
  const anchor = viewer.toSlide(200, 100);
  await touch("touchStart", [150, 100]);
  await touch("touchStart", [150, 100], [250, 100]);
  for (const spread of [60, 75, 90, 100]) await touch("touchMove", [200 - spread, 98], [200 + spread, 102]);
  await touch("touchEnd");
  expect(viewer.view.downsample).toBeCloseTo(2, 1);
  expect(viewer.view.rotation).toBe(0);
  expect(viewer.toSlide(200, 100).x).toBeCloseTo(anchor.x, 1);
  expect(viewer.toSlide(200, 100).y).toBeCloseTo(anchor.y, 1);
});

it("two fingers that mean it turn the slide", async () => {
  const { viewer, touch } = await touchViewer();
  await touch("touchStart", [100, 150]);
  await touch("touchStart", [100, 150], [300, 150]);
  for (const angle of [0.1, 0.3, 0.5, 0.7, 0.9]) {
    const x = Math.cos(angle) * 100;
    const y = Math.sin(angle) * 100;
    await touch("touchMove", [200 - x, 150 - y], [200 + x, 150 + y]);
  }
  await touch("touchEnd");
  // Without the part it took to see that it is meant.
  expect(viewer.view.rotation).toBeGreaterThan(0.5);
  expect(viewer.view.rotation).toBeLessThan(0.9);
  expect(viewer.view.downsample).toBeCloseTo(4, 1);
});

it("one finger takes the slide along", async () => {
  const { viewer, touch } = await touchViewer();
  await touch("touchStart", [100, 100]);
  for (const x of [110, 140, 180]) await touch("touchMove", [x, 130]);
  await new Promise((resolve) => setTimeout(resolve, 120));
  await touch("touchEnd");
  expect(viewer.view.centerX).toBeCloseTo(20_000 - 80 * 4, 1);
  expect(viewer.view.centerY).toBeCloseTo(15_000 - 30 * 4, 1);
});

it("two taps at one place zoom one step", async () => {
  const { viewer, touch } = await touchViewer();
  for (let tap = 0; tap < 2; tap++) {
    await touch("touchStart", [100, 100]);
    await touch("touchEnd");
  }
  expect(viewer.view.downsample).toBe(2);
});
