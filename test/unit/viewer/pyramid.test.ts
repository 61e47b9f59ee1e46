import { describe, expect, it } from "vitest";
import type { Level } from "#slide";
import { Pyramid } from "../../../src/viewer/pyramid.ts";

function levels(width: number, height: number, downsamples: readonly number[], tilePx?: number): Level[] {
  return downsamples.map((downsample) => ({
    width: Math.floor(width / downsample),
    height: Math.floor(height / downsample),
    downsample,
    tileWidth: tilePx,
    tileHeight: tilePx,
  }));
}

const EVERYWHERE = { left: 0, top: 0, right: Number.POSITIVE_INFINITY, bottom: Number.POSITIVE_INFINITY };
const APERIO = levels(98_123, 71_001, [1, 4.0001, 16.0013, 32.007], 240);

describe("the levels to draw from", () => {
  it("are never far apart, and end in one that fits a few tiles", () => {
    for (const downsamples of [[1], [1, 4.0001, 16.001], [1, 2, 4, 8, 16, 32, 64, 128], [1, 3.1, 50], [1, 16]]) {
      const pyramid = new Pyramid(levels(98_123, 71_001, downsamples, 256));
      const found = pyramid.levels.map((level) => level.downsample);
      for (let i = 1; i < found.length; i++) {
        expect(found[i]! / found[i - 1]!).toBeGreaterThan(1);
        expect(found[i]! / found[i - 1]!).toBeLessThanOrEqual(2.8);
      }
      const base = pyramid.levels[pyramid.base]!;
      expect(Math.max(base.width, base.height)).toBeLessThanOrEqual(1024);
    }
  });

  it("are the slide's own where these are close enough", () => {
    const pyramid = new Pyramid(levels(60_000, 40_000, [1, 2, 4, 8, 16, 32, 64], 256));
    expect(pyramid.levels.map(({ source, reduction }) => [source, reduction])).toEqual(
      [0, 1, 2, 3, 4, 5, 6].map((source) => [source, 1]),
    );
  });

  it("leave out a level that repeats the one before", () => {
    const pyramid = new Pyramid(levels(2000, 2000, [1, 1, 2], 256));
    expect(pyramid.levels.map(({ source }) => source)).toEqual([0, 2]);
  });

  it("are chosen no coarser than can be seen, and no finer than needed", () => {
    const pyramid = new Pyramid(APERIO);
    for (let downsample = 0.1; downsample < 300; downsample *= 1.07) {
      const index = pyramid.levelFor(downsample);
      const texelsPerPixel = downsample / pyramid.levels[index]!.downsample;
      if (index > 0) expect(texelsPerPixel).toBeGreaterThan(0.86);
      if (index < pyramid.base) expect(texelsPerPixel).toBeLessThan(2.5);
    }
  });

  it("take the level itself for a view at its own downsample, broken as that may be", () => {
    const pyramid = new Pyramid(APERIO);
    expect(pyramid.levels[pyramid.levelFor(4)]).toMatchObject({ source: 1, reduction: 1 });
    expect(pyramid.levels[pyramid.levelFor(16)]).toMatchObject({ source: 2, reduction: 1 });
  });
});

describe("tiles", () => {
  it("hold whole stored tiles", () => {
    const step = (tilePx?: number) => new Pyramid(levels(50_000, 50_000, [1], tilePx)).levels[0]!.stepX;
    expect(step(256)).toBe(512);
    expect(step(240)).toBe(480);
    expect(step(512)).toBe(512);
    expect(step(1024)).toBe(1024);
    expect(step(128)).toBe(512);
  });

  it("cut up what is stored too large, and know what to do without a grid", () => {
    const step = (tilePx?: number) => new Pyramid(levels(50_000, 50_000, [1], tilePx)).levels[0]!.stepX;
    expect(step(4096)).toBe(512);
    expect(step(3840)).toBe(480);
    expect(step(50_000 - 1)).toBe(512);
    expect(step(undefined)).toBe(512);
    expect(step(1)).toBe(512);
  });

  it("stand edge to edge without gap or overlap, on whole level-0 pixels, over all of the level", () => {
    for (const source of [APERIO, levels(5003, 3001, [1, 3.3333, 11.07], 254), levels(7001, 1009, [1])]) {
      const pyramid = new Pyramid(source);
      pyramid.levels.forEach(({ columns, rows }, level) => {
        for (let column = 0; column < columns; column++) {
          const box = pyramid.box({ level, column, row: 0 });
          expect(Number.isInteger(box.left)).toBe(true);
          expect(box.left).toBe(column === 0 ? 0 : pyramid.box({ level, column: column - 1, row: 0 }).right);
        }
        const last = pyramid.box({ level, column: columns - 1, row: rows - 1 });
        const { width, height, downsample } = source[pyramid.levels[level]!.source]!;
        expect(last.right).toBe(Math.round(width * downsample));
        expect(last.bottom).toBe(Math.round(height * downsample));
      });
    }
  });

  it("are read from where they stand, in whole texels", () => {
    const pyramid = new Pyramid(APERIO);
    for (const [level, { reduction, stepX, columns, rows, source }] of pyramid.levels.entries()) {
      const address = { level, column: Math.min(3, columns - 1), row: rows - 1 };
      const region = pyramid.region(address);
      const box = pyramid.box(address);
      expect(region).toMatchObject({ x: box.left, y: box.top, level: source });
      expect(region.width).toBeLessThanOrEqual(stepX);
      expect(region.width % reduction).toBe(0);
      expect(region.height % reduction).toBe(0);
      // Enough pixels for the box, to less than one of the source's.
      const { downsample } = APERIO[source]!;
      expect(region.height * downsample).toBeGreaterThan(box.bottom - box.top - downsample);
      const filled = pyramid.filled(address);
      expect(filled.y * region.height * downsample).toBeCloseTo(
        Math.min(box.bottom - box.top, region.height * downsample),
        6,
      );
    }
  });

  it("have a key each", () => {
    const pyramid = new Pyramid(APERIO);
    const keys = new Set<number>();
    let count = 0;
    for (const level of pyramid.levels.keys()) {
      for (const address of pyramid.tiles(level, EVERYWHERE)) {
        keys.add(pyramid.key(address));
        count++;
      }
    }
    expect(keys.size).toBe(count);
  });

  it("of a box are all that touch it and no others", () => {
    const pyramid = new Pyramid(APERIO);
    const box = { left: 30_011.3, top: 20_007.9, right: 34_099.1, bottom: 22_222.2 };
    for (const level of pyramid.levels.keys()) {
      const found = new Set([...pyramid.tiles(level, box)].map((address) => pyramid.key(address)));
      for (const address of pyramid.tiles(level, EVERYWHERE)) {
        const tile = pyramid.box(address);
        const touches =
          tile.left < box.right && tile.right > box.left && tile.top < box.bottom && tile.bottom > box.top;
        if (touches) expect(found.has(pyramid.key(address))).toBe(true);
      }
      expect(found.size).toBeLessThan(400);
    }
  });

  it("outside the slide there are none", () => {
    const pyramid = new Pyramid(APERIO);
    expect([...pyramid.tiles(0, { left: -500, top: -500, right: -1, bottom: -1 })]).toEqual([]);
    expect([...pyramid.tiles(0, { left: 99_000, top: 0, right: 99_500, bottom: 100 })]).toEqual([]);
  });
});

describe("shrunk levels", () => {
  it("of one source come out of the same reads", () => {
    const pyramid = new Pyramid(levels(40_000, 40_000, [1, 16], 256));
    const [own, half, quarter, eighth] = pyramid.levels;
    expect([own, half, quarter, eighth].map((level) => level?.reduction)).toEqual([1, 2, 4, 8]);
    expect(pyramid.siblings(0)).toEqual([]);
    expect(pyramid.siblings(1)).toEqual([2, 3]);
    const address = { level: 1, column: 3, row: 5 };
    for (const level of [2, 3]) {
      expect(pyramid.region({ ...address, level })).toEqual(pyramid.region(address));
      expect(pyramid.readKey({ ...address, level })).toBe(pyramid.readKey(address));
    }
    expect(pyramid.readKey({ ...address, level: 0 })).not.toBe(pyramid.readKey(address));
  });

  it("keep reads small however far they bridge", () => {
    const pyramid = new Pyramid(levels(100_000, 100_000, [1], 256));
    for (const [level, { stepX, stepY }] of pyramid.levels.entries()) {
      expect(stepX * stepY).toBeLessThanOrEqual(1024 * 1024);
      expect(pyramid.tileBytes(level)).toBeLessThanOrEqual(1024 * 1024);
    }
  });
});
