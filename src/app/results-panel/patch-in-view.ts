import type { Point, ViewState } from "#viewer";
import type { Embedded } from "../stores/results.ts";

type Squares = Pick<Embedded, "coords" | "sideLevel0">;

/** The middle of a patch, in level-0 pixels. */
export function middleOf({ coords, sideLevel0 }: Squares, index: number): Point {
  return { x: coords[index * 2]! + sideLevel0 / 2, y: coords[index * 2 + 1]! + sideLevel0 / 2 };
}

/** The patch whose middle is nearest to the middle of the view. */
export function nearestToMiddle(squares: Squares, view: Pick<ViewState, "centerX" | "centerY">): number {
  let nearest = 0;
  let least = Number.POSITIVE_INFINITY;
  for (let index = 0; index < squares.coords.length / 2; index++) {
    const { x, y } = middleOf(squares, index);
    const distance = (x - view.centerX) ** 2 + (y - view.centerY) ** 2;
    if (distance < least) {
      least = distance;
      nearest = index;
    }
  }
  return nearest;
}
