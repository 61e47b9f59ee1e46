import { loadLibrary } from "./hdf5/library.ts";
import { Hdf5Reader } from "./hdf5/read-hdf5.ts";
import { ScratchRows } from "./scratch-rows.ts";
import type { Hdf5WorkerApi, StorageId } from "./worker-contract.ts";

export type { Hdf5WorkerApi };

/** What the HDF5 worker answers: reads HDF5 files and keeps row logs. */
export function createHdf5Service(): Hdf5WorkerApi {
  const files = new Map<StorageId, Hdf5Reader>();
  const logs = new Map<StorageId, ScratchRows>();
  return {
    async openFile(id, name, file) {
      const reader = await Hdf5Reader.open(name, file);
      files.set(id, reader);
      return reader.facts;
    },
    async readRows(id, dataset, begin, end) {
      return files.get(id)!.readRows(dataset, begin, end);
    },
    async closeFile(id) {
      files.get(id)?.close();
      files.delete(id);
    },
    async openRowLog(id, spec) {
      const log = await ScratchRows.open(spec);
      logs.set(id, log);
      return log.rows;
    },
    async appendRows(id, at, rows) {
      logs.get(id)!.append(at, rows);
    },
    async closeRowLog(id) {
      logs.get(id)?.close();
      logs.delete(id);
    },
    async memoryBytes() {
      return (await loadLibrary()).HEAPU8.byteLength;
    },
  };
}
