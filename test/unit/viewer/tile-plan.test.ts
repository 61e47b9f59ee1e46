import { describe, expect, it } from "vitest";
import { Pyramid } from "../../../src/viewer/pyramid.ts";
import { PRIORITY, planTiles } from "../../../src/viewer/tile-plan.ts";
import { isInView } from "../../../src/viewer/viewport.ts";
import { PositionSlide } from "../../support/position-slide.ts";

const SLIDE = new PositionSlide({
  width: 100_000,
  height: 80_000,
  downsamples: [1, 4.0003, 16.01, 32.05],
  tilePx: 256,
});
const PYRAMID = new Pyramid(SLIDE.levels);
const SIZE = { width: 1200, height: 800 };
const VIEW = { centerX: 40_000, centerY: 30_000, downsample: 1, rotation: 0 };
const PLENTY = 1e9;

describe("a plan", () => {
  it("has the coarsest level first, then a preview, the view, its margin and the overview", () => {
    const { wanted } = planTiles(PYRAMID, VIEW, SIZE, 1, PLENTY);
    const priorities = wanted.map(({ priority }) => priority);
    expect(priorities).toEqual([...priorities].sort((a, b) => b - a));
    expect(wanted[0]!.address.level).toBe(PYRAMID.base);
    const classes = new Set(priorities.map((priority) => Math.ceil(priority / 1000) * 1000));
    expect([...classes].map((value) => value + 0)).toEqual(Object.values(PRIORITY).map((value) => value + 0));
  });

  it("lists the tiles of the view nearest its middle first", () => {
    const { visible, target } = planTiles(PYRAMID, VIEW, SIZE, 1, PLENTY);
    expect(target).toBe(0);
    const distances = visible.map((address) => {
      const { left, top, right, bottom } = PYRAMID.box(address);
      return Math.hypot((left + right) / 2 - VIEW.centerX, (top + bottom) / 2 - VIEW.centerY);
    });
    expect(distances).toEqual([...distances].sort((a, b) => a - b));
    expect(visible.length).toBeGreaterThanOrEqual(Math.ceil(1200 / 512) * Math.ceil(800 / 512));
    expect(visible.length).toBeLessThanOrEqual(4 * 3);
  });

  it("counts device pixels, not CSS pixels", () => {
    const { target } = planTiles(PYRAMID, { ...VIEW, downsample: 8 }, SIZE, 2, PLENTY);
    expect(PYRAMID.levels[target]!.downsample).toBeCloseTo(4.0003, 9);
  });

  it("leaves out what a turned view does not show", () => {
    const view = { ...VIEW, rotation: Math.PI / 4 };
    const { visible } = planTiles(PYRAMID, view, SIZE, 1, PLENTY);
    expect(visible.every((address) => isInView(view, SIZE, PYRAMID.box(address)))).toBe(true);
  });

  it("never wants more than the cache can hold", () => {
    const bytes = (budget: number) =>
      planTiles(PYRAMID, { ...VIEW, downsample: 1.7 }, SIZE, 2, budget).wanted.reduce(
        (sum, { address }) => sum + PYRAMID.tileBytes(address.level),
        0,
      );
    expect(bytes(PLENTY)).toBeGreaterThan(20e6);
    expect(bytes(20e6)).toBeLessThanOrEqual(20e6);
    expect(bytes(20e6)).toBeGreaterThan(15e6);
  });

  it("does not read a huge level for the overview alone", () => {
    const single = new Pyramid(new PositionSlide({ width: 90_000, height: 90_000, tilePx: 256 }).levels);
    const { wanted } = planTiles(single, VIEW, SIZE, 1, PLENTY);
    expect(wanted.length).toBeLessThan(100);
  });

  it("names no tile twice", () => {
    const { wanted } = planTiles(PYRAMID, { ...VIEW, downsample: 70 }, SIZE, 1, PLENTY);
    const keys = wanted.map(({ address }) => PYRAMID.key(address));
    expect(new Set(keys).size).toBe(keys.length);
  });
});
