import type { Pixels, Slide } from "#slide";

/** Twice what the rail shows, for sharp screens. */
const THUMBNAIL_PX = { width: 144, height: 108 };
/** A slide without a small level would be decoded whole for its thumbnail. */
const MAX_LEVEL_PIXELS = 16 << 20;

/** The slide's picture for the rail; undefined where making it would cost too much. */
export async function readThumbnail(slide: Slide): Promise<Pixels | undefined> {
  const smallest = slide.levels.at(-1);
  if (!smallest || smallest.width * smallest.height > MAX_LEVEL_PIXELS) return undefined;
  return slide.getThumbnail(THUMBNAIL_PX.width, THUMBNAIL_PX.height);
}
