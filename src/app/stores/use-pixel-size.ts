import { useMemo } from "react";
import type { Slide } from "#slide";
import { useGivenMpp, useSlides } from "./context.tsx";
import { type KnownPixelSize, pixelSizeOf } from "./pixel-size.ts";

/** How large a pixel of the shown slide is, as a person or the file says. */
export function usePixelSize(slide: Slide | undefined): KnownPixelSize | undefined {
  const given = useGivenMpp(useSlides((state) => state.activeId));
  return useMemo(() => slide && pixelSizeOf(slide, given), [slide, given]);
}
