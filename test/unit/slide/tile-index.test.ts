import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Level } from "../../../src/slide/level.ts";
import { readTileIndex, type TileIndex, tileRanges } from "../../../src/slide/tile-index.ts";
import { MemorySink, type TiffOptions, TiffWriter } from "../../fixtures/tiff-writer.ts";
import { randomNumbers } from "../../support/patterned-bytes.ts";

const SLIDES = process.env.COVERSLIP_SLIDES ?? join(import.meta.dirname, "../../../../shared/slides");
const FORMAT = { tileWidth: 64, tileHeight: 32, compression: "none", photometric: "grey" } as const;
/** What stdio reads past a tile. */
const PAST = 1024;

describe("the tile index", () => {
  it.each([
    ["classic", { big: false, littleEndian: true }],
    ["big-endian classic", { big: false, littleEndian: false }],
    ["BigTIFF", { big: true, littleEndian: true }],
    ["big-endian BigTIFF", { big: true, littleEndian: false }],
  ])("finds the tiles of every directory of a %s file", (_, options) => {
    const { bytes, places } = pyramid(options);
    const index = readTileIndex(bytesOf(bytes), 3)!;
    expect(index.file).toBe(3);
    expect(
      index.grids.map(({ width, height, tileWidth, tileHeight }) => [width, height, tileWidth, tileHeight]),
    ).toEqual([
      [200, 100, 64, 32],
      [50, 25, 64, 32],
    ]);
    const grid = index.grids[0]!;
    expect([...grid.offsets].map((offset, tile) => ({ offset, length: grid.byteCounts[tile] }))).toEqual(places);
  });

  it("passes over directories that are not tiled", () => {
    const sink = new MemorySink();
    const writer = new TiffWriter(sink);
    writer.addDirectory({ width: 64, height: 32, ...FORMAT }).writeTile(0, 0, new Uint8Array(2048));
    const strips = { width: 10, height: 10, rowsPerStrip: 10, compression: "none", photometric: "grey" } as const;
    writer.addDirectory(strips).writeTile(0, 0, new Uint8Array(100));
    writer.finish();
    expect(readTileIndex(bytesOf(sink.toBytes()))!.grids).toHaveLength(1);
  });

  it("is not made of Hamamatsu's own kind of TIFF", () => {
    const sink = new MemorySink();
    const writer = new TiffWriter(sink);
    const tags = [{ tag: 65420, type: 4, values: [1] }] as const;
    writer.addDirectory({ width: 64, height: 32, ...FORMAT, tags }).writeTile(0, 0, new Uint8Array(2048));
    writer.finish();
    expect(readTileIndex(bytesOf(sink.toBytes()))).toBeUndefined();
  });

  it("is undefined, and soon, for what is cut short, damaged or no TIFF at all", () => {
    const { bytes } = pyramid({ big: true });
    const began = performance.now();
    for (const size of [0, 4, 8, 15, 16, 40, bytes.length - 1]) {
      expect(readTileIndex(bytesOf(bytes.subarray(0, size)))).toBeUndefined();
    }
    expect(readTileIndex(bytesOf(new TextEncoder().encode("no slide, but a text of some length")))).toBeUndefined();
    // Whatever byte of it is damaged, an answer comes; most give none or the same.
    const random = randomNumbers(1);
    for (let i = 0; i < 5000; i++) {
      const damaged = bytes.slice();
      for (let k = 0; k < 3; k++) damaged[directoryByte(damaged, random())] = Math.floor(random() * 256);
      readTileIndex(bytesOf(damaged));
    }
    expect(performance.now() - began).toBeLessThan(20_000);
  });

  it("does not follow directories round in a circle", () => {
    const { bytes } = pyramid({ big: false });
    const view = new DataView(bytes.buffer);
    const first = view.getUint32(4, true);
    const count = view.getUint16(first, true);
    view.setUint32(first + 2 + count * 12, first, true);
    expect(readTileIndex(bytesOf(bytes))).toBeUndefined();
  });

  it("does not believe in more tiles than a slide can have", () => {
    const sink = new MemorySink();
    const writer = new TiffWriter(sink, { big: true });
    const directory = writer.addDirectory({ width: 64, height: 32, ...FORMAT });
    directory.writeTile(0, 0, new Uint8Array(2048));
    writer.finish();
    const bytes = sink.toBytes();
    const view = new DataView(bytes.buffer);
    const first = Number(view.getBigUint64(8, true));
    for (let i = 0; i < Number(view.getBigUint64(first, true)); i++) {
      const entry = first + 8 + i * 20;
      const tag = view.getUint16(entry, true);
      if (tag === 256 || tag === 257) view.setUint32(entry + 12, 2 ** 31, true);
      if (tag === 324 || tag === 325) view.setBigUint64(entry + 4, 2n ** 51n, true);
    }
    expect(readTileIndex(bytesOf(bytes))).toBeUndefined();
  });

  it("is undefined when the file cannot be read", () => {
    const broken = {
      ...bytesOf(pyramid({}).bytes),
      read: () => {
        throw new Error("gone");
      },
    };
    expect(readTileIndex(broken)).toBeUndefined();
  });

  const real = join(SLIDES, "svs/CMU-1-Small-Region.svs");
  it.skipIf(!existsSync(real))(`finds the tiles of a real slide (${real})`, () => {
    const bytes = readFileSync(real);
    const index = readTileIndex(bytesOf(bytes))!;
    expect(index.grids).toHaveLength(1);
    const { width, height, tileWidth, tileHeight, offsets, byteCounts } = index.grids[0]!;
    expect([width, height, tileWidth, tileHeight, offsets.length]).toEqual([2220, 2967, 240, 240, 130]);
    // Each is a JPEG, from its first marker to its last.
    for (const [tile, offset] of offsets.entries()) {
      expect(bytes.readUInt16BE(offset)).toBe(0xffd8);
      expect(bytes.readUInt16BE(offset + byteCounts[tile]! - 2)).toBe(0xffd9);
    }
  });
});

describe("ranges of a region's tiles", () => {
  const { bytes, places } = pyramid({});
  const index = readTileIndex(bytesOf(bytes))!;
  const levels = [level(200, 100, 1), level(50, 25, 4)];
  const tilesOf = (x: number, y: number, width: number, height: number) =>
    tileRanges(index, levels, { x, y, level: 0, width, height }).map(({ offset, length, file }) => {
      expect(file).toBe(0);
      const tile = places.findIndex((place) => place.offset === offset);
      expect(length).toBe(places[tile]!.length + PAST);
      return tile;
    });

  it("are those of the tiles that it touches, and no others", () => {
    expect(tilesOf(0, 0, 64, 32)).toEqual([0]);
    expect(tilesOf(0, 0, 65, 32)).toEqual([0, 1]);
    expect(tilesOf(63, 31, 2, 2)).toEqual([0, 1, 4, 5]);
    expect(tilesOf(64, 32, 1, 1)).toEqual([5]);
    expect(tilesOf(-1000, -1000, 1001, 1001)).toEqual([0]);
    expect(tilesOf(-1000, -1000, 5000, 5000)).toHaveLength(16);
  });

  it("are none outside the slide, for an empty region, and for a level that the file does not have", () => {
    expect(tilesOf(256, 0, 10, 10)).toEqual([]);
    expect(tilesOf(-50, 0, 50, 10)).toEqual([]);
    expect(tilesOf(10, 10, 0, 10)).toEqual([]);
    expect(tilesOf(Number.NaN, 0, 10, 10)).toEqual([]);
    const region = { x: 0, y: 0, width: 10, height: 10 };
    expect(tileRanges(index, levels, { ...region, level: 2 })).toEqual([]);
    expect(tileRanges(index, [level(201, 100, 1)], { ...region, level: 0 })).toEqual([]);
  });

  it("of a lower level are found by positions of the full one", () => {
    const ranges = tileRanges(index, levels, { x: 196, y: 96, level: 1, width: 1, height: 1 });
    expect(ranges.map(({ offset }) => offset)).toEqual([index.grids[1]!.offsets[0]]);
  });

  it("leave out tiles that are not stored, and those of an absurd length", () => {
    const grid = index.grids[0]!;
    const holes: TileIndex = {
      ...index,
      grids: [{ ...grid, offsets: grid.offsets.slice(), byteCounts: grid.byteCounts.slice() }],
    };
    holes.grids[0]!.offsets[0] = 0;
    holes.grids[0]!.byteCounts[1] = 0;
    holes.grids[0]!.byteCounts[2] = 2 ** 31;
    const ranges = tileRanges(holes, levels, { x: 0, y: 0, level: 0, width: 200, height: 32 });
    expect(ranges.map(({ offset }) => offset)).toEqual([grid.offsets[3]]);
  });

  it("are not listed for a region of thousands of tiles", () => {
    const offsets = new Float64Array(100 * 100).fill(1);
    const byteCounts = new Uint32Array(100 * 100).fill(1);
    const grid = { width: 1000, height: 1000, tileWidth: 10, tileHeight: 10, offsets, byteCounts };
    const region = { x: 0, y: 0, level: 0, width: 1000, height: 1000 };
    expect(tileRanges({ file: 0, grids: [grid] }, [level(1000, 1000, 1)], region)).toEqual([]);
    expect(tileRanges({ file: 0, grids: [grid] }, [level(1000, 1000, 1)], { ...region, width: 10 })).toHaveLength(100);
  });
});

/** A file of two levels whose tiles have different lengths. */
function pyramid(options: TiffOptions) {
  const sink = new MemorySink();
  const writer = new TiffWriter(sink, options);
  const level = writer.addDirectory({ width: 200, height: 100, ...FORMAT });
  const places = Array.from({ length: level.rows * level.columns }, (_, tile) =>
    level.writeTile(tile % level.columns, Math.floor(tile / level.columns), new Uint8Array(50 + tile)),
  );
  writer.addDirectory({ width: 50, height: 25, ...FORMAT, subfileType: 1 }).writeTile(0, 0, new Uint8Array(20));
  writer.finish();
  return { bytes: sink.toBytes(), places };
}

function level(width: number, height: number, downsample: number): Level {
  return { width, height, downsample, tileWidth: 64, tileHeight: 32 };
}

function bytesOf(bytes: Uint8Array) {
  return {
    size: bytes.length,
    read(target: Uint8Array, position: number): number {
      const part = bytes.subarray(position, position + target.length);
      target.set(part);
      return part.length;
    },
  };
}

/** A place among the header and directories, which stand behind the tiles. */
function directoryByte(bytes: Uint8Array, random: number): number {
  const first = Number(new DataView(bytes.buffer).getBigUint64(8, true));
  const place = Math.floor(random * (bytes.length - first + 16));
  return place < 16 ? place : Math.min(bytes.length - 1, first + place - 16);
}
