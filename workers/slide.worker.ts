import { expose, moveOut } from "#bridge/expose";
import { createSlideService, type SlideWorkerApi } from "#slide/service";

const service = createSlideService();

expose({
  ...service,
  async readRegion(...request) {
    const pixels = await service.readRegion(...request);
    return moveOut(pixels, [pixels.data.buffer]);
  },
  async readPatch(id, region, recipe, ahead) {
    const patch = await service.readPatch(id, region, recipe, ahead);
    return moveOut(patch, [patch.data.buffer]);
  },
  async readAssociatedImage(id, name) {
    const pixels = await service.readAssociatedImage(id, name);
    return moveOut(pixels, [pixels.data.buffer]);
  },
  async getThumbnail(id, maxWidth, maxHeight) {
    const pixels = await service.getThumbnail(id, maxWidth, maxHeight);
    return moveOut(pixels, [pixels.data.buffer]);
  },
} satisfies SlideWorkerApi);
