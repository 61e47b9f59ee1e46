import type { EncoderCard, EncoderTransform, Pooling } from "./card.ts";
import { ModelCardError } from "./errors.ts";
import type { ModelFacts } from "./onnx-file.ts";

/** What patches are normalised by where nothing else is known: ImageNet's mean and spread, as most encoders use them. */
const IMAGENET_MEAN = [0.485, 0.456, 0.406] as const;
const IMAGENET_STD = [0.229, 0.224, 0.225] as const;
const USUAL_SIZE_PX = 224;
const USUAL_PATCH_PX = 256;
const USUAL_MAGNIFICATION = 20;

const ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
const POOLINGS: readonly Pooling[] = ["none", "cls", "mean-tokens", "cls-and-mean", "mean-plane"];
const FILTERS = ["bilinear", "bicubic"] as const;
const PRECISIONS = ["float32", "float16"] as const;

/**
 * Reads a card: the JSON beside a model. `id`, `input.sizePx`, `input.mean` and `input.std` must be there; the rest has
 * defaults.
 *
 * @throws {ModelCardError} naming the first field that is missing or wrong.
 */
export function readCard(text: string): EncoderCard {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new ModelCardError("the card", text.slice(0, 40), "JSON", { cause });
  }
  const card = fieldsOf(json, "the card");
  const input = fieldsOf(card.input, "input");
  const id = textIn(card, "id");
  if (!ID.test(id)) throw new ModelCardError("id", id, "letters, digits, - _ and . (it names folders)");
  const sizePx = countIn(input, "input.sizePx");
  const resizePx = countIn(input, "input.resizePx", sizePx);
  if (resizePx < sizePx) throw new ModelCardError("input.resizePx", resizePx, `${sizePx} or more`);
  return {
    id,
    name: textIn(card, "name", id),
    dimension: countIn(card, "dimension", 0),
    input: {
      sizePx,
      resizePx,
      filter: choiceIn(input, "input.filter", FILTERS, "bilinear"),
      mean: colourIn(input, "input.mean", () => true),
      std: colourIn(input, "input.std", (value) => value > 0),
    },
    pooling: choiceIn(card, "pooling", POOLINGS, "none"),
    prefixTokens: countIn(card, "prefixTokens", 0),
    precision: choiceIn(card, "precision", PRECISIONS, "float32"),
    patchSizePx: countIn(card, "patchSizePx", USUAL_PATCH_PX),
    magnification: countIn(card, "magnification", USUAL_MAGNIFICATION),
    summary: textIn(card, "summary", ""),
    goodFor: textIn(card, "goodFor", ""),
    notGoodFor: textIn(card, "notGoodFor", ""),
    sources: textsIn(card, "sources"),
    licence: textIn(card, "licence", ""),
  };
}

/** A card as far as the file itself tells, the rest as usual: to be shown, changed and confirmed. */
export function suggestCard(facts: ModelFacts, fileName: string): EncoderCard {
  const stem = fileName.replace(/\.onnx$/i, "");
  const shape = facts.inputs[0]?.shape ?? [];
  // The side stands last in (N, 3, H, W), second in (N, H, W, 3).
  const side = shape[3] === 3 ? shape[1] : shape[3];
  const sizePx = typeof side === "number" && side > 0 ? side : USUAL_SIZE_PX;
  const output = facts.outputs[0]?.shape ?? [];
  const pooling: Pooling = output.length === 3 ? "cls" : output.length === 4 && output[2] !== 1 ? "mean-plane" : "none";
  const dimension = pooling === "cls" ? output[2] : output[1];
  return {
    id:
      stem
        .toLowerCase()
        .replaceAll(/[^a-z0-9._-]+/g, "-")
        .replace(/^[^a-z0-9]+/, "")
        .slice(0, 64) || "encoder",
    name: stem,
    dimension: typeof dimension === "number" ? dimension : 0,
    input: { sizePx, resizePx: sizePx, filter: "bilinear", mean: IMAGENET_MEAN, std: IMAGENET_STD },
    pooling,
    prefixTokens: pooling === "cls" ? 1 : 0,
    precision: facts.inputs[0]?.type === "float16" ? "float16" : "float32",
    patchSizePx: USUAL_PATCH_PX,
    magnification: USUAL_MAGNIFICATION,
    summary: "",
    goodFor: "",
    notGoodFor: "",
    sources: [],
    licence: "",
  };
}

/**
 * What an encoder does to a patch of that side before its network sees it; undefined where that is nothing. Done where the
 * patch is read, not here.
 */
export function encoderTransform(
  { input: { sizePx, resizePx, filter } }: EncoderCard,
  patchSizePx: number,
): EncoderTransform | undefined {
  if (patchSizePx === resizePx && resizePx === sizePx) return undefined;
  return { resizePx, filter, antialias: true, cropPx: sizePx };
}

type Fields = Readonly<Record<string, unknown>>;

function fieldsOf(value: unknown, name: string): Fields {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new ModelCardError(name, value, "an object");
  }
  return value as Fields;
}

/** `path` is how a person finds the field; its last part is the key. */
function valueIn(fields: Fields, path: string): unknown {
  return fields[path.slice(path.lastIndexOf(".") + 1)];
}

function textIn(fields: Fields, path: string, usual?: string): string {
  const value = valueIn(fields, path) ?? usual;
  if (typeof value !== "string") throw new ModelCardError(path, value, "a text");
  return value;
}

function textsIn(fields: Fields, path: string): readonly string[] {
  const value = valueIn(fields, path) ?? [];
  if (!Array.isArray(value) || value.some((item) => typeof item !== "string")) {
    throw new ModelCardError(path, value, "a list of texts");
  }
  return value;
}

/** A whole number above 0, or what is usual. */
function countIn(fields: Fields, path: string, usual?: number): number {
  const value = valueIn(fields, path) ?? usual;
  if (value === usual && usual !== undefined) return usual;
  if (typeof value !== "number" || !Number.isInteger(value) || value < 1) {
    throw new ModelCardError(path, value, "a whole number above 0");
  }
  return value;
}

function choiceIn<Choice extends string>(
  fields: Fields,
  path: string,
  choices: readonly Choice[],
  usual: Choice,
): Choice {
  const value = valueIn(fields, path) ?? usual;
  const choice = choices.find((known) => known === value);
  if (!choice) throw new ModelCardError(path, value, choices.join(", "));
  return choice;
}

function colourIn(fields: Fields, path: string, isFit: (value: number) => boolean): readonly [number, number, number] {
  const value = valueIn(fields, path);
  if (Array.isArray(value) && value.length === 3 && value.every((item) => Number.isFinite(item) && isFit(item))) {
    return [value[0], value[1], value[2]];
  }
  throw new ModelCardError(path, value, "three numbers: red, green, blue");
}
