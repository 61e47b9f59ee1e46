export { CorruptSlideError, MissingCompanionError, SlideClosedError, UnsupportedFormatError } from "./errors.ts";
export { type FoundFile, findSlides, type SlideCandidate } from "./find-slides.ts";
export { getBestLevelForDownsample, type Level } from "./level.ts";
export { type OpenSlideOptions, openSlide, type SlideInput } from "./open-slide.ts";
export type { Patch, PatchRecipe, PatchTransform } from "./patch.ts";
export { MAX_REGION_BYTES, type Pixels, type ReadOptions, type Region } from "./region.ts";
export type { AssociatedImage, PixelSize, Slide, SlideFacts } from "./slide.ts";
export { getSlidePool, SlidePool, type SlidePoolOptions } from "./slide-pool.ts";
export { createSlideService } from "./slide-service.ts";
