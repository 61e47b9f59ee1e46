import type { PixelSize, Slide } from "#slide";
import type { AnalysisDoor } from "../analysis/door.ts";
import { tissueOf } from "./tissue.ts";

/** How large a pixel of a slide is. */
export interface KnownPixelSize extends PixelSize {
  /** By a person, not by the file. */
  readonly isGiven: boolean;
}

/** The one pixel size that counts: as a person said, else as the file does; undefined where neither has. */
export function pixelSizeOf(
  { mpp: inFile }: Pick<Slide, "mpp">,
  given: number | undefined,
): KnownPixelSize | undefined {
  if (given !== undefined) return { x: given, y: given, source: "given", isGiven: true };
  return inFile && { ...inFile, isGiven: false };
}

/** µm per pixel, as a person said of a slide of the rail; nobody has before the analysis is loaded. */
export function givenMpp({ store }: AnalysisDoor, id: string | undefined): number | undefined {
  const { analysis } = store.getState();
  return analysis && tissueOf(analysis.tissue.getState(), id).mpp;
}
