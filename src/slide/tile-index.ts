import type { ByteRange, SyncBytes } from "#bytes";
import type { Level } from "./level.ts";
import type { Region } from "./region.ts";

/**
 * Where a tiled TIFF keeps its tiles, so that their bytes can be fetched before OpenSlide asks for them. Plain data.
 * For hints only: nothing is decoded by it, and a format that it does not understand is merely slower.
 */
export interface TileIndex {
  /** Index of the TIFF among the slide's files. */
  readonly file: number;
  readonly grids: readonly TileGrid[];
}

/** The tiles of one directory, row by row. */
interface TileGrid {
  /** Pixels of the directory's image. */
  readonly width: number;
  readonly height: number;
  readonly tileWidth: number;
  readonly tileHeight: number;
  /** 0 where a tile is not stored. */
  readonly offsets: Float64Array<ArrayBuffer>;
  readonly byteCounts: Uint32Array<ArrayBuffer>;
}

// What a damaged file may make us do: the largest slides have some 20 directories and two million tiles.
const MOST_DIRECTORIES = 200;
const MOST_ENTRIES = 1000;
const MOST_TILES = 2 ** 22;
/** A region of more tiles is read so slowly that fetching ahead does not matter, and would fill every queue. */
const MOST_TILES_HINTED = 1024;
const LARGEST_TILE_BYTES = 2 ** 26;
/** musl's stdio fills its buffer behind every read: this much is always read past what was asked for. */
const READ_PAST_BYTES = 1024;

const TAG = { width: 256, height: 257, tileWidth: 322, tileHeight: 323, offsets: 324, byteCounts: 325, ndpi: 65420 };
/** Bytes of the field types that hold the numbers above: SHORT, LONG, LONG8. */
const TYPE_BYTES = new Map([
  [3, 2],
  [4, 4],
  [16, 8],
]);

/**
 * Reads the tile positions of a classic or BigTIFF.
 * @returns undefined for what is not a tiled TIFF, or an odd, damaged or absurd one. Never throws.
 */
export function readTileIndex(bytes: Pick<SyncBytes, "size" | "read">, file = 0): TileIndex | undefined {
  try {
    const grids = new TiffDirectories(bytes).readGrids();
    return grids.length > 0 ? { file, grids } : undefined;
  } catch {
    // Cut short, damaged, or unreadable just now: whoever needs these bytes will say so in its own words.
    return undefined;
  }
}

/** Bytes that reading the region will need; none where its level is no directory of the TIFF. */
export function tileRanges(index: TileIndex, levels: readonly Level[], region: Region): ByteRange[] {
  const level = levels[region.level];
  const grid = level && index.grids.find((grid) => grid.width === level.width && grid.height === level.height);
  if (!grid || region.width <= 0 || region.height <= 0) return [];
  const columns = Math.ceil(grid.width / grid.tileWidth);
  const rows = Math.ceil(grid.height / grid.tileHeight);
  const x = region.x / level.downsample;
  const y = region.y / level.downsample;
  const left = Math.max(0, Math.floor(x / grid.tileWidth));
  const top = Math.max(0, Math.floor(y / grid.tileHeight));
  const right = Math.min(columns, Math.ceil((x + region.width) / grid.tileWidth));
  const bottom = Math.min(rows, Math.ceil((y + region.height) / grid.tileHeight));
  const ranges: ByteRange[] = [];
  if ((right - left) * (bottom - top) > MOST_TILES_HINTED) return ranges;
  for (let row = top; row < bottom; row++) {
    for (let column = left; column < right; column++) {
      const tile = row * columns + column;
      const offset = grid.offsets[tile]!;
      const length = grid.byteCounts[tile]!;
      if (offset === 0 || length === 0 || length > LARGEST_TILE_BYTES) continue;
      ranges.push({ file: index.file, offset, length: length + READ_PAST_BYTES });
    }
  }
  return ranges;
}

/** An entry of a directory: where its numbers lie. */
interface Field {
  readonly type: number;
  readonly count: number;
  readonly offset: number;
}

/** Walks the chain of directories. Throws a RangeError at the first thing that is not as it should be. */
class TiffDirectories {
  readonly #bytes: Pick<SyncBytes, "size" | "read">;
  readonly #littleEndian: boolean;
  readonly #isBig: boolean;
  readonly #first: number;
  #tilesLeft = MOST_TILES;

  constructor(bytes: Pick<SyncBytes, "size" | "read">) {
    this.#bytes = bytes;
    const header = this.#view(0, 16);
    const order = header.getUint16(0);
    this.#littleEndian = order === 0x4949;
    const magic = header.getUint16(2, this.#littleEndian);
    expect((order === 0x4949 || order === 0x4d4d) && (magic === 42 || magic === 43), "no TIFF");
    this.#isBig = magic === 43;
    this.#first = this.#isBig ? this.#uint64(header, 8) : header.getUint32(4, this.#littleEndian);
  }

  readGrids(): TileGrid[] {
    const grids: TileGrid[] = [];
    const seen = new Set<number>();
    for (let at = this.#first; at !== 0; ) {
      expect(!seen.has(at) && seen.size < MOST_DIRECTORIES, "directories go round, or have no end");
      seen.add(at);
      const { fields, next } = this.#readDirectory(at);
      // Hamamatsu's own TIFF: 64-bit offsets in a 32-bit layout, and JPEG restart intervals where tiles would be.
      expect(!fields.has(TAG.ndpi), "NDPI");
      const grid = this.#readGrid(fields);
      if (grid) grids.push(grid);
      at = next;
    }
    return grids;
  }

  #readDirectory(at: number): { fields: Map<number, Field>; next: number } {
    const countBytes = this.#isBig ? 8 : 2;
    const entryBytes = this.#isBig ? 20 : 12;
    const offsetBytes = this.#isBig ? 8 : 4;
    const head = this.#view(at, countBytes);
    const count = this.#isBig ? this.#uint64(head, 0) : head.getUint16(0, this.#littleEndian);
    expect(count <= MOST_ENTRIES, "too many entries");
    const view = this.#view(at + countBytes, count * entryBytes + offsetBytes);
    const fields = new Map<number, Field>();
    for (let i = 0; i < count; i++) {
      const entry = i * entryBytes;
      const type = view.getUint16(entry + 2, this.#littleEndian);
      const valueAt = entry + entryBytes - offsetBytes;
      const valueCount = this.#isBig ? this.#uint64(view, entry + 4) : view.getUint32(entry + 4, this.#littleEndian);
      const fitsInline = valueCount * (TYPE_BYTES.get(type) ?? Number.POSITIVE_INFINITY) <= offsetBytes;
      const offset = fitsInline ? at + countBytes + valueAt : this.#offset(view, valueAt);
      fields.set(view.getUint16(entry, this.#littleEndian), { type, count: valueCount, offset });
    }
    return { fields, next: this.#offset(view, count * entryBytes) };
  }

  /** undefined where the directory is not tiled, or keeps its colours in planes of their own. */
  #readGrid(fields: Map<number, Field>): TileGrid | undefined {
    const offsets = fields.get(TAG.offsets);
    const byteCounts = fields.get(TAG.byteCounts);
    if (!offsets || !byteCounts) return undefined;
    const [width, height, tileWidth, tileHeight] = [TAG.width, TAG.height, TAG.tileWidth, TAG.tileHeight].map(
      (tag) => this.#numbers(fields.get(tag), 1)[0]!,
    ) as [number, number, number, number];
    expect(width > 0 && height > 0 && tileWidth > 0 && tileHeight > 0, "an empty image");
    const tiles = Math.ceil(width / tileWidth) * Math.ceil(height / tileHeight);
    if (offsets.count !== tiles || byteCounts.count !== tiles) return undefined;
    expect(tiles <= this.#tilesLeft, "too many tiles");
    this.#tilesLeft -= tiles;
    return {
      width,
      height,
      tileWidth,
      tileHeight,
      offsets: this.#numbers(offsets, tiles),
      byteCounts: new Uint32Array(this.#numbers(byteCounts, tiles)),
    };
  }

  #numbers(field: Field | undefined, count: number): Float64Array<ArrayBuffer> {
    const typeBytes = TYPE_BYTES.get(field?.type ?? 0);
    expect(field && typeBytes && field.count === count, "a field of another kind");
    const view = this.#view(field.offset, count * typeBytes);
    const numbers = new Float64Array(count);
    const little = this.#littleEndian;
    for (let i = 0; i < count; i++) {
      numbers[i] =
        typeBytes === 2
          ? view.getUint16(i * 2, little)
          : typeBytes === 4
            ? view.getUint32(i * 4, little)
            : this.#uint64(view, i * 8);
    }
    return numbers;
  }

  #offset(view: DataView, at: number): number {
    return this.#isBig ? this.#uint64(view, at) : view.getUint32(at, this.#littleEndian);
  }

  /** Not by way of bigint: there are hundreds of thousands of these. Beyond 2^53 no file goes. */
  #uint64(view: DataView, at: number): number {
    const low = view.getUint32(at + (this.#littleEndian ? 0 : 4), this.#littleEndian);
    const high = view.getUint32(at + (this.#littleEndian ? 4 : 0), this.#littleEndian);
    return high * 2 ** 32 + low;
  }

  #view(offset: number, length: number): DataView {
    // Asked of the file's size first: a count in a damaged file must not become an allocation.
    expect(length <= this.#bytes.size - offset, "beyond the end of the file");
    const bytes = new Uint8Array(length);
    expect(this.#bytes.read(bytes, offset) === length, "cut short");
    return new DataView(bytes.buffer);
  }
}

function expect(condition: unknown, what: string): asserts condition {
  if (!condition) throw new RangeError(what);
}
