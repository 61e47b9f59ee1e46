import { describe, expect, it } from "vitest";
import { glideTo, slide } from "../../../src/viewer/motion.ts";
import { toSlide, type ViewState, zoomedAt } from "../../../src/viewer/viewport.ts";

const SIZE = { width: 1000, height: 700 };
const START: ViewState = { centerX: 150_000, centerY: 90_000, downsample: 8, rotation: 0.2 };

describe("a glide", () => {
  it("ends exactly where it was sent, soon", () => {
    const end = { centerX: 150_400, centerY: 89_000, downsample: 2, rotation: -0.4 };
    const motion = glideTo(end);
    let view = START;
    let elapsed = 0;
    for (let over = false; !over; elapsed += 16) {
      ({ view, over } = motion.step(view, SIZE, 16));
      expect(elapsed).toBeLessThan(500);
    }
    expect(view).toEqual(end);
  });

  it("keeps the point under the pointer still all the way of a zoom", () => {
    const at = { x: 130, y: 600 };
    const anchor = toSlide(START, SIZE, at);
    const motion = glideTo(zoomedAt(START, SIZE, 5, at));
    let view = START;
    for (let over = false; !over; ) {
      ({ view, over } = motion.step(view, SIZE, 16));
      const now = toSlide(view, SIZE, at);
      expect(Math.hypot(now.x - anchor.x, now.y - anchor.y) / view.downsample).toBeLessThan(0.01);
    }
  });

  it("turns the short way around", () => {
    const motion = glideTo({ ...START, rotation: -3 });
    const { view } = motion.step({ ...START, rotation: 3 }, SIZE, 16);
    expect(Math.abs(view.rotation)).toBeGreaterThan(3);
  });

  it("is as far after one long frame as after two short ones", () => {
    const motion = glideTo({ ...START, centerX: 150_800 });
    const once = motion.step(START, SIZE, 32).view;
    const twice = motion.step(motion.step(START, SIZE, 16).view, SIZE, 16).view;
    expect(once.centerX).toBeCloseTo(twice.centerX, 6);
  });
});

describe("a flick", () => {
  it("slows down and comes to rest", () => {
    const motion = slide(2, 0);
    let view = { ...START, rotation: 0 };
    let previous = Number.POSITIVE_INFINITY;
    let frames = 0;
    for (let over = false; !over; frames++) {
      const step = motion.step(view, SIZE, 16);
      const way = (step.view.centerX - view.centerX) / view.downsample;
      expect(way).toBeLessThan(previous);
      expect(way).toBeGreaterThan(0);
      previous = way;
      view = step.view;
      over = step.over;
    }
    expect(frames * 16).toBeLessThan(2000);
  });
});
