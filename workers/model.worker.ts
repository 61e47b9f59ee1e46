import { expose, moveOut } from "#bridge/expose";
import { createModelService, type ModelWorkerApi } from "#models/service";

const service = createModelService();

expose({
  ...service,
  async encode(patches, n) {
    const embeddings = await service.encode(patches, n);
    return moveOut(embeddings, [embeddings.buffer]);
  },
} satisfies ModelWorkerApi);
