import { MemorySink, TiffWriter } from "../fixtures/tiff-writer.ts";

const TILE = 256;

/**
 * A tiled TIFF with one disc of pink tissue on glass of one shade, the tissue's shades telling places; 0.5 µm per pixel, three
 * levels.
 */
export function drawTissueTiff(
  options: { width?: number; height?: number; radius?: number; hasScale?: boolean; glass?: number } = {},
): Uint8Array<ArrayBuffer> {
  const { width = 2048, height = 1536, radius = 700, hasScale = true, glass = 240 } = options;
  const sink = new MemorySink();
  const writer = new TiffWriter(sink);
  const resolution = { x: 20_000, y: 20_000, unit: "cm" } as const;
  for (const downsample of [1, 4, 16]) {
    const level = writer.addDirectory({
      width: width / downsample,
      height: height / downsample,
      tileWidth: TILE,
      tileHeight: TILE,
      compression: "none",
      photometric: "rgb",
      ...(downsample > 1 ? { subfileType: 1 } : hasScale ? { resolution } : {}),
    });
    for (let row = 0; row < level.rows; row++) {
      for (let column = 0; column < level.columns; column++) {
        const rgb = new Uint8Array(TILE * TILE * 3);
        for (let i = 0; i < TILE * TILE; i++) {
          const x = (column * TILE + (i % TILE)) * downsample;
          const y = (row * TILE + Math.floor(i / TILE)) * downsample;
          const isTissue = Math.hypot(x - width / 2, y - height / 2) < radius;
          const noise = ((x * 7919 + y * 104_729) >>> 4) % 24;
          rgb[i * 3] = isTissue ? 150 + ((x >> 5) % 60) + noise : glass;
          rgb[i * 3 + 1] = isTissue ? 50 + ((y >> 5) % 60) + noise : glass;
          rgb[i * 3 + 2] = isTissue ? 130 + noise : glass;
        }
        level.writeTile(column, row, rgb);
      }
    }
  }
  writer.finish();
  return sink.toBytes();
}
