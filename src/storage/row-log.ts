import { RowLogBusyError, StorageError, toStorageError } from "./errors.ts";
import { opfsRoot } from "./handle-folder.ts";
import { folderNameOf, keyOfRecord, RECORD_FILE, ROW_LOGS, ROWS_FILE, rowLogFolder } from "./row-log-files.ts";
import { InStorageWorker } from "./storage-worker.ts";

/** How a row log is asked for. */
export interface RowLogOptions {
  /** Bytes of one row: dimension × 4 for float32. */
  readonly rowBytes: number;
  /**
   * What the rows depend on (slide, coordinates, encoder, settings) as text, such as a hash. A log that was kept for
   * something else is emptied.
   */
  readonly belongsTo: string;
  readonly signal?: AbortSignal;
}

/**
 * Rows of equal length that survive a killed tab: what `append` has resolved for is there when the log is opened again,
 * and what was half written then is cut off. One tab at a time has a log open.
 */
export interface RowLog {
  readonly key: string;
  readonly rowBytes: number;
  /** Rows kept so far. */
  readonly rows: number;
  /**
   * Adds rows; they are kept once this resolves. The values are copied, not taken. Appends are done in the order of the
   * calls; after a failed one (disk full) the log holds what it held before, and it may be tried again.
   *
   * @throws {StorageFullError} {StorageError}
   */
  append(rows: ArrayBufferView): Promise<void>;
  /**
   * The bytes of all rows, as a file that is read when it is used: data for `writeHdf5`. Ends appending; opening the log
   * again or dropping it makes the file unreadable.
   */
  file(): Promise<File>;
  /** Lets another tab have it; what was appended stays. */
  close(): Promise<void>;
  /** Closes it and deletes what it holds. */
  drop(): Promise<void>;
}

/**
 * Opens the row log of that name, and makes it where there is none yet.
 *
 * @param key - any text: what it is kept for.
 * @throws {RowLogBusyError} while another tab has it open.
 * @throws {CapabilityError} in a browser without a private file system that workers can write to.
 */
export async function openRowLog(key: string, { rowBytes, belongsTo, signal }: RowLogOptions): Promise<RowLog> {
  const spec = { key, belongsTo, rowBytes };
  const worker = new InStorageWorker(`row log ${key}`, (api, id) => api.openRowLog(id, spec));
  return new OpenRowLog(key, rowBytes, worker, await worker.open((api, id) => api.closeRowLog(id), signal));
}

/** A row log that lies on disk, open or not. */
export interface KeptRowLog {
  readonly key: string;
  readonly bytes: number;
  /** Milliseconds since 1970. */
  readonly lastModified: number;
}

/** All row logs of this site: what unfinished runs have left. */
export async function listRowLogs(): Promise<readonly KeptRowLog[]> {
  const root = await opfsRoot();
  const kept: KeptRowLog[] = [];
  try {
    const logs = await root.getDirectoryHandle(ROW_LOGS, { create: true });
    for await (const handle of logs.values()) {
      if (handle.kind !== "directory") continue;
      const read = async (name: string) => (await handle.getFileHandle(name, { create: true })).getFile();
      const [rows, record] = await Promise.all([read(ROWS_FILE), read(RECORD_FILE)]);
      const key = keyOfRecord(await record.text());
      if (key !== undefined) kept.push({ key, bytes: rows.size, lastModified: rows.lastModified });
    }
  } catch (thrown) {
    throw toStorageError(ROW_LOGS, thrown);
  }
  return kept.sort((a, b) => (a.key < b.key ? -1 : 1));
}

/**
 * Deletes a row log that is not open here; does nothing where there is none.
 * @throws {RowLogBusyError} while another tab has it open.
 */
export async function dropRowLog(key: string): Promise<void> {
  const root = await opfsRoot();
  try {
    const logs = await root.getDirectoryHandle(ROW_LOGS, { create: true });
    await logs.removeEntry(await folderNameOf(key), { recursive: true });
  } catch (thrown) {
    const { name } = thrown as DOMException;
    if (name === "NotFoundError") return;
    if (name === "NoModificationAllowedError") throw new RowLogBusyError(key, { cause: thrown });
    throw toStorageError(key, thrown);
  }
}

class OpenRowLog implements RowLog {
  readonly key: string;
  readonly rowBytes: number;
  readonly #worker: InStorageWorker<number>;
  #rows: number;
  #last: Promise<unknown> = Promise.resolve();
  #closed = false;

  constructor(key: string, rowBytes: number, worker: InStorageWorker<number>, rows: number) {
    this.key = key;
    this.rowBytes = rowBytes;
    this.#worker = worker;
    this.#rows = rows;
  }

  get rows(): number {
    return this.#rows;
  }

  append(rows: ArrayBufferView): Promise<void> {
    if (this.#closed) throw new TypeError(`${this.key} is closed`);
    const bytes = new Uint8Array(rows.buffer, rows.byteOffset, rows.byteLength).slice();
    const appended = this.#last.then(() => this.#append(bytes));
    this.#last = appended.catch(() => {});
    return appended;
  }

  async file(): Promise<File> {
    await this.close();
    try {
      const folder = await rowLogFolder(this.key, false);
      const file = await folder?.getFileHandle(ROWS_FILE).then((handle) => handle.getFile());
      if (file?.size === this.#rows * this.rowBytes) return file;
      throw new StorageError(this.key, `${file?.size ?? 0} bytes of ${this.#rows} rows of ${this.rowBytes}`);
    } catch (thrown) {
      throw toStorageError(this.key, thrown);
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#last;
    await this.#worker.end((api, id) => api.closeRowLog(id));
  }

  async drop(): Promise<void> {
    await this.close();
    await dropRowLog(this.key);
  }

  async #append(bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    const at = this.#rows;
    await this.#worker.run((api, id) => api.appendRows(id, at, bytes));
    this.#rows = at + bytes.length / this.rowBytes;
  }
}
