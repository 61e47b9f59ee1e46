import { CapabilityError } from "#base";
import { RowLogBusyError, toStorageError } from "./errors.ts";
import { RECORD_FILE, ROWS_FILE, recordHead, rowLogFolder } from "./row-log-files.ts";
import type { RowLogSpec } from "./worker-contract.ts";

/** One entry of the record: a count of rows, and its complement, by which a half-written entry is told. */
const ENTRY_BYTES = 16;

/** How long a tab that was reloaded or killed, or a worker that was replaced, may go on holding its files. */
const RELEASE_MS = 1000;
const RELEASE_STEP_MS = 50;

// Exists in workers only, and not in the DOM's type library.
interface SyncAccessHandle {
  read(target: Uint8Array, options: { at: number }): number;
  write(source: Uint8Array, options: { at: number }): number;
  truncate(size: number): void;
  getSize(): number;
  flush(): void;
  close(): void;
}
interface WithSyncAccess {
  createSyncAccessHandle?(): Promise<SyncAccessHandle>;
}

/**
 * A row log's two files: `rows`, nothing but rows, and `record`, which says what they are and how many of them count.
 * Rows are written and flushed before the record says so; opening cuts off what the record does not speak of.
 */
export class ScratchRows {
  readonly #key: string;
  readonly #rowBytes: number;
  readonly #data: SyncAccessHandle;
  readonly #record: SyncAccessHandle;
  #rows = 0;
  #recordEnd: number;

  private constructor(spec: RowLogSpec, data: SyncAccessHandle, record: SyncAccessHandle) {
    this.#key = spec.key;
    this.#rowBytes = spec.rowBytes;
    this.#data = data;
    this.#record = record;
    const head = recordHead(spec);
    this.#recordEnd = head.length;
    const kept = readWhole(record);
    if (head.every((byte, i) => kept[i] === byte)) {
      this.#readRecord(kept);
    } else {
      // Of something else, or new. Emptied first: rows of another kind must never stand below this head.
      record.truncate(0);
      data.truncate(0);
      data.flush();
      record.write(head, { at: 0 });
    }
    data.truncate(this.#rows * spec.rowBytes);
    record.truncate(this.#recordEnd);
    data.flush();
    record.flush();
  }

  /**
   * @throws {RowLogBusyError} while another tab has it open.
   * @throws {CapabilityError} in a browser without a private file system that workers can write to.
   */
  static async open(spec: RowLogSpec): Promise<ScratchRows> {
    const handles: SyncAccessHandle[] = [];
    try {
      const folder = await rowLogFolder(spec.key, true);
      for (const name of [ROWS_FILE, RECORD_FILE]) handles.push(await openSync(folder!, name));
      return new ScratchRows(spec, handles[0]!, handles[1]!);
    } catch (thrown) {
      for (const handle of handles) handle.close();
      if ((thrown as { name?: string } | undefined)?.name === "NoModificationAllowedError") {
        throw new RowLogBusyError(spec.key, { cause: thrown });
      }
      throw toStorageError(spec.key, thrown);
    }
  }

  get rows(): number {
    return this.#rows;
  }

  /** Keeps rows behind the first `at`. What stood there is forgotten first: a worker that died may have kept it untold. */
  append(at: number, rows: Uint8Array<ArrayBuffer>): void {
    if (at > this.#rows) throw new RangeError(`${this.#key}: rows at ${at}, but there are ${this.#rows}`);
    const count = rows.length / this.#rowBytes;
    if (!Number.isInteger(count)) throw new RangeError(`${this.#key}: ${rows.length} bytes of ${this.#rowBytes} a row`);
    try {
      if (at < this.#rows) this.#note(at);
      writeWhole(this.#data, rows, at * this.#rowBytes);
      this.#data.flush();
      this.#note(at + count);
    } catch (thrown) {
      throw toStorageError(this.#key, thrown);
    }
  }

  close(): void {
    this.#data.close();
    this.#record.close();
  }

  /** Says how many rows count. */
  #note(rows: number): void {
    writeWhole(this.#record, entryOf(rows), this.#recordEnd);
    this.#record.flush();
    this.#recordEnd += ENTRY_BYTES;
    this.#rows = rows;
  }

  /** Follows the entries as long as they are whole and the rows they speak of are there. */
  #readRecord(kept: Uint8Array<ArrayBuffer>): void {
    const fullRows = Math.floor(this.#data.getSize() / this.#rowBytes);
    for (let at = this.#recordEnd; at + ENTRY_BYTES <= kept.length; at += ENTRY_BYTES) {
      const rows = rowsOfEntry(new DataView(kept.buffer, at, ENTRY_BYTES));
      if (rows === undefined || rows > fullRows) return;
      this.#rows = rows;
      this.#recordEnd = at + ENTRY_BYTES;
    }
  }
}

async function openSync(folder: FileSystemDirectoryHandle, name: string): Promise<SyncAccessHandle> {
  const handle = (await folder.getFileHandle(name, { create: true })) as unknown as WithSyncAccess;
  if (!handle.createSyncAccessHandle) {
    throw new CapabilityError("writing into the browser's private file system", "this browser's workers cannot");
  }
  for (let waited = 0; ; waited += RELEASE_STEP_MS) {
    try {
      return await handle.createSyncAccessHandle();
    } catch (thrown) {
      const isBusy = (thrown as { name?: string } | undefined)?.name === "NoModificationAllowedError";
      if (!isBusy || waited >= RELEASE_MS) throw thrown;
      await new Promise((resolve) => setTimeout(resolve, RELEASE_STEP_MS));
    }
  }
}

function readWhole(handle: SyncAccessHandle): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(handle.getSize());
  return bytes.subarray(0, handle.read(bytes, { at: 0 }));
}

/** A full disk shows as fewer bytes written, or as an exception. */
function writeWhole(handle: SyncAccessHandle, bytes: Uint8Array, at: number): void {
  const written = handle.write(bytes, { at });
  if (written !== bytes.length) throw new DOMException("the disk took only a part", "QuotaExceededError");
}

function entryOf(rows: number): Uint8Array<ArrayBuffer> {
  const view = new DataView(new ArrayBuffer(ENTRY_BYTES));
  view.setBigUint64(0, BigInt(rows), true);
  view.setBigUint64(8, ~BigInt(rows), true);
  return new Uint8Array(view.buffer);
}

function rowsOfEntry(entry: DataView): number | undefined {
  const rows = entry.getBigUint64(0, true);
  return entry.getBigUint64(8, true) === BigInt.asUintN(64, ~rows) ? Number(rows) : undefined;
}
