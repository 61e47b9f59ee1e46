import type { ByteWriter } from "./byte-writer.ts";

/** Children of a node, twice the K of superblock version 0, which cannot be told otherwise in the file. */
const NODE_CHILDREN = 64;
const NODE_HEADER_BYTES = 24;
const TYPE_CHUNKS = 1;
const NO_FILTER_LEFT_OUT = 0;

/** Chunks of one row each (of one element where there is but one dimension), one after the other in the file. */
export interface SingleRowChunks {
  readonly rows: number;
  readonly rowBytes: number;
  /** Chunk size per dimension, and after it the bytes of an element: [1, 1024, 4]. */
  readonly chunk: readonly number[];
}

function nodeBytes({ chunk }: SingleRowChunks): number {
  return NODE_HEADER_BYTES + NODE_CHILDREN * 8 + (NODE_CHILDREN + 1) * keyBytes(chunk);
}

function keyBytes(chunk: readonly number[]): number {
  return 8 + 8 * chunk.length;
}

/** Nodes per level, leaves first. */
function levelsOf(rows: number): number[] {
  const levels: number[] = [];
  for (let nodes = rows; nodes > 1 || levels.length === 0; ) {
    nodes = Math.ceil(nodes / NODE_CHILDREN);
    levels.push(nodes);
  }
  return levels;
}

/** Bytes that `writeChunkIndex` will put. */
export function chunkIndexBytes(chunks: SingleRowChunks): number {
  if (chunks.rows === 0) return 0;
  return nodeBytes(chunks) * levelsOf(chunks.rows).reduce((sum, nodes) => sum + nodes, 0);
}

/**
 * The version-1 B-tree that says where each row's chunk lies, section III.A.1 of the HDF5 file format, packed full:
 * the leaves from the first to the last, then each level above them, the root at the end.
 *
 * @param address - where in the file the tree begins, which is where `out` stands.
 * @param data - where in the file the first row lies.
 * @returns address of the root, undefined where there are no rows.
 */
export function writeChunkIndex(
  out: ByteWriter,
  chunks: SingleRowChunks,
  address: number,
  data: number,
): number | undefined {
  const { rows, rowBytes, chunk } = chunks;
  if (rows === 0) return undefined;
  const size = nodeBytes(chunks);
  const inRow = chunk.slice(1).map(() => 0);
  let childrenAddress = data;
  let childBytes = rowBytes;
  let children = rows;
  let rowsPerChild = 1;
  let levelAddress = address;
  for (const [level, nodes] of levelsOf(rows).entries()) {
    for (let node = 0; node < nodes; node++) {
      const first = node * NODE_CHILDREN;
      const count = Math.min(NODE_CHILDREN, children - first);
      const end = out.length + size;
      out.ascii("TREE").uint8(TYPE_CHUNKS, level).uint16(count);
      out.address(node > 0 ? levelAddress + (node - 1) * size : undefined);
      out.address(node + 1 < nodes ? levelAddress + (node + 1) * size : undefined);
      for (let child = first; child < first + count; child++) {
        writeKey(out, rowBytes, [child * rowsPerChild, ...inRow]);
        out.uint64(childrenAddress + child * childBytes);
      }
      const next = (first + count) * rowsPerChild;
      if (next < rows) writeKey(out, rowBytes, [next, ...inRow]);
      // What lies beyond the last chunk is of no bytes and one chunk further in every dimension.
      else writeKey(out, 0, [rows, ...chunk.slice(1)]);
      out.zeros(end - out.length);
    }
    childrenAddress = levelAddress;
    childBytes = size;
    children = nodes;
    rowsPerChild *= NODE_CHILDREN;
    levelAddress += nodes * size;
  }
  return levelAddress - size;
}

function writeKey(out: ByteWriter, bytes: number, offsets: readonly number[]): void {
  out.uint32(bytes).uint32(NO_FILTER_LEFT_OUT);
  for (const offset of offsets) out.uint64(offset);
}
