import type { Level, Region } from "#slide";
import type { SlideBox } from "./viewport.ts";

/** A cell of a pyramid level's grid. `level` counts the pyramid's own levels, see `PyramidLevel`. */
export interface TileAddress {
  readonly level: number;
  readonly column: number;
  readonly row: number;
}

/**
 * One resolution to draw from: a level of the slide, or such a level shrunk by a whole factor where the slide's own
 * next level is too far away. Thus a screen pixel never covers more than about two texels, a view never needs more
 * texture than a few screens, and a slide without small levels can still be seen whole.
 */
export interface PyramidLevel {
  /** The level of the slide that is read. */
  readonly source: number;
  /** Pixels of the source level per texel of a tile, along each side; 1 for a level as stored. */
  readonly reduction: number;
  /** Reads of a shrunk level are a multiple of this many source pixels a side: all its reductions divide it. */
  readonly readMultiple: number;
  /** Level-0 pixels per texel. */
  readonly downsample: number;
  /** Size of a tile in pixels of the source level. */
  readonly stepX: number;
  readonly stepY: number;
  readonly columns: number;
  readonly rows: number;
  /** Size of the whole level in texels. */
  readonly width: number;
  readonly height: number;
}

/** Columns and rows of a grid, half-open. */
export interface TileRange {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** Large enough that messages and draw calls do not count, small enough to be read within a frame or two. */
const TILE_PX = 512;
/** A shrunk level is read in pieces of this many tiles a side. */
const TILES_PER_BLOCK = 2;
/** Stored tiles beyond this are cut up: one of them would hold up a worker, and the screen, too long. */
const MAX_STORED_TILE_PX = 1024;
/** A level is good for views this much finer than itself: nobody sees it, and a quarter of the reading is saved. */
const MAX_MAGNIFICATION = 1.15;
/** Between levels further apart than this there is a shrunk one. */
const MAX_GAP = 2.8;
/** The coarsest level always fits a few tiles: it is what one sees at once. */
const MAX_BASE_PX = 1024;

/** The resolutions of one slide and their tile grids: pure arithmetic, any downsamples. */
export class Pyramid {
  /** Finest first. */
  readonly levels: readonly PyramidLevel[];
  readonly #sources: readonly Level[];

  constructor(levels: readonly Level[]) {
    this.#sources = levels;
    // A level hardly coarser than the one before adds nothing to see.
    const useful = levels.flatMap((level, source) =>
      source > 0 && level.downsample < levels[source - 1]!.downsample * 1.01 ? [] : [{ level, source }],
    );
    this.levels = useful.flatMap(({ level, source }, at) => pyramidLevels(level, source, useful[at + 1]?.level));
  }

  /** Index of the coarsest level. */
  get base(): number {
    return this.levels.length - 1;
  }

  /** The level to draw a view of `downsample` level-0 pixels per device pixel: the coarsest that is fine enough. */
  levelFor(downsample: number): number {
    let index = 0;
    while (index < this.base && this.levels[index + 1]!.downsample <= downsample * MAX_MAGNIFICATION) index++;
    return index;
  }

  /** One number for an address, a key of maps and caches. */
  key({ level, column, row }: TileAddress): number {
    return (level * 2 ** 22 + row) * 2 ** 22 + column;
  }

  /** The cells that have something of `box` in them. */
  range(index: number, box: SlideBox): TileRange {
    const { stepX, stepY, columns, rows } = this.levels[index]!;
    const { downsample } = this.#sourceOf(index);
    const within = (cell: number, count: number) => Math.min(Math.max(cell, 0), count);
    // Tiles start up to half a pixel beside their place in the grid, see `box`.
    const first = (edge: number, step: number, count: number) =>
      within(Math.floor((edge - 0.5) / (step * downsample)), count);
    const end = (edge: number, step: number, count: number) =>
      within(Math.ceil((edge + 0.5) / (step * downsample)), count);
    return {
      left: first(box.left, stepX, columns),
      top: first(box.top, stepY, rows),
      right: end(box.right, stepX, columns),
      bottom: end(box.bottom, stepY, rows),
    };
  }

  *tiles(index: number, box: SlideBox): IterableIterator<TileAddress> {
    const range = this.range(index, box);
    for (let row = range.top; row < range.bottom; row++) {
      for (let column = range.left; column < range.right; column++) yield { level: index, column, row };
    }
  }

  /**
   * Where a tile stands on the slide. OpenSlide takes whole level-0 pixels, so tiles of levels with broken downsamples
   * start at the nearest one, and a tile reaches to where its neighbour starts: neighbours share their edges exactly.
   */
  box({ level: index, column, row }: TileAddress): SlideBox {
    const { stepX, stepY } = this.levels[index]!;
    const { downsample, width, height } = this.#sourceOf(index);
    const edge = (cell: number, step: number, length: number) => Math.round(Math.min(cell * step, length) * downsample);
    return {
      left: edge(column, stepX, width),
      top: edge(row, stepY, height),
      right: edge(column + 1, stepX, width),
      bottom: edge(row + 1, stepY, height),
    };
  }

  /** What to read for a tile. At the right and bottom edge a shrunk tile reads on, to a whole number of texels. */
  region(address: TileAddress): Region {
    const { source, readMultiple, stepX, stepY } = this.levels[address.level]!;
    const { width, height } = this.#sourceOf(address.level);
    const { left, top } = this.box(address);
    const size = (cell: number, step: number, length: number) =>
      Math.ceil(Math.min(step, length - cell * step) / readMultiple) * readMultiple;
    return {
      x: left,
      y: top,
      level: source,
      width: size(address.column, stepX, width),
      height: size(address.row, stepY, height),
    };
  }

  /** How much of a tile's texels lies in its box: less than 1 where the tile reaches beyond the slide. */
  filled(address: TileAddress): { readonly x: number; readonly y: number } {
    const { downsample } = this.#sourceOf(address.level);
    const box = this.box(address);
    const region = this.region(address);
    return {
      x: Math.min((box.right - box.left) / downsample / region.width, 1),
      y: Math.min((box.bottom - box.top) / downsample / region.height, 1),
    };
  }

  /** Bytes of a whole tile as RGBA. */
  tileBytes(index: number): number {
    const { stepX, stepY, reduction } = this.levels[index]!;
    return (stepX / reduction) * (stepY / reduction) * 4;
  }

  /** One number for the read a tile comes out of. Tiles of different reductions of a source share one. */
  readKey(address: TileAddress): number {
    const { source, reduction } = this.levels[address.level]!;
    return this.key({ ...address, level: source * 2 + (reduction === 1 ? 0 : 1) });
  }

  /** The coarser levels whose tiles of the same column and row come out of the same read. */
  siblings(index: number): readonly number[] {
    const { source, reduction } = this.levels[index]!;
    if (reduction === 1) return [];
    const found: number[] = [];
    for (let other = index + 1; this.levels[other]?.source === source; other++) found.push(other);
    return found;
  }

  #sourceOf(index: number): Level {
    return this.#sources[this.levels[index]!.source]!;
  }
}

function pyramidLevels(level: Level, source: number, next: Level | undefined): PyramidLevel[] {
  const factors = reductions(level, next);
  const coarsest = factors.at(-1) ?? 1;
  const block = { x: blockStep(level.tileWidth, coarsest), y: blockStep(level.tileHeight, coarsest) };
  return [1, ...factors].map((reduction) => {
    const stepX = reduction === 1 ? wholeTiles(level.tileWidth) : block.x;
    const stepY = reduction === 1 ? wholeTiles(level.tileHeight) : block.y;
    return {
      source,
      reduction,
      readMultiple: reduction === 1 ? 1 : coarsest,
      downsample: level.downsample * reduction,
      stepX,
      stepY,
      columns: Math.ceil(level.width / stepX),
      rows: Math.ceil(level.height / stepY),
      width: Math.ceil(level.width / reduction),
      height: Math.ceil(level.height / reduction),
    };
  });
}

/** The whole factors by which a level is shrunk to bridge the way to the next one, or to a base of a few tiles. */
function reductions(level: Level, next: Level | undefined): number[] {
  const tooFar = (reduction: number) =>
    next
      ? next.downsample / (level.downsample * reduction) > MAX_GAP
      : Math.max(level.width, level.height) / reduction > MAX_BASE_PX;
  const found: number[] = [];
  for (let reduction = 1; tooFar(reduction); reduction *= 2) found.push(reduction * 2);
  return found;
}

/** The piece that is read for a shrunk level, one for all factors of a source so that one read serves them all. */
function blockStep(stored: number | undefined, coarsest: number): number {
  const block = wholeTiles(stored) * TILES_PER_BLOCK;
  return block % coarsest === 0 ? block : TILE_PX * TILES_PER_BLOCK;
}

/** Whole stored tiles to a tile, so that none is decoded twice. */
function wholeTiles(stored: number | undefined): number {
  if (!stored || stored < 8) return TILE_PX;
  if (stored > MAX_STORED_TILE_PX) {
    const parts = Math.ceil(stored / TILE_PX);
    return stored % parts === 0 ? stored / parts : TILE_PX;
  }
  return stored * Math.max(1, Math.round(TILE_PX / stored));
}
