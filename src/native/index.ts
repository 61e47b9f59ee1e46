export { compileOpenSlide, instantiateOpenSlide, type OpenSlideModule } from "./openslide/module.ts";
export { mountFiles } from "./openslide/mount.ts";
export {
  OPENSLIDE_AREA_PX,
  OpenSlideFailure,
  OpenSlideHandle,
  OpenSlideLibrary,
  OpenSlideTrap,
} from "./openslide/openslide.ts";
