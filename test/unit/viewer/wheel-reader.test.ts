import { describe, expect, it } from "vitest";
import { type WheelFacts, WheelReader } from "../../../src/viewer/tools/wheel-reader.ts";

let clock = 0;

function wheel(facts: Partial<WheelFacts>, afterMs = 1000): WheelFacts {
  clock += afterMs;
  return { deltaX: 0, deltaY: 0, deltaMode: 0, ctrlKey: false, metaKey: false, timeStamp: clock, ...facts };
}

describe("a mouse wheel", () => {
  it.each([
    ["Chrome on Windows", { deltaY: 100, wheelDeltaY: -120 }],
    ["Chrome on Linux", { deltaY: 120, wheelDeltaY: -120 }],
    ["Chrome on a Mac, slowed by acceleration", { deltaY: 4.000244140625, wheelDeltaY: -120 }],
    ["Firefox, in lines", { deltaY: 3, deltaMode: 1 }],
    ["a browser without the old field", { deltaY: 100 }],
  ])("zooms one step a notch: %s", (_where, facts) => {
    const wish = new WheelReader().read(wheel(facts));
    expect(wish).toMatchObject({ kind: "zoom", stepped: true });
    expect(wish.kind === "zoom" && wish.factor).toBeCloseTo(Math.SQRT1_2, 6);
  });

  it("zooms in the other way round, and never more than three notches at once", () => {
    const up = new WheelReader().read(wheel({ deltaY: -120, wheelDeltaY: 120 }));
    expect(up.kind === "zoom" && up.factor).toBeCloseTo(Math.SQRT2, 6);
    const spin = new WheelReader().read(wheel({ deltaY: -2400, wheelDeltaY: 2400 }));
    expect(spin.kind === "zoom" && spin.factor).toBeCloseTo(Math.SQRT2 ** 3, 6);
  });

  it("zooms with Ctrl held as well", () => {
    expect(new WheelReader().read(wheel({ deltaY: 100, wheelDeltaY: -120, ctrlKey: true }))).toMatchObject({
      kind: "zoom",
      stepped: true,
    });
  });

  it("tilted sideways it pans", () => {
    expect(new WheelReader().read(wheel({ deltaX: 100 }))).toEqual({ kind: "pan", dx: 100, dy: 0 });
  });
});

describe("two fingers on a trackpad", () => {
  it.each([
    ["Chrome on a Mac", { deltaX: 1, deltaY: 3, wheelDeltaY: -9 }],
    ["Chrome on a Mac, straight down", { deltaY: 2, wheelDeltaY: -6 }],
    ["Chrome on Windows", { deltaY: 7.5, wheelDeltaY: -9 }],
    ["Firefox", { deltaX: -2.5, deltaY: 1.5 }],
  ])("pan: %s", (_where, facts) => {
    const wish = new WheelReader().read(wheel(facts));
    expect(wish).toMatchObject({ kind: "pan", dy: facts.deltaY });
  });

  it("go on panning when a swipe happens to hit a notch's number", () => {
    const reader = new WheelReader();
    reader.read(wheel({ deltaY: 3, wheelDeltaY: -9 }));
    expect(reader.read(wheel({ deltaY: 120, wheelDeltaY: -120 }, 16))).toEqual({ kind: "pan", dx: 0, dy: 120 });
    expect(reader.read(wheel({ deltaY: 40, wheelDeltaY: -120 }, 16))).toEqual({ kind: "pan", dx: 0, dy: 40 });
  });

  it("and the wheel zooms again after a pause", () => {
    const reader = new WheelReader();
    reader.read(wheel({ deltaY: 3, wheelDeltaY: -9 }));
    expect(reader.read(wheel({ deltaY: 100, wheelDeltaY: -120 }))).toMatchObject({ kind: "zoom" });
  });

  it("pan right after a pinch, whose events look like notches in Chromium", () => {
    const reader = new WheelReader();
    reader.read(wheel({ deltaY: -1.3, wheelDeltaY: 120, ctrlKey: true }));
    expect(reader.read(wheel({ deltaY: 4, wheelDeltaY: -12 }, 30))).toMatchObject({ kind: "pan" });
  });

  it("pinching zoom, smoothly and by little", () => {
    const wish = new WheelReader().read(wheel({ deltaY: -2.5, wheelDeltaY: 120, ctrlKey: true }));
    expect(wish).toMatchObject({ kind: "zoom", stepped: false });
    expect(wish.kind === "zoom" && wish.factor).toBeCloseTo(2 ** 0.05, 6);
  });
});
