/** A tensor that a model takes or gives. */
export interface TensorFacts {
  readonly name: string;
  /** "float32", "float16", "uint8"…; "other" for what is no tensor of numbers. */
  readonly type: string;
  /** A number where it is fixed, else its name ("batch") or ""; undefined where the file does not say. */
  readonly shape: readonly (number | string)[] | undefined;
}

/** What an ONNX file says of itself. */
export interface ModelFacts {
  readonly inputs: readonly TensorFacts[];
  readonly outputs: readonly TensorFacts[];
  /** Files beside it that hold weights, as the model names them. */
  readonly externalFiles: readonly string[];
}

/** The file is no ONNX model, or cut short. */
export class NotOnnxError extends Error {
  override readonly name = "NotOnnxError";
}

/** TensorProto.DataType. */
const TYPES: Readonly<Record<number, string>> = {
  1: "float32",
  2: "uint8",
  3: "int8",
  4: "uint16",
  5: "int16",
  6: "int32",
  7: "int64",
  8: "string",
  9: "bool",
  10: "float16",
  11: "float64",
  16: "bfloat16",
};

const VARINT = 0;
const FIXED64 = 1;
const BYTES = 2;
const FIXED32 = 5;

/** Names and shapes are small; a message beyond this is no description of a tensor. */
const MAX_SMALL_BYTES = 1 << 20;

/**
 * Reads what an ONNX file takes and gives, without its weights: only the heads of the messages are read, so a file of
 * gigabytes is as quick as a small one.
 *
 * @throws {NotOnnxError}
 */
export async function readOnnxFacts(file: Blob): Promise<ModelFacts> {
  const bytes = new Window(file);
  const inputs: TensorFacts[] = [];
  const outputs: TensorFacts[] = [];
  const weights = new Set<string>();
  const externalFiles = new Set<string>();
  let hasGraph = false;
  let irVersion = 0;

  for await (const field of fieldsOf(bytes, 0, file.size)) {
    if (field.number === 1 && field.wire === VARINT) irVersion = field.value;
    if (field.number !== 7 || field.wire !== BYTES) continue;
    hasGraph = true;
    for await (const part of fieldsOf(bytes, field.begin, field.end)) {
      if (part.wire !== BYTES) continue;
      if (part.number === 5) {
        const { name, location } = await readWeight(bytes, part);
        weights.add(name);
        if (location !== undefined) externalFiles.add(location);
      } else if (part.number === 11) inputs.push(await readValueInfo(bytes, part));
      else if (part.number === 12) outputs.push(await readValueInfo(bytes, part));
    }
  }
  if (!hasGraph || irVersion === 0 || outputs.length === 0) throw new NotOnnxError("it holds no network");
  return {
    // Up to IR version 3, weights are inputs as well.
    inputs: inputs.filter(({ name }) => !weights.has(name)),
    outputs,
    externalFiles: [...externalFiles],
  };
}

async function readWeight(bytes: Window, { begin, end }: Field): Promise<{ name: string; location?: string }> {
  let name = "";
  let location: string | undefined;
  for await (const field of fieldsOf(bytes, begin, end)) {
    if (field.wire !== BYTES) continue;
    if (field.number === 8) name = await textOf(bytes, field);
    if (field.number === 13) {
      const entry = { key: "", value: "" };
      for await (const part of fieldsOf(bytes, field.begin, field.end)) {
        if (part.wire === BYTES && part.number === 1) entry.key = await textOf(bytes, part);
        if (part.wire === BYTES && part.number === 2) entry.value = await textOf(bytes, part);
      }
      if (entry.key === "location") location = entry.value;
    }
  }
  return { name, ...(location === undefined ? {} : { location }) };
}

async function readValueInfo(bytes: Window, { begin, end }: Field): Promise<TensorFacts> {
  let name = "";
  let type = "other";
  let shape: (number | string)[] | undefined;
  for await (const field of fieldsOf(bytes, begin, end)) {
    if (field.wire !== BYTES) continue;
    if (field.number === 1) name = await textOf(bytes, field);
    if (field.number !== 2) continue;
    for await (const kind of fieldsOf(bytes, field.begin, field.end)) {
      if (kind.wire !== BYTES || kind.number !== 1) continue; // a sequence, a map: no tensor
      for await (const part of fieldsOf(bytes, kind.begin, kind.end)) {
        if (part.number === 1 && part.wire === VARINT) type = TYPES[part.value] ?? "other";
        if (part.number === 2 && part.wire === BYTES) shape = await readShape(bytes, part);
      }
    }
  }
  return { name, type, shape };
}

async function readShape(bytes: Window, { begin, end }: Field): Promise<(number | string)[]> {
  const shape: (number | string)[] = [];
  for await (const field of fieldsOf(bytes, begin, end)) {
    if (field.number !== 1 || field.wire !== BYTES) continue;
    let dim: number | string = "";
    for await (const part of fieldsOf(bytes, field.begin, field.end)) {
      if (part.number === 1 && part.wire === VARINT) dim = part.value;
      if (part.number === 2 && part.wire === BYTES) dim = await textOf(bytes, part);
    }
    shape.push(dim);
  }
  return shape;
}

async function textOf(bytes: Window, { begin, end }: Field): Promise<string> {
  if (end - begin > MAX_SMALL_BYTES) throw new NotOnnxError("a name of a megabyte");
  return new TextDecoder().decode(await bytes.read(begin, end));
}

/** One field of a protobuf message: its number and wire type, its value, or where its bytes lie. */
interface Field {
  readonly number: number;
  readonly wire: number;
  readonly value: number;
  readonly begin: number;
  readonly end: number;
}

async function* fieldsOf(bytes: Window, begin: number, end: number): AsyncGenerator<Field> {
  let at = begin;
  while (at < end) {
    const tag = await bytes.varint(at, end);
    const number = Math.floor(tag.value / 8);
    const wire = tag.value % 8;
    if (number === 0) throw new NotOnnxError("a field without a number");
    let field: Field;
    if (wire === VARINT) {
      const { value, next } = await bytes.varint(tag.next, end);
      field = { number, wire, value, begin: tag.next, end: next };
    } else if (wire === BYTES) {
      const { value, next } = await bytes.varint(tag.next, end);
      field = { number, wire, value, begin: next, end: next + value };
    } else if (wire === FIXED64 || wire === FIXED32) {
      field = { number, wire, value: 0, begin: tag.next, end: tag.next + (wire === FIXED64 ? 8 : 4) };
    } else throw new NotOnnxError(`a field of wire type ${wire}`);
    if (field.end > end) throw new NotOnnxError("it ends too early");
    yield field;
    at = field.end;
  }
}

const WINDOW_BYTES = 64 << 10;

/** Bytes of a file, read in windows. */
class Window {
  readonly #file: Blob;
  #begin = 0;
  #held: Uint8Array = new Uint8Array();

  constructor(file: Blob) {
    this.#file = file;
  }

  async read(begin: number, end: number): Promise<Uint8Array> {
    if (begin < this.#begin || end > this.#begin + this.#held.length) {
      const until = Math.min(this.#file.size, Math.max(end, begin + WINDOW_BYTES));
      this.#held = new Uint8Array(await this.#file.slice(begin, until).arrayBuffer());
      this.#begin = begin;
    }
    return this.#held.subarray(begin - this.#begin, end - this.#begin);
  }

  async varint(at: number, end: number): Promise<{ value: number; next: number }> {
    const head = await this.read(at, Math.min(end, at + 10));
    let value = 0;
    for (let i = 0; i < head.length; i++) {
      const byte = head[i]!;
      value += (byte & 127) * 2 ** (7 * i);
      if (byte < 128) return { value, next: at + i + 1 };
    }
    throw new NotOnnxError("a number without an end");
  }
}
