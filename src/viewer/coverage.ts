import type { Pyramid, TileAddress } from "./pyramid.ts";
import { intersection, type SlideBox } from "./viewport.ts";

/** Finer tiles stand in for a coarser one only up to this many levels away: beyond, they are too many to be worth it. */
const FINER_LEVELS = 2;

/**
 * The cached tiles that show `box` best, in the order to paint them: where a tile of level `target` is missing, coarser
 * ones lie beneath as far as needed and finer ones above these, so that there is never a hole where something is known,
 * and what was sharp stays sharp while one zooms out.
 *
 * @param has - whether the tile is in the cache.
 */
export function coverage(
  pyramid: Pyramid,
  target: number,
  box: SlideBox,
  has: (address: TileAddress) => boolean,
): TileAddress[] {
  const exact: TileAddress[] = [];
  const missing: SlideBox[] = [];
  for (const address of pyramid.tiles(target, box)) {
    if (has(address)) exact.push(address);
    else missing.push(intersection(pyramid.box(address), box));
  }
  if (missing.length === 0) return exact;
  return [...coarser(pyramid, target, missing, has), ...finer(pyramid, target, missing, has), ...exact];
}

function coarser(
  pyramid: Pyramid,
  target: number,
  missing: readonly SlideBox[],
  has: (address: TileAddress) => boolean,
): TileAddress[] {
  const byLevel: TileAddress[][] = [];
  let holes = missing;
  for (let level = target + 1; level <= pyramid.base && holes.length > 0; level++) {
    const found = new Map<number, TileAddress>();
    holes = holes.filter((hole) => {
      let whole = true;
      for (const address of pyramid.tiles(level, hole)) {
        if (has(address)) found.set(pyramid.key(address), address);
        else whole = false;
      }
      return !whole;
    });
    byLevel.unshift([...found.values()]);
  }
  return byLevel.flat();
}

function finer(
  pyramid: Pyramid,
  target: number,
  missing: readonly SlideBox[],
  has: (address: TileAddress) => boolean,
): TileAddress[] {
  const found = new Map<number, TileAddress>();
  for (let level = Math.max(0, target - FINER_LEVELS); level < target; level++) {
    for (const hole of missing) {
      for (const address of pyramid.tiles(level, hole)) if (has(address)) found.set(pyramid.key(address), address);
    }
  }
  return [...found.values()];
}
