import type { PixelSize } from "./slide.ts";

/** The size of a level-0 pixel as the scanner states it; undefined where it does not, or states nonsense. */
export function getPixelSize(properties: Readonly<Record<string, string>>): PixelSize | undefined {
  const x = positive(properties["openslide.mpp-x"]);
  const y = positive(properties["openslide.mpp-y"]);
  return x && y ? { x, y, source: "openslide.mpp-x" } : undefined;
}

/** The scanner's objective; undefined where it does not say. */
export function getObjectivePower(properties: Readonly<Record<string, string>>): number | undefined {
  return positive(properties["openslide.objective-power"]);
}

function positive(text: string | undefined): number | undefined {
  const value = Number(text);
  return Number.isFinite(value) && value > 0 ? value : undefined;
}
