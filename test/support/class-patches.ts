import type { EncoderCard } from "#models";
import type { Slide } from "#slide";

/** The class map of the sample slide: one byte a pixel of downsample 16. */
export interface ClassMap {
  readonly names: readonly string[];
  readonly downsample: number;
  readonly width: number;
  readonly height: number;
  readonly classes: Uint8Array;
}

/** A patch of which one class takes at least three quarters. */
export interface ClassPatch {
  /** Top left, in level-0 pixels. */
  readonly x: number;
  readonly y: number;
  readonly class: number;
}

const LEAST_SHARE = 0.75;

/** Reads `coverslip-sample.classes.json` and its picture. In a browser. */
export async function readClassMap(folder: string): Promise<ClassMap> {
  const { classes, downsample } = await (await fetch(`${folder}/coverslip-sample.classes.json`)).json();
  const picture = await createImageBitmap(await (await fetch(`${folder}/coverslip-sample.classes.png`)).blob(), {
    colorSpaceConversion: "none",
  });
  const { width, height } = picture;
  const context = new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true })!;
  context.drawImage(picture, 0, 0);
  const { data } = context.getImageData(0, 0, width, height);
  // The picture is grey, its values the classes.
  const map = Uint8Array.from({ length: width * height }, (_, i) => data[4 * i]!);
  return { names: (classes as { name: string }[]).map(({ name }) => name), downsample, width, height, classes: map };
}

/**
 * Patches that are of one class, on a grid, as many of each class as `perClass`, spread over the slide.
 * @param side - of a patch, and @param stride - of the grid, in level-0 pixels.
 */
export function classPatches(map: ClassMap, side: number, stride: number, perClass: number): ClassPatch[] {
  const found = new Map<number, ClassPatch[]>();
  const cells = side / map.downsample;
  const step = stride / map.downsample;
  for (let row = 0; row + cells <= map.height; row += step) {
    for (let column = 0; column + cells <= map.width; column += step) {
      const counts = new Uint32Array(256);
      for (let y = row; y < row + cells; y++) {
        for (let x = column; x < column + cells; x++) counts[map.classes[y * map.width + x]!]!++;
      }
      const most = counts.indexOf(Math.max(...counts));
      if (counts[most]! < LEAST_SHARE * cells * cells) continue;
      const list = found.get(most) ?? [];
      list.push({ x: column * map.downsample, y: row * map.downsample, class: most });
      found.set(most, list);
    }
  }
  return [...found.values()].flatMap((list) =>
    list.filter((_, i) => Math.floor((i * perClass) / list.length) !== Math.floor(((i - 1) * perClass) / list.length)),
  );
}

/** Reads patches for an encoder: squares of `side` level-0 pixels, made its size. */
export async function readPatches(slide: Slide, patches: readonly ClassPatch[], side: number, card: EncoderCard) {
  const { sizePx } = card.input;
  const bytes = sizePx * sizePx * 3;
  const all = new Uint8Array(patches.length * bytes);
  await Promise.all(
    patches.map(async ({ x, y }, i) => {
      const recipe = { sizePx, filter: "pillow-bicubic", fill: "black" } as const;
      const { data } = await slide.readPatch({ x, y, level: 0, width: side, height: side }, recipe);
      all.set(data, i * bytes);
    }),
  );
  return all;
}

/** Of the five nearest by cosine that do not overlap a patch, the share of its own class; by class, and over all. */
export function precisionAtFive(
  features: Float32Array,
  dimension: number,
  patches: readonly ClassPatch[],
  side: number,
) {
  const n = patches.length;
  const rows = Array.from({ length: n }, (_, i) => features.subarray(i * dimension, (i + 1) * dimension));
  const norms = rows.map((row) => Math.hypot(...row));
  const byClass = new Map<number, number[]>();
  patches.forEach((patch, i) => {
    const scored = patches
      .map((other, j) => ({ other, j }))
      .filter(({ other }) => Math.abs(other.x - patch.x) >= side || Math.abs(other.y - patch.y) >= side)
      .map(({ other, j }) => ({ other, score: dot(rows[i]!, rows[j]!) / (norms[i]! * norms[j]!) }))
      .sort((a, b) => b.score - a.score)
      .slice(0, 5);
    const share = scored.filter(({ other }) => other.class === patch.class).length / 5;
    byClass.set(patch.class, [...(byClass.get(patch.class) ?? []), share]);
  });
  const classes = new Map(Array.from(byClass, ([id, shares]) => [id, mean(shares)]));
  return { overall: mean([...byClass.values()].flat()), classes };
}

function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
