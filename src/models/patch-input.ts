import { toHalf } from "#base";
import type { EncoderCard } from "./card.ts";
import { ModelInputError } from "./errors.ts";
import type { ModelFacts, TensorFacts } from "./onnx-file.ts";

/** How a model takes its patches. */
export interface PatchInput {
  readonly name: string;
  readonly type: "float32" | "float16" | "uint8";
  /** Channels before or after the pixels. */
  readonly layout: "nchw" | "nhwc";
  /** Patches a run, where the model takes no other number. */
  readonly fixedBatch: number | undefined;
}

/** Values of a batch as the model takes them; float16 as its bits. */
export type InputValues = Float32Array<ArrayBuffer> | Uint16Array<ArrayBuffer> | Uint8Array<ArrayBuffer>;

const TYPES = ["float32", "float16", "uint8"] as const;

/**
 * The one input of a patch encoder.
 * @throws {ModelInputError} where the model takes anything else than RGB patches of the card's size.
 */
export function findPatchInput(facts: ModelFacts, card: EncoderCard, modelName: string): PatchInput {
  const { sizePx } = card.input;
  const expected = `one float32 [batch, 3, ${sizePx}, ${sizePx}]`;
  const refuse = () => new ModelInputError(modelName, facts.inputs.map(describe).join(" and ") || "nothing", expected);
  const [input, ...others] = facts.inputs;
  const type = TYPES.find((known) => known === input?.type);
  if (!input || others.length > 0 || !type || input.shape?.length !== 4) throw refuse();
  const [batch, a, b, c] = input.shape;
  const fits = (size: number | string | undefined, wanted: number) => typeof size === "string" || size === wanted;
  const isPlanes = fits(a, 3) && fits(b, sizePx) && fits(c, sizePx);
  const isPixels = c === 3 && fits(a, sizePx) && fits(b, sizePx);
  if (!isPlanes && !isPixels) throw refuse();
  return {
    name: input.name,
    type,
    layout: isPixels ? "nhwc" : "nchw",
    fixedBatch: typeof batch === "number" && batch > 0 ? batch : undefined,
  };
}

/** "patches float32 [batch, 3, 256, 256]". */
export function describe({ name, type, shape }: TensorFacts): string {
  return `${name} ${type} ${shape ? `[${shape.map((dim) => dim || "?").join(", ")}]` : "of unknown shape"}`;
}

/**
 * Turns patches into what the network takes: (n, size, size, 3) uint8 → normalised, in its layout and type.
 * A byte has 256 values, so the arithmetic is done once for each of them and channel.
 */
export class PatchNormaliser {
  readonly #input: PatchInput;
  readonly #sizePx: number;
  readonly #tables: readonly InputValues[];

  constructor(input: PatchInput, { input: { sizePx, mean, std } }: EncoderCard) {
    this.#input = input;
    this.#sizePx = sizePx;
    this.#tables = mean.map((channelMean, channel) => {
      const table = newValues(input.type, 256);
      for (let byte = 0; byte < 256; byte++) {
        const value = (byte / 255 - channelMean) / std[channel]!;
        table[byte] = input.type === "float32" ? value : input.type === "float16" ? toHalf(value) : byte;
      }
      return table;
    });
  }

  /** The shape of so many patches. */
  dims(patches: number): readonly number[] {
    const size = this.#sizePx;
    return this.#input.layout === "nchw" ? [patches, 3, size, size] : [patches, size, size, 3];
  }

  /** Room for that many patches. */
  room(patches: number): InputValues {
    return newValues(this.#input.type, patches * this.#sizePx ** 2 * 3);
  }

  /** Writes `count` patches, from the `first` of `patches`, to the beginning of `out`; the rest of it becomes black. */
  write(patches: Uint8Array, first: number, count: number, out: InputValues): void {
    const [red, green, blue] = this.#tables as [InputValues, InputValues, InputValues];
    const pixels = this.#sizePx ** 2;
    const isPlanes = this.#input.layout === "nchw";
    const step = isPlanes ? 1 : 3;
    const toNextChannel = isPlanes ? pixels : 1;
    for (let patch = 0; patch < out.length / (3 * pixels); patch++) {
      const isThere = patch < count;
      let from = (first + patch) * pixels * 3;
      let to = patch * pixels * 3;
      for (let i = 0; i < pixels; i++, from += 3, to += step) {
        out[to] = red[isThere ? patches[from]! : 0]!;
        out[to + toNextChannel] = green[isThere ? patches[from + 1]! : 0]!;
        out[to + 2 * toNextChannel] = blue[isThere ? patches[from + 2]! : 0]!;
      }
    }
  }
}

function newValues(type: PatchInput["type"], length: number): InputValues {
  if (type === "float32") return new Float32Array(length);
  return type === "float16" ? new Uint16Array(length) : new Uint8Array(length);
}
