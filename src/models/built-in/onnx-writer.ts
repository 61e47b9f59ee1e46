/**
 * Writes ONNX models: the few messages of onnx.proto (IR version 8) that a feed-forward network needs. The same calls
 * give the same bytes.
 */

/** A value in a graph, by its name. */
export type Value = string & { readonly value: unique symbol };

type Attribute = number | readonly number[];

/** A dimension: a number, or a name where it may vary. */
export type Dim = number | string;

export interface TensorInfo {
  readonly name: string;
  readonly shape: readonly Dim[];
}

const FLOAT = 1;
const INT64 = 7;
const IR_VERSION = 8;

/** A graph as it is built, node by node in the order of execution. All tensors are float32. */
export class OnnxGraph {
  readonly #nodes: Uint8Array[] = [];
  readonly #initializers: Uint8Array[] = [];
  readonly #names = new Set<string>();

  input(name: string): Value {
    return this.#claim(name);
  }

  /** A constant tensor of float32. */
  floats(name: string, dims: readonly number[], values: ArrayLike<number>): Value {
    const raw = new Uint8Array(values.length * 4);
    const view = new DataView(raw.buffer);
    for (let i = 0; i < values.length; i++) view.setFloat32(i * 4, values[i]!, true);
    return this.#initializer(name, dims, FLOAT, raw);
  }

  /** A constant vector of int64: a shape, the parts of a split. */
  ints(name: string, values: readonly number[]): Value {
    const raw = new Uint8Array(values.length * 8);
    const view = new DataView(raw.buffer);
    for (const [i, value] of values.entries()) view.setBigInt64(i * 8, BigInt(value), true);
    return this.#initializer(name, [values.length], INT64, raw);
  }

  /** Adds a node of one output, which bears the node's name. */
  node(type: string, name: string, inputs: readonly Value[], attributes: Record<string, Attribute> = {}): Value {
    return this.nodes(type, [name], inputs, attributes)[0]!;
  }

  /** Adds a node of several outputs; the node bears the first one's name. */
  nodes(
    type: string,
    names: readonly string[],
    inputs: readonly Value[],
    attributes: Record<string, Attribute> = {},
  ): Value[] {
    const outputs = names.map((name) => this.#claim(name));
    this.#nodes.push(
      message(
        ...inputs.map((input) => text(1, input)),
        ...outputs.map((output) => text(2, output)),
        text(3, names[0]!),
        text(4, type),
        ...Object.entries(attributes).map(([key, value]) => bytes(5, attribute(key, value))),
      ),
    );
    return outputs;
  }

  /** The whole model. */
  toModel(about: {
    readonly name: string;
    readonly doc: string;
    readonly opset: number;
    readonly input: TensorInfo;
    readonly output: TensorInfo;
  }): Uint8Array<ArrayBuffer> {
    const graph = message(
      ...this.#nodes.map((node) => bytes(1, node)),
      text(2, about.name),
      ...this.#initializers.map((tensor) => bytes(5, tensor)),
      bytes(11, valueInfo(about.input)),
      bytes(12, valueInfo(about.output)),
    );
    return message(
      int(1, IR_VERSION),
      text(2, "coverslip"),
      text(6, about.doc),
      bytes(7, graph),
      bytes(8, message(text(1, ""), int(2, about.opset))),
    );
  }

  #initializer(name: string, dims: readonly number[], type: number, raw: Uint8Array): Value {
    const value = this.#claim(name);
    this.#initializers.push(message(...dims.map((dim) => int(1, dim)), int(2, type), text(8, name), bytes(9, raw)));
    return value;
  }

  #claim(name: string): Value {
    if (this.#names.has(name)) throw new RangeError(`two values are called ${name}`);
    this.#names.add(name);
    return name as Value;
  }
}

function attribute(name: string, value: Attribute): Uint8Array {
  if (typeof value === "number") return message(text(1, name), int(3, value), int(20, 2));
  return message(text(1, name), ...value.map((item) => int(8, item)), int(20, 7));
}

function valueInfo({ name, shape }: TensorInfo): Uint8Array {
  const dims = shape.map((dim) => bytes(1, typeof dim === "number" ? message(int(1, dim)) : message(text(2, dim))));
  const tensor = message(int(1, FLOAT), bytes(2, message(...dims)));
  return message(text(1, name), bytes(2, message(bytes(1, tensor))));
}

// Protocol buffers: a field is a tag (number << 3 | wire type) and a varint (0) or a length and bytes (2).

function message(...fields: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(fields.reduce((sum, field) => sum + field.length, 0));
  let at = 0;
  for (const field of fields) {
    whole.set(field, at);
    at += field.length;
  }
  return whole;
}

function int(field: number, value: number): Uint8Array {
  return message(varint(field << 3), varint(value));
}

function bytes(field: number, value: Uint8Array): Uint8Array {
  return message(varint((field << 3) | 2), varint(value.length), value);
}

function text(field: number, value: string): Uint8Array {
  return bytes(field, new TextEncoder().encode(value));
}

function varint(value: number): Uint8Array {
  const out: number[] = [];
  let rest = value;
  while (rest >= 128) {
    out.push((rest % 128) + 128);
    rest = Math.floor(rest / 128);
  }
  out.push(rest);
  return Uint8Array.from(out);
}
