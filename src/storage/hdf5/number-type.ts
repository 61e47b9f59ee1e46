import { fromHalf, toHalf } from "#base";
import { ByteWriter } from "./byte-writer.ts";
import type { Hdf5Type } from "./dataset.ts";

/** Fields of IEEE 754 numbers: where exponent and mantissa lie, in bits. */
const FLOATS = {
  float16: { bytes: 2, exponentBits: 5, mantissaBits: 10, bias: 15 },
  float32: { bytes: 4, exponentBits: 8, mantissaBits: 23, bias: 127 },
  float64: { bytes: 8, exponentBits: 11, mantissaBits: 52, bias: 1023 },
} as const;

const CLASS_INTEGER = 0x10; // version 1, class 0
const CLASS_FLOAT = 0x11; // version 1, class 1
const SIGNED = 0x08;
const IMPLIED_LEADING_ONE = 0x20;

/** Bytes of one number. */
export function bytesOf(type: Hdf5Type): number {
  return Number(/\d+$/.exec(type)![0]) / 8;
}

/** The datatype message of a number, section IV.A.2.d of the HDF5 file format (version 3.0). */
export function numberMessage(type: Hdf5Type): Uint8Array<ArrayBuffer> {
  const message = new ByteWriter();
  if (type === "float16" || type === "float32" || type === "float64") {
    const { bytes, exponentBits, mantissaBits, bias } = FLOATS[type];
    message.uint8(CLASS_FLOAT, IMPLIED_LEADING_ONE, 8 * bytes - 1, 0).uint32(bytes);
    message.uint16(0).uint16(8 * bytes);
    message.uint8(mantissaBits, exponentBits, 0, mantissaBits).uint32(bias);
  } else {
    const bytes = bytesOf(type);
    message.uint8(CLASS_INTEGER, type.startsWith("u") ? 0 : SIGNED, 0, 0).uint32(bytes);
    message.uint16(0).uint16(8 * bytes);
  }
  return message.finish();
}

/**
 * Numbers as the bytes of that type.
 * @throws {RangeError} for a number that an integer type does not hold.
 */
export function encodeNumbers(type: Hdf5Type, values: ArrayLike<number>): Uint8Array<ArrayBuffer> {
  const bytes = bytesOf(type);
  const out = new Uint8Array(values.length * bytes);
  const put = putterOf(type, new DataView(out.buffer));
  const holds = rangeOf(type);
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (!holds(value)) throw new RangeError(`${value} is no ${type}`);
    put(i * bytes, value);
  }
  return out;
}

function rangeOf(type: Hdf5Type): (value: number) => boolean {
  if (type.startsWith("float")) return () => true;
  const bits = 8 * bytesOf(type);
  const [least, beyond] = type.startsWith("u") ? [0, 2 ** bits] : [-(2 ** (bits - 1)), 2 ** (bits - 1)];
  return (value) => Number.isSafeInteger(value) && value >= least && value < beyond;
}

function putterOf(type: Hdf5Type, view: DataView): (at: number, value: number) => void {
  switch (type) {
    case "int8":
      return (at, value) => view.setInt8(at, value);
    case "uint8":
      return (at, value) => view.setUint8(at, value);
    case "int16":
      return (at, value) => view.setInt16(at, value, true);
    case "uint16":
      return (at, value) => view.setUint16(at, value, true);
    case "int32":
      return (at, value) => view.setInt32(at, value, true);
    case "uint32":
      return (at, value) => view.setUint32(at, value, true);
    case "int64":
    case "uint64":
      // Not by BigInt, which takes ten times as long. The low word wraps by itself, below zero too.
      return (at, value) => {
        view.setUint32(at, value, true);
        view.setInt32(at + 4, Math.floor(value / 2 ** 32), true);
      };
    case "float16":
      return (at, value) => view.setUint16(at, toHalf(value), true);
    case "float32":
      return (at, value) => view.setFloat32(at, value, true);
    case "float64":
      return (at, value) => view.setFloat64(at, value, true);
  }
}

/** The bytes of numbers of that type as numbers: the same memory where that is what they are. */
export function decodeNumbers(
  type: Hdf5Type,
  bytes: Uint8Array<ArrayBuffer>,
): Float32Array<ArrayBuffer> | Float64Array<ArrayBuffer> {
  const { buffer, byteOffset, byteLength } = bytes;
  const count = byteLength / bytesOf(type);
  switch (type) {
    case "int8":
      return Float64Array.from(new Int8Array(buffer, byteOffset, count));
    case "uint8":
      return Float64Array.from(new Uint8Array(buffer, byteOffset, count));
    case "int16":
      return Float64Array.from(new Int16Array(buffer, byteOffset, count));
    case "uint16":
      return Float64Array.from(new Uint16Array(buffer, byteOffset, count));
    case "int32":
      return Float64Array.from(new Int32Array(buffer, byteOffset, count));
    case "uint32":
      return Float64Array.from(new Uint32Array(buffer, byteOffset, count));
    case "int64":
      return fromWords(new Uint32Array(buffer, byteOffset, 2 * count), true);
    case "uint64":
      return fromWords(new Uint32Array(buffer, byteOffset, 2 * count), false);
    case "float16":
      return Float32Array.from(new Uint16Array(buffer, byteOffset, count), fromHalf);
    case "float32":
      return new Float32Array(buffer, byteOffset, count);
    case "float64":
      return new Float64Array(buffer, byteOffset, count);
  }
}

/** 64-bit integers, low words first. */
function fromWords(words: Uint32Array, signed: boolean): Float64Array<ArrayBuffer> {
  const values = new Float64Array(words.length / 2);
  for (let i = 0; i < values.length; i++) {
    const high = words[2 * i + 1]!;
    const value = (signed ? high | 0 : high) * 2 ** 32 + words[2 * i]!;
    if (!Number.isSafeInteger(value)) throw new RangeError(`an integer beyond 2^53: ${value}`);
    values[i] = value;
  }
  return values;
}
