import { useMemo } from "react";
import type { PixelSize, Slide } from "#slide";
import { useGivenMpp } from "../stores/context.tsx";

/** How large a pixel of the shown slide is. */
export interface KnownPixelSize extends PixelSize {
  /** By a person, not by the file. */
  readonly isGiven: boolean;
}

/** As the file says, else as a person does; undefined where neither has. */
export function usePixelSize(slide: Pick<Slide, "mpp"> | undefined): KnownPixelSize | undefined {
  const given = useGivenMpp();
  const inFile = slide?.mpp;
  return useMemo(() => {
    if (inFile) return { ...inFile, isGiven: false };
    return given === undefined ? undefined : { x: given, y: given, source: "given", isGiven: true };
  }, [inFile, given]);
}
