/**
 * Writes a WebAssembly module by its bytes: as much as the kernels here are made of. Numbers are those of the
 * specification's binary format (chapter 5); operands come before their instruction, as on its stack.
 */

/** Instructions one after another; as an operand they leave one value. */
export type Code = readonly number[];

/** Locals of a function are called by their number. */
export type Local = number;

export interface FunctionCode {
  readonly name: string;
  /** 32-bit integers. */
  readonly parameters: readonly string[];
  /** Further locals: integers, then vectors. */
  readonly integers: readonly string[];
  readonly vectors: readonly string[];
  readonly body: readonly Code[];
}

/** The numbers of a function's locals: parameters, integers and vectors, in this order. */
export function locals<Name extends string>(...names: Name[]): Record<Name, Local> {
  return Object.fromEntries(names.map((name, index) => [name, index])) as Record<Name, Local>;
}

const I32 = 0x7f;
const V128 = 0x7b;

/** A module of functions without a result, over an exported memory of one page that its user grows. */
export function assemble(functions: readonly FunctionCode[]): Uint8Array<ArrayBuffer> {
  const bytes = [
    ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    ...section(
      1,
      functions.map(({ parameters }) => [0x60, ...list(parameters.map(() => [I32])), 0]),
    ),
    ...section(
      3,
      functions.map((_, index) => unsigned(index)),
    ),
    ...section(5, [[0x00, 1]]),
    ...section(7, [
      [...text("memory"), 0x02, 0],
      ...functions.map(({ name }, index) => [...text(name), 0x00, ...unsigned(index)]),
    ]),
    ...section(
      10,
      functions.map(({ integers, vectors, body }) => {
        const further = list([
          [...unsigned(integers.length), I32],
          [...unsigned(vectors.length), V128],
        ]);
        const code = [...further, ...body.flat(), 0x0b];
        return [...unsigned(code.length), ...code];
      }),
    ),
  ];
  return Uint8Array.from(bytes);
}

function section(id: number, entries: readonly Code[]): Code {
  const content = list(entries);
  return [id, ...unsigned(content.length), ...content];
}

function list(entries: readonly Code[]): Code {
  return [...unsigned(entries.length), ...entries.flat()];
}

function text(name: string): Code {
  return [...unsigned(name.length), ...new TextEncoder().encode(name)];
}

/** LEB128. */
function unsigned(value: number): Code {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...unsigned(value >>> 7)];
}

function signed(value: number): Code {
  return value >= -0x40 && value < 0x40 ? [value & 0x7f] : [(value & 0x7f) | 0x80, ...signed(value >> 7)];
}

export const get = (local: Local): Code => [0x20, ...unsigned(local)];
export const set = (local: Local, value: Code): Code => [...value, 0x21, ...unsigned(local)];
export const constant = (value: number): Code => [0x41, ...signed(value)];
export const add = (a: Code, b: Code): Code => [...a, ...b, 0x6a];
export const load = (address: Code, offset = 0): Code => [...address, 0x28, 0, ...unsigned(offset)];
export const store = (address: Code, value: Code): Code => [...address, ...value, 0x36, 0, 0];
/** As addresses are compared: without a sign. */
export const isBelow = (a: Code, b: Code): Code => [...a, ...b, 0x49];

/** Goes through the body once, and again for as long as the condition holds. */
export function repeat(body: readonly Code[], condition: Code): Code {
  return [0x03, 0x40, ...body.flat(), ...condition, 0x0d, 0, 0x0b];
}

function vector(instruction: number, ...operands: Code[]): Code {
  return [...operands.flat(), 0xfd, ...unsigned(instruction)];
}

function vectorMemory(instruction: number, operands: Code, offset = 0): Code {
  return [...operands, 0xfd, ...unsigned(instruction), 0, ...unsigned(offset)];
}

/** Of 16 bytes. "Low" and "high" are the lower and upper half of what is widened. */
export const simd = {
  load: (address: Code) => vectorMemory(0, address),
  /** Four bytes, and zeros. */
  loadFour: (address: Code) => vectorMemory(92, address),
  /** A 32-bit integer, four times. */
  loadSplat: (address: Code, offset: number) => vectorMemory(9, address, offset),
  store: (address: Code, value: Code) => vectorMemory(11, [...address, ...value]),
  splat: (integer: Code) => vector(17, integer),
  /** The first of four integers. */
  first: (value: Code): Code => [...vector(27, value), 0],
  lowBytes: (value: Code) => vector(137, value),
  highBytes: (value: Code) => vector(138, value),
  lowWords: (value: Code) => vector(169, value),
  highWords: (value: Code) => vector(170, value),
  add: (a: Code, b: Code) => vector(174, a, b),
  multiply: (a: Code, b: Code) => vector(181, a, b),
  shiftRight: (value: Code, bits: Code) => vector(172, value, bits),
  /** Twice four integers to eight words, clipped. */
  toWords: (a: Code, b: Code) => vector(133, a, b),
  /** Twice eight words to bytes, clipped to 0 to 255. */
  toBytes: (a: Code, b: Code) => vector(102, a, b),
} as const;
