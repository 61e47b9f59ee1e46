import type { Pixels, Region } from "#slide";
import { MemorySink, TiffWriter } from "../fixtures/tiff-writer.ts";

export const SIZE = { width: 700, height: 500 };
export const TILE = 256;

/** What a pixel of the drawn slide shows: where it is. */
export const colourAt = (x: number, y: number) => [x & 255, y & 255, ((x >> 8) << 4) | (y >> 8), 255];

/**
 * An uncompressed tiled TIFF whose colours tell positions, with a blank level of half the size (OpenSlide hashes the
 * lowest level when it opens). `lastTileAt` has the last tile of level 0 read from elsewhere.
 */
export function drawSlide(lastTileAt?: number): Uint8Array<ArrayBuffer> {
  const sink = new MemorySink();
  const writer = new TiffWriter(sink);
  const format = { tileWidth: TILE, tileHeight: TILE, compression: "none", photometric: "rgb" } as const;
  const level = writer.addDirectory({ ...SIZE, ...format });
  for (let row = 0; row < level.rows; row++) {
    for (let column = 0; column < level.columns; column++) {
      const rgb = new Uint8Array(TILE * TILE * 3);
      for (let y = 0; y < TILE; y++) {
        for (let x = 0; x < TILE; x++) {
          rgb.set(colourAt(column * TILE + x, row * TILE + y).slice(0, 3), (y * TILE + x) * 3);
        }
      }
      const place = level.writeTile(column, row, rgb);
      const isLast = row === level.rows - 1 && column === level.columns - 1;
      if (isLast && lastTileAt !== undefined) level.placeTile(column, row, { ...place, offset: lastTileAt });
    }
  }
  const half = writer.addDirectory({ width: SIZE.width / 2, height: SIZE.height / 2, ...format, subfileType: 1 });
  const blank = half.writeTile(0, 0, new Uint8Array(TILE * TILE * 3));
  half.placeTile(1, 0, blank);
  writer.finish();
  return sink.toBytes();
}

/** The first pixel of a level-0 read that is not what was drawn there (outside: transparent), in words. */
export function firstWrongPixel({ data, width, height }: Pixels, region: Pick<Region, "x" | "y">): string | undefined {
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = [x + region.x, y + region.y] as const;
      const isInside = at[0] >= 0 && at[1] >= 0 && at[0] < SIZE.width && at[1] < SIZE.height;
      const pixel = data.subarray((y * width + x) * 4, (y * width + x) * 4 + 4);
      const expected = isInside ? colourAt(...at) : [0, 0, 0, 0];
      if (expected.some((value, c) => value !== pixel[c])) return `pixel ${at} is ${pixel}, not ${expected}`;
    }
  }
  return undefined;
}
