import { existsSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import sharp from "sharp";
import { FileSink } from "../fixtures/file-sink.ts";
import { encodeJpegTile, type JpegTile } from "../fixtures/jpeg-tile.ts";
import { TiffWriter } from "../fixtures/tiff-writer.ts";
import { type BenchLevel, seededRandom } from "./requests.ts";

const TILE = 256;
const JPEG = { quality: 80, layout: "ycbcr420" } as const;
/** Different tiles in a slide. OpenSlide's cache goes by place, so that repeats of one are decoded anew. */
const DISTINCT_TILES = 96;
/** Tiles of plain background would flatter everybody. */
const MINIMUM_TILE_BYTES = 6000;
/** Each level is a quarter of the one above, as scanners have it. */
const LEVEL_STEP = 4;
/** Raised when what is written changes: another file is made then. */
const VERSION = 1;

export interface BenchSlide {
  readonly file: string;
  readonly bytes: number;
  readonly levels: readonly BenchLevel[];
}

/**
 * A JPEG pyramid (256 px tiles, 4:2:0, quality 80) made of repeated tissue tiles of the sample slide.
 * @param size - pixels along each edge, or so many that the file has this many bytes.
 */
export async function benchSlide(
  cache: string,
  sample: string,
  name: string,
  size: { readonly edge: number } | { readonly bytes: number },
): Promise<BenchSlide> {
  const folder = join(cache, "bench", `slides-${VERSION}`);
  const file = join(folder, `${name}.tiff`);
  const facts = join(folder, `${name}.json`);
  if (!existsSync(facts)) {
    mkdirSync(folder, { recursive: true });
    const tiles = await cutTiles(sample);
    const mean = tiles.reduce((sum, { tile }) => sum + tile.length, 0) / tiles.length;
    const share = 1 - 1 / LEVEL_STEP ** 2; // of the file's bytes that level 0 has
    const edge = "edge" in size ? size.edge : TILE * Math.ceil(Math.sqrt((size.bytes * share) / mean));
    writeSlide(`${file}.part`, pyramid(edge), tiles);
    renameSync(`${file}.part`, file);
    writeFileSync(facts, JSON.stringify(pyramid(edge)));
  }
  return { file, bytes: statSync(file).size, levels: JSON.parse(readFileSync(facts, "utf8")) };
}

function pyramid(edge: number): BenchLevel[] {
  const levels: BenchLevel[] = [];
  for (let size = edge; ; size = Math.floor(size / LEVEL_STEP)) {
    levels.push({ width: size, height: size, downsample: edge / size });
    if (size < 2048) return levels;
  }
}

async function cutTiles(sample: string): Promise<JpegTile[]> {
  const { width = 0, height = 0 } = await sharp(sample, { limitInputPixels: false }).metadata();
  const random = seededRandom(4);
  const tiles: JpegTile[] = [];
  for (let tries = 0; tiles.length < DISTINCT_TILES; tries++) {
    if (tries > 100 * DISTINCT_TILES) throw new Error("the sample slide has too few tiles with tissue");
    const left = TILE * Math.floor((random() * width) / TILE);
    const top = TILE * Math.floor((random() * height) / TILE);
    const area = { left, top, width: Math.min(TILE, width - left), height: Math.min(TILE, height - top) };
    if (area.width < TILE || area.height < TILE) continue;
    const pixels = await sharp(sample, { limitInputPixels: false }).extract(area).removeAlpha().raw().toBuffer();
    const tile = await encodeJpegTile(pixels, TILE, TILE, JPEG);
    if (tile.tile.length >= MINIMUM_TILE_BYTES) tiles.push(tile);
  }
  return tiles;
}

function writeSlide(file: string, levels: readonly BenchLevel[], tiles: readonly JpegTile[]): void {
  const sink = new FileSink(file);
  const tiff = new TiffWriter(sink, { big: true });
  const random = seededRandom(5);
  levels.forEach(({ width, height }, index) => {
    const directory = tiff.addDirectory({
      width,
      height,
      tileWidth: TILE,
      tileHeight: TILE,
      compression: "jpeg",
      photometric: "ycbcr",
      chromaSubsampling: [2, 2],
      jpegTables: tiles[0]!.tables,
      subfileType: index === 0 ? 0 : 1,
    });
    for (let tileRow = 0; tileRow < directory.rows; tileRow++) {
      for (let column = 0; column < directory.columns; column++) {
        directory.writeTile(column, tileRow, tiles[Math.floor(random() * tiles.length)]!.tile);
      }
    }
  });
  tiff.finish();
  sink.close();
}
