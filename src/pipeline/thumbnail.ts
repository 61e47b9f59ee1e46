import type { Pixels, Slide } from "#slide";

/** TRIDENT's thumbnails are this long. */
const THUMBNAIL_PX = 1000;

/** A slide made small, and by how much. */
export interface Thumbnail extends Pixels {
  /** Thumbnail pixels per level-0 pixel. */
  readonly scale: number;
}

/** The whole slide, its longer side 1000 px; slides smaller than that stay as they are. */
export async function readThumbnail(slide: Slide, signal: AbortSignal): Promise<Thumbnail> {
  const { width, height } = slide;
  const isWide = width > height;
  const wanted = isWide
    ? { width: THUMBNAIL_PX, height: Math.max(1, Math.trunc((THUMBNAIL_PX * height) / width)) }
    : { width: Math.max(1, Math.trunc((THUMBNAIL_PX * width) / height)), height: THUMBNAIL_PX };
  const pixels = await slide.getThumbnail(wanted.width, wanted.height, { signal });
  // What is drawn on it is placed for the size that was asked for, as TRIDENT does, except where the slide is smaller.
  const isWhole = pixels.width === width && pixels.height === height;
  return { ...pixels, scale: isWhole ? 1 : wanted.width / width };
}
