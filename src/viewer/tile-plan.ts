import type { Pyramid, TileAddress } from "./pyramid.ts";
import { isInView, type Point, type Size, type SlideBox, type ViewState, visibleBox } from "./viewport.ts";

/** A tile worth having, and how soon. */
export interface WantedTile {
  readonly address: TileAddress;
  /** Higher is sooner, as in `ReadOptions`. */
  readonly priority: number;
}

/** What a view needs, the most urgent first. */
export interface TilePlan {
  /** The pyramid level that shows the view sharply. */
  readonly target: number;
  readonly wanted: readonly WantedTile[];
  /** The tiles of `wanted` that are on the screen at the target level. */
  readonly visible: readonly TileAddress[];
}

/** Classes of urgency; within a class the nearest to the middle of the view comes first. */
export const PRIORITY = {
  /** The coarsest level, where it is on the screen: something to see at once, wherever one jumps. */
  base: 4000,
  /** One or two tiles of a level between, for a first sharper impression. */
  preview: 3000,
  visible: 2000,
  /** Just outside the view: where a pan will go. */
  margin: 0,
  /** The rest of the coarsest level, for the overview and for jumps. */
  overview: -1000,
} as const;

/** A stored level this much coarser than the target makes a preview: at most a tenth of the reading. */
const PREVIEW_STEP = 3.5;
/** Share of the view to each side that is read ahead. */
const MARGIN = 0.4;
/** Reading a whole level in the background is only all right while it is small. */
const MAX_OVERVIEW_SOURCE_PX = 64e6;

/**
 * Lists the tiles for a view.
 * @param budgetBytes - the list ends where its tiles would fill the cache, else they would push each other out for ever.
 */
export function planTiles(
  pyramid: Pyramid,
  view: ViewState,
  size: Size,
  pixelRatio: number,
  budgetBytes: number,
): TilePlan {
  const target = pyramid.levelFor(view.downsample / pixelRatio);
  const screen = visibleBox(view, size);
  const center = { x: view.centerX, y: view.centerY };
  const onScreen = (level: number) =>
    nearestFirst(pyramid, level, screen, center).filter((address) => isInView(view, size, pyramid.box(address)));
  const visible = onScreen(target);
  const wanted = new Map<number, WantedTile>();
  let bytes = 0;
  const add = (addresses: readonly TileAddress[], priority: number) => {
    addresses.forEach((address, rank) => {
      const key = pyramid.key(address);
      const tileBytes = pyramid.tileBytes(address.level);
      if (wanted.has(key) || bytes + tileBytes > budgetBytes) return;
      bytes += tileBytes;
      // A fraction, so that no rank reaches the class below.
      wanted.set(key, { address, priority: priority - rank / (rank + 1) });
    });
  };
  add(onScreen(pyramid.base), PRIORITY.base);
  const preview = previewLevel(pyramid, target);
  if (preview !== undefined) add(onScreen(preview), PRIORITY.preview);
  add(visible, PRIORITY.visible);
  add(nearestFirst(pyramid, target, visibleBox(view, size, MARGIN), center), PRIORITY.margin);
  add(wholeBase(pyramid, center), PRIORITY.overview);
  return { target, wanted: [...wanted.values()], visible };
}

/** Stored, not shrunk: a shrunk level is no cheaper to read than what it is made from. */
function previewLevel({ levels, base }: Pyramid, target: number): number | undefined {
  const coarseEnough = levels[target]!.downsample * PREVIEW_STEP;
  const found = levels.findIndex(({ downsample, reduction }) => reduction === 1 && downsample >= coarseEnough);
  return found >= 0 && found < base ? found : undefined;
}

function nearestFirst(pyramid: Pyramid, level: number, box: SlideBox, center: Point): TileAddress[] {
  const distance = (address: TileAddress) => {
    const tile = pyramid.box(address);
    return Math.hypot((tile.left + tile.right) / 2 - center.x, (tile.top + tile.bottom) / 2 - center.y);
  };
  return [...pyramid.tiles(level, box)]
    .map((address) => ({ address, distance: distance(address) }))
    .sort((a, b) => a.distance - b.distance)
    .map(({ address }) => address);
}

function wholeBase(pyramid: Pyramid, center: Point): TileAddress[] {
  const { width, height, reduction } = pyramid.levels[pyramid.base]!;
  if (width * height * reduction * reduction > MAX_OVERVIEW_SOURCE_PX) return [];
  const everywhere = { left: 0, top: 0, right: Number.POSITIVE_INFINITY, bottom: Number.POSITIVE_INFINITY };
  return nearestFirst(pyramid, pyramid.base, everywhere, center);
}
