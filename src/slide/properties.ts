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

/** The colour of unscanned areas: red, green, blue; white where the slide names none. */
export function getBackground(properties: Readonly<Record<string, string>>): [number, number, number] {
  const text = properties["openslide.background-color"] ?? "";
  const value = /^[0-9a-f]{6}$/i.test(text) ? Number.parseInt(text, 16) : 0xffffff;
  return [value >> 16, (value >> 8) & 255, value & 255];
}

function positive(text: string | undefined): number | undefined {
  const value = Number(text);
  return Number.isFinite(value) && value > 0 ? value : undefined;
}
