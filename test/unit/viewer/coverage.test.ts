import { describe, expect, it } from "vitest";
import type { Level } from "#slide";
import { coverage } from "../../../src/viewer/coverage.ts";
import { Pyramid, type TileAddress } from "../../../src/viewer/pyramid.ts";
import type { SlideBox } from "../../../src/viewer/viewport.ts";

const LEVELS: Level[] = [1, 3, 9.01, 24].map((downsample) => ({
  width: Math.floor(20_000 / downsample),
  height: Math.floor(15_000 / downsample),
  downsample,
  tileWidth: 256,
  tileHeight: 256,
}));
const PYRAMID = new Pyramid(LEVELS);
const TARGET = 2;
const BOX = { left: 4000, top: 3000, right: 9000, bottom: 7000 };

function cacheOf(addresses: Iterable<TileAddress>) {
  const keys = new Set([...addresses].map((address) => PYRAMID.key(address)));
  return (address: TileAddress) => keys.has(PYRAMID.key(address));
}

/** Whether every point of `box`, probed on a grid, lies in one of the tiles. */
function covers(tiles: readonly TileAddress[], box: SlideBox): boolean {
  const boxes = tiles.map((address) => PYRAMID.box(address));
  for (let y = box.top; y < box.bottom; y += 61) {
    for (let x = box.left; x < box.right; x += 61) {
      if (!boxes.some(({ left, top, right, bottom }) => x >= left && x < right && y >= top && y < bottom)) return false;
    }
  }
  return true;
}

describe("what is painted", () => {
  it("is the target level alone where it is complete", () => {
    const has = cacheOf([0, 1, 2, 3, 4, 5].flatMap((level) => [...PYRAMID.tiles(level, BOX)]));
    const tiles = coverage(PYRAMID, TARGET, BOX, has);
    expect(new Set(tiles.map(({ level }) => level))).toEqual(new Set([TARGET]));
    expect(covers(tiles, BOX)).toBe(true);
  });

  it("keeps the parent until the child is there, and paints it first", () => {
    const target = [...PYRAMID.tiles(TARGET, BOX)];
    const missing = target[5]!;
    const parents = [...PYRAMID.tiles(TARGET + 1, BOX)];
    const has = cacheOf([...target.filter((address) => address !== missing), ...parents]);
    const tiles = coverage(PYRAMID, TARGET, BOX, has);
    expect(covers(tiles, BOX)).toBe(true);
    const order = tiles.map(({ level }) => level);
    expect(order).toEqual([...order].sort((a, b) => b - a));
    // Only parents that lie under the hole.
    const hole = PYRAMID.box(missing);
    for (const address of tiles.filter(({ level }) => level === TARGET + 1)) {
      // To a pixel: tiles stand up to half of one beside their place in the grid.
      const { left, top, right, bottom } = PYRAMID.box(address);
      expect(left <= hole.right && right >= hole.left && top <= hole.bottom && bottom >= hole.top).toBe(true);
    }
    // And when the child has come, the parent goes.
    const then = coverage(PYRAMID, TARGET, BOX, cacheOf([...target, ...parents]));
    expect(then.every(({ level }) => level === TARGET)).toBe(true);
  });

  it("goes up as far as needed when whole levels are missing", () => {
    const tiles = coverage(PYRAMID, 0, BOX, cacheOf(PYRAMID.tiles(PYRAMID.base, BOX)));
    expect(tiles.every(({ level }) => level === PYRAMID.base)).toBe(true);
    expect(covers(tiles, BOX)).toBe(true);
  });

  it("stays sharp while zooming out: finer tiles lie over coarser ones and under the target's", () => {
    const finer = [...PYRAMID.tiles(TARGET - 1, { left: 5000, top: 4000, right: 6000, bottom: 5000 })];
    const has = cacheOf([...PYRAMID.tiles(PYRAMID.base, BOX), ...finer]);
    const tiles = coverage(PYRAMID, TARGET, BOX, has);
    expect(tiles.map(({ level }) => level)).toEqual([
      ...tiles.filter(({ level }) => level === PYRAMID.base).map(() => PYRAMID.base),
      ...finer.map(() => TARGET - 1),
    ]);
  });

  it("is nothing where nothing is known", () => {
    expect(coverage(PYRAMID, TARGET, BOX, () => false)).toEqual([]);
  });

  it("names no tile twice", () => {
    let state = 7;
    const random = () => {
      state = (state * 1103515245 + 12345) % 2147483648;
      return state / 2147483648;
    };
    for (let round = 0; round < 20; round++) {
      const cached = PYRAMID.levels.flatMap((_, level) => [...PYRAMID.tiles(level, BOX)]).filter(() => random() < 0.5);
      const keys = coverage(PYRAMID, round % 4, BOX, cacheOf(cached)).map((address) => PYRAMID.key(address));
      expect(new Set(keys).size).toBe(keys.length);
    }
  });
});
