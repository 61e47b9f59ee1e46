import { useDeferredValue } from "react";
import type { Slide } from "#slide";
import { useSlides } from "./context.tsx";
import { paintedSlide } from "./slides.ts";

/**
 * The shown slide once its first pixels are on screen. What is built for it is built in small portions, between the
 * frames of the viewer: tiles come first.
 */
export function usePaintedSlide(): Slide | undefined {
  const painted = useSlides(paintedSlide);
  const deferred = useDeferredValue(painted);
  // Never the slide before: its numbers beside another name would be wrong, however shortly.
  return deferred === painted ? painted : undefined;
}
