import { type Remote, wrap } from "comlink";
import { describe, expect, it } from "vitest";
import { dropRowLog, listRowLogs, openHdf5, openRowLog, writeHdf5 } from "#storage";
import type { Hdf5WorkerApi } from "../../../src/storage/worker-contract.ts";

const options = { rowBytes: 8, belongsTo: "slide a, encoder b" };

function rows(first: number, count: number): Float64Array<ArrayBuffer> {
  return Float64Array.from({ length: count }, (_, i) => first + i);
}

async function filesOf(key: string): Promise<{ rows: FileSystemFileHandle; record: FileSystemFileHandle }> {
  const logs = await (await navigator.storage.getDirectory()).getDirectoryHandle("coverslip-row-logs");
  for await (const folder of logs.values()) {
    if (folder.kind !== "directory") continue;
    const record = await folder.getFileHandle("record");
    if (JSON.parse((await (await record.getFile()).text()).split("\n")[0]!).key !== key) continue;
    return { rows: await folder.getFileHandle("rows"), record };
  }
  throw new Error(`no log ${key}`);
}

/** What a tab killed in the middle of writing may leave: bytes more, or less. */
async function change(handle: FileSystemFileHandle, edit: (bytes: Uint8Array) => BlobPart[]): Promise<void> {
  const bytes = new Uint8Array(await (await handle.getFile()).arrayBuffer());
  const writer = await handle.createWritable();
  await writer.write(new Blob(edit(bytes)));
  await writer.close();
}

async function valuesOf(key: string): Promise<number[]> {
  const log = await openRowLog(key, options);
  const file = await log.file();
  return [...new Float64Array(await file.arrayBuffer())];
}

describe("a row log", () => {
  it("holds what was appended, also when it is opened again", async () => {
    const key = `jobs/ü/${"very long ".repeat(60)}${crypto.randomUUID()}`;
    const log = await openRowLog(key, options);
    expect(log.rows).toBe(0);
    await Promise.all([log.append(rows(0, 3)), log.append(rows(3, 1)), log.append(rows(4, 0))]);
    expect(log.rows).toBe(4);
    await log.close();
    const again = await openRowLog(key, options);
    expect(again.rows).toBe(4);
    await again.append(rows(4, 2));
    await again.close();
    expect(await valuesOf(key)).toEqual([0, 1, 2, 3, 4, 5]);
  });

  it("is data for an HDF5 file", async () => {
    const log = await openRowLog(crypto.randomUUID(), options);
    await log.append(rows(0, 1000));
    const blob = writeHdf5([{ name: "features", type: "float64", shape: [500, 2], data: await log.file() }]);
    await using file = await openHdf5(new File([blob], "f.h5"));
    expect(await file.datasets.get("features")!.read()).toEqual(rows(0, 1000));
    await log.drop();
  });

  it("starts from nothing when it was kept for something else", async () => {
    const key = crypto.randomUUID();
    const log = await openRowLog(key, options);
    await log.append(rows(0, 5));
    await log.close();
    const other = await openRowLog(key, { ...options, belongsTo: "slide a, encoder c" });
    expect(other.rows).toBe(0);
    await other.append(rows(7, 1));
    await other.close();
    const wider = await openRowLog(key, { rowBytes: 16, belongsTo: "slide a, encoder c" });
    expect(wider.rows).toBe(0);
    await wider.close();
  });

  it.each([
    ["rows that the record does not speak of", "rows", (bytes: Uint8Array) => [bytes, new Uint8Array(13)], 6],
    ["rows that were lost behind the record's back", "rows", (bytes: Uint8Array) => [bytes.slice(0, 30)], 2],
    ["half an entry of the record", "record", (bytes: Uint8Array) => [bytes, new Uint8Array(9)], 6],
    [
      "an entry of zeros, as a crashed system leaves them",
      "record",
      (bytes: Uint8Array) => [bytes, new Uint8Array(32)],
      6,
    ],
    ["a record without its last entry", "record", (bytes: Uint8Array) => [bytes.slice(0, -16)], 2],
    ["a record cut in its first line", "record", (bytes: Uint8Array) => [bytes.slice(0, 20)], 0],
    ["no record", "record", () => [], 0],
    ["no rows", "rows", () => [], 0],
  ] as const)("goes on after %s", async (_, name, edit, left) => {
    const key = crypto.randomUUID();
    const log = await openRowLog(key, options);
    await log.append(rows(0, 2));
    await log.append(rows(2, 4));
    await log.close();
    await change((await filesOf(key))[name], edit as (bytes: Uint8Array) => BlobPart[]);
    const again = await openRowLog(key, options);
    expect(again.rows).toBe(left);
    await again.append(rows(left, 3));
    await again.close();
    expect(await valuesOf(key)).toEqual([...rows(0, left + 3)]);
  });

  it("belongs to one at a time", async () => {
    const key = crypto.randomUUID();
    const log = await openRowLog(key, options);
    await expect(openRowLog(key, options)).rejects.toMatchObject({ name: "RowLogBusyError", key });
    await expect(dropRowLog(key)).rejects.toMatchObject({ name: "RowLogBusyError" });
    await log.close();
    const next = await openRowLog(key, options);
    await next.drop();
  });

  it("is listed until it is dropped", async () => {
    const key = `listed ${crypto.randomUUID()}`;
    const log = await openRowLog(key, options);
    await log.append(rows(0, 3));
    expect((await listRowLogs()).find((kept) => kept.key === key)).toMatchObject({ key, bytes: 24 });
    await log.close();
    await dropRowLog(key);
    expect((await listRowLogs()).find((kept) => kept.key === key)).toBeUndefined();
    await dropRowLog(key);
  });

  it("refuses part of a row, and goes on", async () => {
    const log = await openRowLog(crypto.randomUUID(), options);
    await expect(log.append(new Uint8Array(12))).rejects.toThrow("12 bytes of 8 a row");
    await log.append(rows(0, 1));
    expect(log.rows).toBe(1);
    await log.drop();
  });

  it("takes a batch again that a dead worker may have kept untold", async () => {
    const worker = new Worker(new URL("../../../workers/hdf5.worker.ts", import.meta.url), { type: "module" });
    const api: Remote<Hdf5WorkerApi> = wrap(worker);
    const key = crypto.randomUUID();
    await api.openRowLog(1, { key, ...options });
    await api.appendRows(1, 0, new Uint8Array(rows(0, 5).buffer));
    await api.appendRows(1, 3, new Uint8Array(rows(30, 1).buffer));
    await expect(api.appendRows(1, 5, new Uint8Array(8))).rejects.toThrow("rows at 5, but there are 4");
    worker.terminate();
    expect(await valuesOf(key)).toEqual([0, 1, 2, 30]);
  });

  it("is free again when its opening was aborted", async () => {
    const key = crypto.randomUUID();
    const controller = new AbortController();
    const opening = openRowLog(key, { ...options, signal: controller.signal });
    await Promise.resolve();
    controller.abort("enough");
    await expect(opening).rejects.toBe("enough");
    const log = await openRowLog(key, options);
    await log.drop();
  });

  it("has every row that was said to be kept, whenever its worker is killed", async () => {
    for (let round = 0; round < 4; round++) {
      const key = `killed ${crypto.randomUUID()}`;
      let kept = 0;
      for (let life = 0; life < 3; life++) {
        const worker = new Worker(new URL("../../../workers/hdf5.worker.ts", import.meta.url), { type: "module" });
        const api: Remote<Hdf5WorkerApi> = wrap(worker);
        let at = await api.openRowLog(1, { key, ...options });
        // The killed one may have kept a batch that it could no longer tell of.
        expect(at).toBeGreaterThanOrEqual(kept);
        const killed = new Promise((resolve) => setTimeout(resolve, Math.random() * 40)).then(() => worker.terminate());
        const appending = (async () => {
          for (;;) {
            const count = 1 + Math.floor(Math.random() * 5000);
            await api.appendRows(1, at, new Uint8Array(rows(at, count).buffer));
            at += count;
            kept = at;
          }
        })();
        await Promise.race([killed, appending]);
      }
      const values = await valuesOf(key);
      expect(values.length).toBeGreaterThanOrEqual(kept);
      expect(values.findIndex((value, i) => value !== i)).toBe(-1);
      await dropRowLog(key);
    }
  });
});
