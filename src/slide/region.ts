/**
 * A rectangle to read from a level.
 * The one type that mixes two frames, exactly as OpenSlide does: `x, y` are level-0 pixels, `width, height` are pixels
 * of `level`.
 */
export interface Region {
  /** Level-0 pixels from the left; may be negative. */
  readonly x: number;
  /** Level-0 pixels from the top; may be negative. */
  readonly y: number;
  readonly level: number;
  /** Pixels of `level`. */
  readonly width: number;
  /** Pixels of `level`. */
  readonly height: number;
}

/** The largest region, in bytes of RGBA: what one buffer holds in every browser, with room for a copy. */
export const MAX_REGION_BYTES = 2 ** 30;

/** Straight (not premultiplied) RGBA, (height, width, 4) uint8, row-major. Has the shape of `ImageData`. */
export interface Pixels {
  readonly data: Uint8ClampedArray<ArrayBuffer>;
  readonly width: number;
  readonly height: number;
}

/** How a read is queued. */
export interface ReadOptions {
  /** Takes the read out of the queue; a read that has begun is finished and its pixels dropped. */
  readonly signal?: AbortSignal;
  /** Higher is read sooner; equal priorities in order of asking. Default 0. */
  readonly priority?: number;
  /**
   * A power of two that divides width and height: the answer has so many times fewer pixels a side, each the mean of those it
   * stands for. For showing: rounded after each halving, and made where the region is decoded. Default 1.
   */
  readonly shrink?: number;
  /**
   * A buffer of exactly as many bytes as the answer has to fill. It is transferred: the caller's reference is detached and the
   * result's `data.buffer` is to be used instead. Saves an allocation per tile.
   */
  readonly out?: ArrayBuffer;
}
