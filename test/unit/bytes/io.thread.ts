// The I/O service in a thread of Node, for tests: serves what it is given and says so.
import { parentPort, workerData } from "node:worker_threads";
import { createIoService, type SharedBlocks, type SlideFiles } from "#bytes";

const { slides } = workerData as { slides: { files: SlideFiles; shared: SharedBlocks }[] };
const service = createIoService();
for (const [id, { files, shared }] of slides.entries()) await service.serve(id, files, shared);
parentPort!.on("message", async (id: number) => {
  await service.release(id);
  parentPort!.postMessage(`released ${id}`);
});
parentPort!.postMessage("serving");
