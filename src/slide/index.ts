export { CorruptSlideError, MissingCompanionError, SlideClosedError, UnsupportedFormatError } from "./errors.ts";
export { type FoundFile, findSlides, pathsOf, type SlideCandidate } from "./find-slides.ts";
export { getBestLevelForDownsample, type Level } from "./level.ts";
export { type OpenSlideOptions, openSlide, type SlideInput } from "./open-slide.ts";
export {
  MAX_PATCH_PX,
  MAX_PATCH_REGION_PX,
  type Patch,
  type PatchRecipe,
  type PatchTransform,
} from "./patch-recipe.ts";
export type { Pixels, ReadOptions, Region } from "./region.ts";
export type { AssociatedImage, PixelSize, Slide, SlideFacts } from "./slide.ts";
export { getSlidePool, SlidePool, type SlidePoolOptions } from "./slide-pool.ts";
