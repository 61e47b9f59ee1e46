import { ByteWriter } from "./byte-writer.ts";
import type { Hdf5Attribute, Hdf5Output } from "./dataset.ts";
import type { GlobalHeap } from "./global-heap.ts";
import { bytesOf, encodeNumbers, numberMessage } from "./number-type.ts";

// Header message types, section IV.A.2 of the HDF5 file format.
const DATASPACE = 0x01;
const DATATYPE = 0x03;
const FILL_VALUE = 0x05;
const LAYOUT = 0x08;
const ATTRIBUTE = 0x0c;
const SYMBOL_TABLE = 0x11;

/** The message does not change as long as the object lives. */
const CONSTANT = 1;
/** A vlen string as h5py makes it: version 1, class 9; a string, ended by zero, in UTF-8. */
const VLEN_STRING = [0x19, 0x01, 0x01, 0x00] as const;
/** Length, address of the heap collection, number in it. */
const VLEN_BYTES = 16;
const CLASS_UINT8 = [0x10, 0x00, 0x00, 0x00] as const;

interface Message {
  readonly type: number;
  readonly flags: number;
  readonly body: Uint8Array;
}

/** Header of the root group. */
export function groupHeader(btree: number, heap: number): Uint8Array<ArrayBuffer> {
  return header([{ type: SYMBOL_TABLE, flags: 0, body: new ByteWriter().uint64(btree).uint64(heap).finish() }]);
}

/**
 * Header of a dataset. Its length does not depend on the addresses.
 *
 * @param addresses - of the chunk index, and of the collection that `heap` will be.
 */
export function datasetHeader(
  { type, shape, attributes = {} }: Hdf5Output,
  heap: GlobalHeap,
  addresses: { index: number | undefined; heap: number },
): Uint8Array<ArrayBuffer> {
  return header([
    { type: DATASPACE, flags: 0, body: dataspace(shape, true) },
    { type: DATATYPE, flags: CONSTANT, body: numberMessage(type) },
    // Version 2; space is taken as chunks come; filled where the program says so; zeros.
    { type: FILL_VALUE, flags: CONSTANT, body: new ByteWriter().uint8(2, 3, 2, 1).uint32(0).finish() },
    { type: LAYOUT, flags: 0, body: layout([...chunkOf(shape), bytesOf(type)], addresses.index) },
    ...Object.entries(attributes).map(([name, attribute]) => ({
      type: ATTRIBUTE,
      flags: 0,
      body: attributeMessage(name, attribute, heap, addresses.heap),
    })),
  ]);
}

/** One row. */
export function chunkOf(shape: readonly number[]): number[] {
  return [1, ...shape.slice(1)];
}

/** An object header of version 1, which holds no times. */
function header(messages: readonly Message[]): Uint8Array<ArrayBuffer> {
  const out = new ByteWriter();
  const lengths = messages.map(({ body }) => Math.ceil(body.length / 8) * 8);
  out.uint8(1, 0).uint16(messages.length).uint32(1);
  out.uint32(lengths.reduce((sum, length) => sum + 8 + length, 0)).align();
  for (const [index, { type, flags, body }] of messages.entries()) {
    out.uint16(type).uint16(lengths[index]!).uint8(flags).zeros(3).bytes(body).align();
  }
  return out.finish();
}

function dataspace(shape: readonly number[], growing: boolean): Uint8Array<ArrayBuffer> {
  const out = new ByteWriter().uint8(1, shape.length, growing ? 1 : 0).zeros(5);
  for (const size of shape) out.uint64(size);
  if (growing) {
    out.address(undefined); // unlimited
    for (const size of shape.slice(1)) out.uint64(size);
  }
  return out.finish();
}

function layout(chunk: readonly number[], index: number | undefined): Uint8Array<ArrayBuffer> {
  const out = new ByteWriter().uint8(3, 2, chunk.length).address(index);
  for (const size of chunk) out.uint32(size);
  return out.finish();
}

function attributeMessage(
  name: string,
  { type, value }: Hdf5Attribute,
  heap: GlobalHeap,
  heapAddress: number,
): Uint8Array<ArrayBuffer> {
  const nameBytes = new TextEncoder().encode(`${name}\0`);
  const isList = typeof value === "object";
  const typeMessage = type === "string" ? stringMessage() : numberMessage(type);
  const space = dataspace(isList ? [value.length] : [], false);
  const out = new ByteWriter().uint8(1, 0).uint16(nameBytes.length).uint16(typeMessage.length).uint16(space.length);
  out.bytes(nameBytes).align().bytes(typeMessage).align().bytes(space).align();
  if (type !== "string") return out.bytes(encodeNumbers(type, isList ? value : [value])).finish();
  for (const text of isList ? value : [value]) {
    const { bytes, index } = heap.add(text);
    out
      .uint32(bytes)
      .uint64(index === 0 ? 0 : heapAddress)
      .uint32(index);
  }
  return out.finish();
}

function stringMessage(): Uint8Array<ArrayBuffer> {
  // What a vlen is made of follows it: single bytes.
  return new ByteWriter()
    .uint8(...VLEN_STRING)
    .uint32(VLEN_BYTES)
    .uint8(...CLASS_UINT8)
    .uint32(1)
    .uint16(0)
    .uint16(8)
    .finish();
}
