import { type FileHandle, open } from "node:fs/promises";

const COMPRESSION_TAG = 259;
/** More than any slide has; a damaged file may chain its directories for ever. */
const MAX_DIRECTORIES = 1000;

/** The compression tag of every top-level directory of a TIFF or BigTIFF; empty for any other file. */
export async function readTiffCompressions(file: string): Promise<number[]> {
  const handle = await open(file);
  try {
    return await walk(handle);
  } catch {
    return []; // damaged: what it is made of cannot be told
  } finally {
    await handle.close();
  }
}

async function walk(handle: FileHandle): Promise<number[]> {
  const head = await readAt(handle, 0, 16);
  const order = head.toString("latin1", 0, 2);
  if (order !== "II" && order !== "MM") return [];
  const little = order === "II";
  const u16 = (bytes: Buffer, at: number) => (little ? bytes.readUInt16LE(at) : bytes.readUInt16BE(at));
  const u32 = (bytes: Buffer, at: number) => (little ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at));
  const u64 = (bytes: Buffer, at: number) => Number(little ? bytes.readBigUInt64LE(at) : bytes.readBigUInt64BE(at));
  const magic = u16(head, 2);
  if (magic !== 42 && magic !== 43) return [];
  const big = magic === 43;
  const [countBytes, entryBytes, pointerBytes] = big ? [8, 20, 8] : [2, 12, 4];

  const found: number[] = [];
  let offset = big ? u64(head, 8) : u32(head, 4);
  for (let directory = 0; offset !== 0 && directory < MAX_DIRECTORIES; directory++) {
    const counted = await readAt(handle, offset, countBytes);
    const count = big ? u64(counted, 0) : u16(counted, 0);
    if (count > 65_535) break;
    const entries = await readAt(handle, offset + countBytes, count * entryBytes + pointerBytes);
    for (let entry = 0; entry < count; entry++) {
      const at = entry * entryBytes;
      if (u16(entries, at) === COMPRESSION_TAG) found.push(u16(entries, at + (big ? 12 : 8)));
    }
    offset = big ? u64(entries, count * entryBytes) : u32(entries, count * entryBytes);
  }
  return found;
}

async function readAt(handle: FileHandle, position: number, length: number): Promise<Buffer> {
  const bytes = Buffer.alloc(length);
  await handle.read(bytes, 0, length, position);
  return bytes;
}
