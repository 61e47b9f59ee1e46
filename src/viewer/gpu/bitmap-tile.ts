import type { TileImage } from "./tile-renderer.ts";

/** A tile as the processor draws it. */
export class BitmapTile implements TileImage {
  readonly bitmap: ImageBitmap;
  readonly bytes: number;

  constructor(bitmap: ImageBitmap) {
    this.bitmap = bitmap;
    this.bytes = bitmap.width * bitmap.height * 4;
  }
}
