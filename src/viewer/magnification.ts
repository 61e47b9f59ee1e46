import type { Slide } from "#slide";

/** What is known of a slide's scale. */
export type ScaleFacts = Pick<Slide, "mpp" | "objectivePower">;

/** The magnification of a slide's own pixels, and what it was derived from. */
export interface NativeMagnification {
  readonly value: number;
  readonly source: "objective" | "pixel size";
}

/** A 40x objective gives about 0.25 µm per pixel on common scanners: magnification times µm per pixel is 10. */
const MAGNIFICATION_TIMES_MPP = 10;

/** The objective where the scanner named it, else what the pixel size corresponds to; undefined without either. */
export function nativeMagnification({ mpp, objectivePower }: ScaleFacts): NativeMagnification | undefined {
  if (objectivePower) return { value: objectivePower, source: "objective" };
  if (mpp) return { value: MAGNIFICATION_TIMES_MPP / ((mpp.x + mpp.y) / 2), source: "pixel size" };
  return undefined;
}

/** The magnification at `downsample` level-0 pixels per CSS pixel; undefined where the scale is unknown. */
export function magnificationOf(scale: ScaleFacts, downsample: number): number | undefined {
  const native = nativeMagnification(scale);
  return native && native.value / downsample;
}

/** Level-0 pixels per CSS pixel at a magnification; undefined where the scale is unknown. */
export function downsampleFor(scale: ScaleFacts, magnification: number): number | undefined {
  const native = nativeMagnification(scale);
  return native && native.value / magnification;
}
