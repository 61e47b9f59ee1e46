import { openAsyncBytes } from "#bytes";
import { FileWindows } from "../../../src/storage/hdf5/file-windows.ts";
import { type Message, readMessages } from "../../../src/storage/hdf5/old-structure.ts";

/** What the answers say of a dataset, as h5py says it; `null` in `maxshape` is unlimited. */
export interface DatasetLayout {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly maxshape: readonly (number | null)[];
  readonly chunks: readonly number[] | null;
  readonly filters: number;
  readonly fill_time: number;
  readonly alloc_time: number;
  readonly attrs: Readonly<Record<string, AttributeLayout>>;
}

export interface AttributeLayout {
  readonly shape: readonly number[];
  /** "0": a scalar. */
  readonly space: string;
  readonly type: string;
  readonly variable_length?: boolean;
  readonly cset?: string;
  readonly padding?: string;
  readonly value?: unknown;
}

/** Header messages, section IV.A.2 of the HDF5 file format. */
const MESSAGE = {
  dataspace: 0x01,
  datatype: 0x03,
  fill: 0x05,
  layout: 0x08,
  filters: 0x0b,
  attribute: 0x0c,
  time: 0x12,
};
const CLASS = { integer: 0, float: 1, vlen: 9 };

/** Reads off a file's bytes how a dataset is stored, down to what the HDF5 library does not tell. */
export async function readLayout(file: Blob, name: string): Promise<DatasetLayout | undefined> {
  const bytes = openAsyncBytes({ kind: "blob", path: name, size: file.size, blob: file });
  const messages = await readMessages(new FileWindows(bytes), name);
  if (!messages) return undefined;
  const one = (type: number) => messages.find((message) => message.type === type)?.body;
  const space = one(MESSAGE.dataspace)!;
  const layout = one(MESSAGE.layout)!;
  const fill = one(MESSAGE.fill)!;
  const attrs = messages.filter(({ type }) => type === MESSAGE.attribute).map(attributeOf);
  if (one(MESSAGE.time)) throw new Error(`${name} holds a time`);
  return {
    dtype: typeOf(one(MESSAGE.datatype)!).type,
    shape: sizes(space, 8, space.getUint8(1)) as number[],
    maxshape: sizes(space, 8 + 8 * space.getUint8(1), space.getUint8(1)),
    chunks: layout.getUint8(1) === 2 ? chunkSizes(layout) : null,
    filters: one(MESSAGE.filters)?.getUint8(1) ?? 0,
    alloc_time: fill.getUint8(1),
    fill_time: fill.getUint8(2),
    attrs: Object.fromEntries(attrs),
  };
}

function attributeOf({ body }: Message): [string, AttributeLayout] {
  const padded = (length: number) => Math.ceil(length / 8) * 8;
  const [nameLength, typeLength] = [body.getUint16(2, true), body.getUint16(4, true)];
  const name = new TextDecoder().decode(part(body, 8, nameLength - 1));
  const type = part(body, 8 + padded(nameLength), typeLength);
  const space = part(body, 8 + padded(nameLength) + padded(typeLength), body.getUint16(6, true));
  const rank = space.getUint8(1);
  return [name, { shape: sizes(space, 8, rank) as number[], space: rank === 0 ? "0" : "1", ...typeOf(type) }];
}

/** In NumPy's words, and for strings in h5py's. */
function typeOf(type: DataView): Pick<AttributeLayout, "type" | "variable_length" | "cset" | "padding"> {
  const [kind, bits, bits2] = [type.getUint8(0) & 0xf, type.getUint8(1), type.getUint8(2)];
  const size = type.getUint32(4, true);
  const order = bits & 1 ? ">" : "<";
  if (kind === CLASS.integer) return { type: `${order}${bits & 8 ? "i" : "u"}${size}` };
  if (kind === CLASS.float) return { type: `${order}f${size}` };
  if (kind !== CLASS.vlen || (bits & 0xf) !== 1) return { type: `class ${kind}` };
  return {
    type: "string",
    variable_length: true,
    cset: ["ascii", "utf-8"][bits2 & 0xf],
    padding: ["nullterm", "nullpad", "spacepad"][bits >> 4],
  };
}

/** The last is the size of an element. */
function chunkSizes(layout: DataView): number[] {
  return Array.from({ length: layout.getUint8(2) - 1 }, (_, i) => layout.getUint32(11 + 4 * i, true));
}

function sizes(view: DataView, at: number, count: number): (number | null)[] {
  return Array.from({ length: count }, (_, i) => {
    const size = view.getBigUint64(at + 8 * i, true);
    return size === 2n ** 64n - 1n ? null : Number(size);
  });
}

function part(view: DataView, at: number, length: number): DataView {
  return new DataView(view.buffer, view.byteOffset + at, length);
}
