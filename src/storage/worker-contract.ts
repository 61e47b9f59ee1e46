import type { Hdf5Attributes, Hdf5DatasetFacts, Hdf5Values } from "./hdf5/dataset.ts";

/** Names an open file or row log on both sides of the boundary. */
export type StorageId = number;

/** What opening an HDF5 file tells. */
export interface Hdf5Facts {
  readonly datasets: readonly Hdf5DatasetFacts[];
  readonly attributes: Hdf5Attributes;
}

/** A row log by what it is, so that a new worker can open it again. */
export interface RowLogSpec {
  readonly key: string;
  readonly belongsTo: string;
  readonly rowBytes: number;
}

/** The whole protocol of the HDF5 worker. Requests about one file or log are answered in the order they came. */
export interface Hdf5WorkerApi {
  openFile(id: StorageId, name: string, file: Blob): Promise<Hdf5Facts>;
  readRows(id: StorageId, dataset: string, begin: number, end: number): Promise<Hdf5Values>;
  closeFile(id: StorageId): Promise<void>;
  /** Returns the rows it holds. */
  openRowLog(id: StorageId, spec: RowLogSpec): Promise<number>;
  /** Keeps rows behind the first `at`, in place of what may be there, and only then answers. */
  appendRows(id: StorageId, at: number, rows: Uint8Array<ArrayBuffer>): Promise<void>;
  closeRowLog(id: StorageId): Promise<void>;
  /** Bytes of wasm memory in use. */
  memoryBytes(): Promise<number>;
}
