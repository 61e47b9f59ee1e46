import { OPENSLIDE_AREA_PX } from "#native";
import type { FormatSlide } from "./formats/format.ts";
import type { Region } from "./region.ts";

/** Pixels of a region up to which it is best read at once. */
export const BAND_PIXELS = 16 << 20;

/** How a region is read band by band. */
interface BandOptions {
  /** Rows of a band; by default a large region is read such that memory stays flat and no pixel differs. */
  readonly rows?: number;
  /** Gives the buffer that all bands are read into, one after the other. */
  roomOf?(bytes: number): Uint8ClampedArray;
}

/** Straight RGBA of a region in bands of whole rows, from the top. */
export function* readBands(
  slide: Pick<FormatSlide, "facts" | "readRegion">,
  region: Region,
  { rows, roomOf = (bytes) => new Uint8ClampedArray(bytes) }: BandOptions = {},
): Generator<Uint8ClampedArray, void, undefined> {
  const { levels } = slide.facts;
  const downsample = levels[region.level]?.downsample ?? 1;
  const bandRows = Math.min(rows ?? rowsPerBand(region, downsample), region.height);
  const room = roomOf(region.width * bandRows * 4);
  for (let row = 0; row < region.height; row += bandRows) {
    const height = Math.min(bandRows, region.height - row);
    const y = Math.trunc(region.y + row * downsample);
    const band = room.subarray(0, region.width * height * 4);
    // Far below the slide there is nothing to ask for.
    if (y > levels[0]!.height) band.fill(0);
    else slide.readRegion(band, { ...region, y, height });
    yield band;
  }
}

function rowsPerBand({ width, height }: Region, downsample: number): number {
  if (width * height <= BAND_PIXELS) return height;
  // A band that began between two level-0 pixels would be shifted; where OpenSlide cuts, it is so anyway.
  return Number.isInteger(downsample) ? Math.max(1, Math.floor(BAND_PIXELS / width)) : OPENSLIDE_AREA_PX;
}
