import type { FileWindows } from "./file-windows.ts";

const SIGNATURE = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a, 0];
const SUPERBLOCK_BYTES = 96;
const ROOT_HEADER = 64;
/** Messages of an object header, section IV.A.2 of the HDF5 file format. */
const LAYOUT = 0x08;
const FILTERS = 0x0b;
const CONTINUATION = 0x10;
const SYMBOL_TABLE = 0x11;
/** A group of more members than any of these files has: then it is another kind of file. */
const MOST_NODES = 64;
const SYMBOL_BYTES = 40;

/** How a chunked dataset is stored. */
export interface ChunkLayout {
  /** Address of the chunk index; undefined where there are no chunks. */
  readonly tree: number | undefined;
  /** Chunk size per dimension, then bytes of an element. */
  readonly chunk: readonly number[];
}

/**
 * Looks up how a dataset of the root group is stored.
 *
 * @returns undefined where the file is of another kind, or the dataset is not in chunks, or is filtered.
 * @throws {RangeError} where what is found makes no sense.
 */
export async function findLayout(windows: FileWindows, name: string): Promise<ChunkLayout | undefined> {
  const dataset = await readMessages(windows, name);
  const layout = dataset?.find(({ type }) => type === LAYOUT)?.body;
  if (!layout || dataset.some(({ type }) => type === FILTERS)) return undefined;
  const [version, kind, dimensions] = [layout.getUint8(0), layout.getUint8(1), layout.getUint8(2)];
  if (version !== 3 || kind !== 2) return undefined;
  const chunk = Array.from({ length: dimensions }, (_, i) => layout.getUint32(11 + 4 * i, true));
  const isUndefined = layout.getUint32(3, true) === 0xffffffff && layout.getUint32(7, true) === 0xffffffff;
  return { tree: isUndefined ? undefined : getAddress(layout, 3), chunk };
}

/**
 * The header messages of a dataset of the root group, in a file with superblock 0 and version-1 structures throughout.
 *
 * @returns undefined where the file is of another kind or has no such dataset.
 * @throws {RangeError} where what is found makes no sense.
 */
export async function readMessages(windows: FileWindows, name: string): Promise<Message[] | undefined> {
  const superblock = await read(windows, 0, SUPERBLOCK_BYTES);
  if (SIGNATURE.some((byte, i) => superblock.getUint8(i) !== byte)) return undefined;
  // Addresses and lengths of eight bytes, counted from the file's beginning.
  if (superblock.getUint16(13) !== 0x0808 || getAddress(superblock, 24) !== 0) return undefined;
  const root = await messages(windows, getAddress(superblock, ROOT_HEADER));
  const table = root.find(({ type }) => type === SYMBOL_TABLE)?.body;
  if (!table) return undefined;
  const heap = await read(windows, getAddress(table, 8), 32);
  const names = await read(windows, getAddress(heap, 24), getAddress(heap, 8));
  const header = await findMember(windows, [getAddress(table, 0)], names, `${name}\0`);
  return header === undefined ? undefined : messages(windows, header);
}

/** One message of an object header. */
export interface Message {
  readonly type: number;
  readonly body: DataView;
}

/** Messages of an object header of version 1, which may go on elsewhere. */
async function messages(windows: FileWindows, address: number): Promise<Message[]> {
  const prefix = await read(windows, address, 16);
  if (prefix.getUint8(0) !== 1) return [];
  const count = prefix.getUint16(2, true);
  const blocks = [{ at: address + 16, length: prefix.getUint32(8, true) }];
  const found: Message[] = [];
  for (const { at, length } of blocks) {
    const block = await read(windows, at, length);
    for (let i = 0; i + 8 <= length && found.length < count; ) {
      const type = block.getUint16(i, true);
      const size = block.getUint16(i + 2, true);
      const body = new DataView(block.buffer, block.byteOffset + i + 8, size);
      if (type === CONTINUATION) blocks.push({ at: getAddress(body, 0), length: getAddress(body, 8) });
      found.push({ type, body });
      i += 8 + size;
    }
  }
  return found;
}

/** Walks a group's B-tree down to its symbol nodes. Returns the address of the member's object header. */
async function findMember(
  windows: FileWindows,
  nodes: number[],
  names: DataView,
  name: string,
): Promise<number | undefined> {
  const wanted = new TextEncoder().encode(name);
  for (const node of nodes) {
    if (nodes.length > MOST_NODES) return undefined;
    const header = await read(windows, node, 8);
    const count = header.getUint16(6, true);
    if (header.getUint32(0) === TREE) {
      const children = await read(windows, node + 24, count * 16);
      for (let i = 0; i < count; i++) nodes.push(getAddress(children, 16 * i + 8));
    } else if (header.getUint32(0) === SYMBOLS) {
      const entries = await read(windows, node + 8, count * SYMBOL_BYTES);
      for (let i = 0; i < count; i++) {
        const at = getAddress(entries, SYMBOL_BYTES * i);
        if (wanted.every((byte, j) => names.getUint8(at + j) === byte))
          return getAddress(entries, SYMBOL_BYTES * i + 8);
      }
    } else return undefined;
  }
  return undefined;
}

/** "TREE", with which a node of a B-tree begins. */
export const TREE = 0x54524545;
const SYMBOLS = 0x534e4f44; // "SNOD"

async function read(windows: FileWindows, at: number, length: number): Promise<DataView> {
  const { buffer, byteOffset } = await windows.fetch(at, length);
  return new DataView(buffer, byteOffset, length);
}

/** An unsigned number of eight bytes, as addresses and lengths are. */
export function getAddress(view: DataView, at: number): number {
  return view.getUint32(at + 4, true) * 2 ** 32 + view.getUint32(at, true);
}
