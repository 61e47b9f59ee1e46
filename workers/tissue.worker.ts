import { expose, moveOut } from "#bridge/expose";
import { createTissueService, type TissueWorkerApi } from "#pipeline/service";

const service = createTissueService();

expose({
  ...service,
  async findTissueOnTile(rgb, width, height) {
    const mask = await service.findTissueOnTile(rgb, width, height);
    return moveOut(mask, [mask.buffer]);
  },
  async selectPatches(selection, polygons) {
    const coords = await service.selectPatches(selection, polygons);
    return moveOut(coords, [coords.buffer]);
  },
  async previewPatches(selection) {
    const previewed = await service.previewPatches(selection);
    return moveOut(previewed, [previewed.coords.buffer]);
  },
  async similarity(index) {
    const scores = await service.similarity(index);
    return moveOut(scores, [scores.buffer]);
  },
} satisfies TissueWorkerApi);
