export { type Capabilities, getCapabilities } from "./capabilities.ts";
export { PoolClosedError, WorkerCrashedError, WorkerStuckError } from "./errors.ts";
export { callBack, moveOut } from "./expose.ts";
export { type PoolJob, type PoolState, WorkerPool } from "./pool.ts";
export {
  type Seat,
  seatOnThisThread,
  spawnHdf5Worker,
  spawnIoWorker,
  spawnModelWorker,
  spawnSlideWorker,
  spawnTissueWorker,
} from "./spawn.ts";
