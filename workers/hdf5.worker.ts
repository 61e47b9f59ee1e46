import { expose, moveOut } from "#bridge/expose";
import { createHdf5Service, type Hdf5WorkerApi } from "#storage/service";

const service = createHdf5Service();

expose({
  ...service,
  async readRows(id, dataset, begin, end) {
    const values = await service.readRows(id, dataset, begin, end);
    return moveOut(values, [values.buffer]);
  },
} satisfies Hdf5WorkerApi);
