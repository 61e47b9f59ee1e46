import { digest } from "#base";
import { opfsRoot } from "./handle-folder.ts";
import type { RowLogSpec } from "./worker-contract.ts";

/** Row logs lie here, each a folder of two files. */
export const ROW_LOGS = "coverslip-row-logs";
/** Nothing but rows. */
export const ROWS_FILE = "rows";
/** What the rows are, and how many of them count. */
export const RECORD_FILE = "record";

/** The folder of a log; undefined where there is none and none is to be made. */
export async function rowLogFolder(key: string, create: boolean): Promise<FileSystemDirectoryHandle | undefined> {
  const root = await opfsRoot();
  try {
    const logs = await root.getDirectoryHandle(ROW_LOGS, { create });
    return await logs.getDirectoryHandle(await folderNameOf(key), { create });
  } catch (thrown) {
    if (!create && (thrown as DOMException).name === "NotFoundError") return undefined;
    throw thrown;
  }
}

/** A key is of any length and any characters; a file name is not. */
export async function folderNameOf(key: string): Promise<string> {
  return (await digest("SHA-256", key)).slice(0, 32);
}

/** First line of a record: what the rows are. Another first line is another log. */
export function recordHead({ key, belongsTo, rowBytes }: RowLogSpec): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(`${JSON.stringify({ key, belongsTo, rowBytes })}\n`);
}

/** The key in a record's first line; undefined where a kill came before it was whole. */
export function keyOfRecord(record: string): string | undefined {
  try {
    return JSON.parse(record.split("\n", 1)[0]!).key;
  } catch {
    return undefined;
  }
}
