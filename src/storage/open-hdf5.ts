import { Hdf5FormatError } from "./errors.ts";
import type { Hdf5Attributes, Hdf5Dataset, Hdf5DatasetFacts, Hdf5File, Hdf5Values } from "./hdf5/dataset.ts";
import { InStorageWorker } from "./storage-worker.ts";
import type { Hdf5Facts } from "./worker-contract.ts";

/** What is asked of the worker at once: one answer needs no copying here, and this much is ready in half a second. */
const PIECE_BYTES = 256 * 2 ** 20;

/** No array in a browser is longer. */
const MOST_BYTES = 2 ** 33;

/**
 * Opens any HDF5 file for reading: TRIDENT's, ours, CLAM's, whatever the HDF5 library reads. Its values stay on disk
 * until they are asked for.
 *
 * @param file - must stay as it is while this is open.
 * @throws {Hdf5FormatError} where it is no HDF5 file or is damaged; {ByteReadError} where it cannot be read.
 */
export async function openHdf5(file: File, { signal }: { signal?: AbortSignal } = {}): Promise<Hdf5File> {
  const worker = new InStorageWorker(`reading ${file.name}`, (api, id) => api.openFile(id, file.name, file));
  return new OpenHdf5(file.name, worker, await worker.open((api, id) => api.closeFile(id), signal));
}

class OpenHdf5 implements Hdf5File {
  readonly name: string;
  readonly datasets: ReadonlyMap<string, Hdf5Dataset>;
  readonly attributes: Hdf5Attributes;
  readonly #worker: InStorageWorker<Hdf5Facts>;

  constructor(name: string, worker: InStorageWorker<Hdf5Facts>, facts: Hdf5Facts) {
    this.name = name;
    this.#worker = worker;
    this.attributes = facts.attributes;
    this.datasets = new Map(
      facts.datasets.map((dataset) => [
        dataset.name,
        { ...dataset, read: (begin, end, { signal } = {}) => this.#read(dataset, begin, end, signal) },
      ]),
    );
  }

  async close(): Promise<void> {
    await this.#worker.end((api, id) => api.closeFile(id));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #read(
    { name, shape, type }: Hdf5DatasetFacts,
    begin = 0,
    end = shape[0] ?? 0,
    signal?: AbortSignal,
  ): Promise<Hdf5Values> {
    const rowLength = shape.slice(1).reduce((product, size) => product * size, 1);
    const Values = type === "float16" || type === "float32" ? Float32Array : Float64Array;
    const rowBytes = rowLength * Values.BYTES_PER_ELEMENT;
    if ((end - begin) * rowBytes > MOST_BYTES) {
      throw new Hdf5FormatError(this.name, `${name} claims ${end - begin} rows of ${rowBytes} bytes`);
    }
    const step = Math.max(1, Math.floor(PIECE_BYTES / Math.max(rowBytes, 1)));
    const readPiece = (from: number, to: number) =>
      this.#worker.run((api, id) => api.readRows(id, name, from, to), signal);
    if (end - begin <= step) return readPiece(begin, end);
    const values = new Values((end - begin) * rowLength);
    for (let row = begin; row < end; row += step) {
      values.set(await readPiece(row, Math.min(row + step, end)), (row - begin) * rowLength);
    }
    return values;
  }
}
