import type { Pixels, Slide } from "#slide";
import type { Point } from "#viewer";

/** Patches as they lie on the slide, in level-0 pixels. */
export interface PatchSquares {
  /** (N, 2), x and y of the top-left corners. */
  readonly coords: Int32Array;
  readonly sideLevel0: number;
}

/** The middle of a patch. */
export function middleOf({ coords, sideLevel0 }: PatchSquares, index: number): Point {
  return { x: coords[index * 2]! + sideLevel0 / 2, y: coords[index * 2 + 1]! + sideLevel0 / 2 };
}

/** The patch whose middle is nearest to a place. */
export function nearestPatch(squares: PatchSquares, place: Point): number {
  let nearest = 0;
  let least = Number.POSITIVE_INFINITY;
  for (let index = 0; index < squares.coords.length / 2; index++) {
    const { x, y } = middleOf(squares, index);
    const distance = (x - place.x) ** 2 + (y - place.y) ** 2;
    if (distance < least) {
      least = distance;
      nearest = index;
    }
  }
  return nearest;
}

/** A patch as it is on the slide, sharp enough to be shown so large. */
export function readPatch(
  slide: Slide,
  { coords, sideLevel0 }: PatchSquares,
  index: number,
  shownPx: number,
  options?: { readonly signal?: AbortSignal; readonly priority?: number },
): Promise<Pixels> {
  const level = slide.getBestLevelForDownsample(Math.max(1, sideLevel0 / shownPx));
  const side = Math.max(1, Math.round(sideLevel0 / slide.levels[level]!.downsample));
  const region = { x: coords[index * 2]!, y: coords[index * 2 + 1]!, level, width: side, height: side };
  return slide.readRegion(region, options);
}
