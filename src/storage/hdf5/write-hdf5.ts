import { ByteWriter } from "./byte-writer.ts";
import { chunkIndexBytes, type SingleRowChunks, writeChunkIndex } from "./chunk-index.ts";
import type { Hdf5Output } from "./dataset.ts";
import { GlobalHeap } from "./global-heap.ts";
import { bytesOf, encodeNumbers } from "./number-type.ts";
import { chunkOf, datasetHeader, groupHeader } from "./object-header.ts";

const SUPERBLOCK_BYTES = 96;
const GROUP_LEAF_K = 4;
const GROUP_INTERNAL_K = 16;
const GROUP_BTREE_BYTES = 24 + 2 * GROUP_INTERNAL_K * 8 + (2 * GROUP_INTERNAL_K + 1) * 8;
const SYMBOL_NODE_BYTES = 8 + 2 * GROUP_LEAF_K * 40;
const HEAP_HEADER_BYTES = 32;
/** A free block of a local heap takes this much, or is not worth one. */
const HEAP_FREE_BYTES = 16;
/** As the HDF5 library makes it: room for names to come. */
const HEAP_LEAST_BYTES = 88;
/** The symbol table entry says where a group's own tables are. */
const CACHED_GROUP = 1;
const CACHED_NOTHING = 0;

/**
 * An HDF5 file in the dialect that h5py writes by default and TRIDENT's files have: superblock 0, version-1 headers and
 * B-trees, chunks of one row, growable, no filters, no times. The same datasets give the same bytes, always.
 *
 * All addresses are known before a byte is written, since nothing is compressed: first everything that describes, then
 * the rows as they are. So the file is a Blob that refers to the rows, which are read when it is, and never copied here.
 *
 * @param datasets - at most eight, all in the root group.
 */
export function writeHdf5(datasets: readonly Hdf5Output[]): Blob {
  if (datasets.length > 2 * GROUP_LEAF_K) throw new RangeError(`${datasets.length} datasets of ${2 * GROUP_LEAF_K}`);
  const sorted = [...datasets].sort((a, b) => (a.name < b.name ? -1 : 1));
  const chunks = sorted.map(({ shape, type }): SingleRowChunks => {
    const chunk = [...chunkOf(shape), bytesOf(type)];
    return { rows: shape[0]!, rowBytes: chunk.reduce((product, size) => product * size, 1), chunk };
  });
  const data = sorted.map(({ name, type, data }, index) => {
    const { rows, rowBytes } = chunks[index]!;
    const bytes = data instanceof Blob ? data : encodeNumbers(type, data);
    const length = bytes instanceof Blob ? bytes.size : bytes.length;
    if (length !== rows * rowBytes) throw new RangeError(`${name}: ${length} bytes of ${rows} × ${rowBytes}`);
    return bytes;
  });

  // Where everything lies, in the file's order.
  let end = SUPERBLOCK_BYTES;
  const place = (bytes: number) => {
    const at = end;
    end += Math.ceil(bytes / 8) * 8;
    return at;
  };
  const names = localHeap(sorted.map(({ name }) => name));
  const rootHeader = place(groupHeader(0, 0).length);
  const btree = place(GROUP_BTREE_BYTES);
  const nameHeap = place(HEAP_HEADER_BYTES);
  const nameData = place(names.bytes.length);
  const symbols = place(SYMBOL_NODE_BYTES);
  // Headers are made twice: their lengths are asked for first, their addresses known then.
  const strings = new GlobalHeap();
  const draft = sorted.map((dataset) => datasetHeader(dataset, strings, { index: undefined, heap: 0 }));
  const headers = draft.map(({ length }) => place(length));
  const stringHeap = place(strings.finish().length);
  const indices = chunks.map((of) => place(chunkIndexBytes(of)));
  const rows = chunks.map((of) => place(of.rows * of.rowBytes));

  const indexBytes = chunks.map((of, i) => {
    const out = new ByteWriter();
    return { root: writeChunkIndex(out, of, indices[i]!, rows[i]!), bytes: out.finish() };
  });
  const sameStrings = new GlobalHeap();
  const out = new ByteWriter();
  const at = (address: number) => out.zeros(address - out.length);
  out.bytes(superblock(end, { rootHeader, btree, nameHeap }));
  at(rootHeader).bytes(groupHeader(btree, nameHeap));
  at(btree).bytes(groupBtree(symbols, names.offsets.at(-1) ?? 0));
  at(nameHeap).bytes(heapHeader(names, nameData)).bytes(names.bytes);
  at(symbols).bytes(symbolNode(names.offsets.map((name, i) => ({ name, header: headers[i]! }))));
  for (const [i, dataset] of sorted.entries()) {
    at(headers[i]!).bytes(datasetHeader(dataset, sameStrings, { index: indexBytes[i]!.root, heap: stringHeap }));
  }
  at(stringHeap).bytes(sameStrings.finish());
  const parts: BlobPart[] = [out.finish(), ...indexBytes.map(({ bytes }) => bytes)];
  for (const [i, bytes] of data.entries()) {
    const { rows, rowBytes } = chunks[i]!;
    parts.push(bytes, new Uint8Array(-(rows * rowBytes) & 7));
  }
  return new Blob(parts, { type: "application/x-hdf5" });
}

function superblock(
  fileBytes: number,
  root: { rootHeader: number; btree: number; nameHeap: number },
): Uint8Array<ArrayBuffer> {
  const out = new ByteWriter().uint8(0x89).ascii("HDF\r\n\x1a\n");
  // Versions of everything are 0; addresses and lengths have eight bytes.
  out.uint8(0, 0, 0, 0, 0, 8, 8, 0).uint16(GROUP_LEAF_K).uint16(GROUP_INTERNAL_K).uint32(0);
  out.uint64(0).address(undefined).uint64(fileBytes).address(undefined);
  out.uint64(0).uint64(root.rootHeader).uint32(CACHED_GROUP).uint32(0).uint64(root.btree).uint64(root.nameHeap);
  return out.finish();
}

interface LocalHeap {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Where each name begins. */
  readonly offsets: readonly number[];
  /** Where the free block begins. */
  readonly free: number;
}

/** Names of a group's members, each ended by zero, then free space. The first eight bytes stand for "no name". */
function localHeap(names: readonly string[]): LocalHeap {
  const out = new ByteWriter().zeros(8);
  const offsets: number[] = [];
  for (const name of names) {
    offsets.push(out.length);
    out.bytes(new TextEncoder().encode(`${name}\0`)).align();
  }
  const free = out.length;
  const bytes = Math.max(HEAP_LEAST_BYTES, free + HEAP_FREE_BYTES);
  out
    .uint64(LAST_FREE)
    .uint64(bytes - free)
    .zeros(bytes - free - HEAP_FREE_BYTES);
  return { bytes: out.finish(), offsets, free };
}

/** Stands where the offset of another free block would. */
const LAST_FREE = 1;

function heapHeader({ bytes, free }: LocalHeap, dataAddress: number): Uint8Array<ArrayBuffer> {
  return new ByteWriter().ascii("HEAP").zeros(4).uint64(bytes.length).uint64(free).uint64(dataAddress).finish();
}

/** A group's B-tree of one leaf, between the empty name and the last. */
function groupBtree(symbols: number, lastName: number): Uint8Array<ArrayBuffer> {
  const out = new ByteWriter().ascii("TREE").uint8(0, 0).uint16(1).address(undefined).address(undefined);
  return out
    .uint64(0)
    .uint64(symbols)
    .uint64(lastName)
    .zeros(GROUP_BTREE_BYTES - out.length)
    .finish();
}

function symbolNode(entries: readonly { name: number; header: number }[]): Uint8Array<ArrayBuffer> {
  const out = new ByteWriter().ascii("SNOD").uint8(1, 0).uint16(entries.length);
  for (const { name, header } of entries) out.uint64(name).uint64(header).uint32(CACHED_NOTHING).zeros(20);
  return out.zeros(SYMBOL_NODE_BYTES - out.length).finish();
}
