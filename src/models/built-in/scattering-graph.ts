import { binomial, morlet } from "./morlet.ts";
import { OnnxGraph, type Value } from "./onnx-writer.ts";
import { stainMatrix } from "./stains.ts";

/** Side of the patch. */
const PATCH_PX = 256;
const STAINS = 3;
/** Octaves. */
const SCALES = 4;
/** Directions over half a turn; a wave and its opposite are one. */
const ANGLES = 4;
/** Side of every filter: the finest Morlet wavelet reaches no further (2.5 standard deviations). */
const FILTER_PX = 5;
/** Patches are halved before anything else: what lies below 1 µm (at 20x) is mostly noise and sharpening. */
const HALVED_PX = PATCH_PX / 2;
/** Darker than this is as dark: no logarithm of zero. */
const DARKEST = 1 / 255;
/** log(1 + gain × value): between linear for what is hardly there and logarithmic for what is strong. */
const LOG_GAIN = 100;

/** What of scattering: a stain, up to two scales, and the angle between their waves in steps of 180° / ANGLES. */
interface Path {
  readonly stain: number;
  readonly scales: readonly number[];
  readonly turn: number;
}

/** A batch of planes: (patches, channels, sidePx, sidePx). */
interface Planes {
  readonly value: Value;
  readonly channels: number;
  readonly sidePx: number;
}

/**
 * Wavelet scattering of the stains of a patch, orders 0 to 2, as an ONNX model: `patches` (N, 3, 256, 256), 0…1 →
 * `embedding` (N, 138).
 *
 * A cascade, as fast wavelet transforms are: each octave convolves a grid of half the side with the same small filters.
 * One convolution of stride 2 gives both what the octave sees (modulus of the Morlet coefficients) and the low-passed grid
 * of the next octave. No padding: a border would be taken for an edge in the tissue.
 */
export function scatteringModel(doc: string): Uint8Array<ArrayBuffer> {
  const graph = new OnnxGraph();
  const bank = filterBank(graph);
  const amounts = separateStains(graph, graph.input("patches"));
  // The wavelets do not see a constant; what they see of it is rounding, and without it there is less.
  const about = graph.node("GlobalAveragePool", "order0_about", [amounts.value]);
  const stains: Planes = { ...amounts, value: graph.node("Sub", "stains", [amounts.value, about]) };

  const paths: Path[] = [];
  const means: Value[] = [];
  const spreads: Value[] = [];
  const summarise = (name: string, planes: Planes, pathOf: (channel: number) => Path) => {
    const { mean, spread } = meanAndSpread(graph, name, planes.value);
    means.push(mean);
    spreads.push(spread);
    for (let channel = 0; channel < planes.channels; channel++) paths.push(pathOf(channel));
  };

  summarise("order0", stains, (stain) => ({ stain, scales: [], turn: 0 }));
  means[0] = graph.node("Add", "order0_amounts", [about, means[0]!]);
  const first: Planes[] = [];
  let grid: Planes | undefined = stains;
  for (let scale = 0; scale < SCALES; scale++) {
    const octave: Octave = bank(`order1_${scale}`, grid!, scale === SCALES - 1);
    summarise(`order1_${scale}`, octave.moduli, (channel) => ({
      stain: Math.floor(channel / ANGLES),
      scales: [scale],
      turn: 0,
    }));
    first.push(octave.moduli);
    grid = octave.next;
  }
  for (let scale1 = 0; scale1 < SCALES - 1; scale1++) {
    // The moduli of an octave lie on the grid of the next one.
    grid = first[scale1]!;
    for (let scale2 = scale1 + 1; scale2 < SCALES; scale2++) {
      const octave: Octave = bank(`order2_${scale1}_${scale2}`, grid!, scale2 === SCALES - 1);
      summarise(`order2_${scale1}_${scale2}`, octave.moduli, (channel) => {
        const angle1 = Math.floor(channel / ANGLES) % ANGLES;
        const steps = Math.abs((channel % ANGLES) - angle1);
        return {
          stain: Math.floor(channel / ANGLES ** 2),
          scales: [scale1, scale2],
          turn: Math.min(steps, ANGLES - steps),
        };
      });
      grid = octave.next;
    }
  }

  const all = graph.node("Concat", "summaries", [...means, ...spreads], { axis: 1 });
  const { matrix, dimension } = turnAverages(paths);
  // A convolution of one pixel and no MatMul, whose sums run in another order for one patch than for several.
  const weights = graph.floats("turns", [dimension, 2 * paths.length, 1, 1], matrix);
  const averages = graph.node("Conv", "averages", [all, weights], { kernel_shape: [1, 1] });
  compress(graph, graph.node("Flatten", "features", [averages]));
  return graph.toModel({
    name: "scattering",
    doc,
    opset: 17,
    input: { name: "patches", shape: ["batch", 3, PATCH_PX, PATCH_PX] },
    output: { name: "embedding", shape: ["batch", dimension] },
  });
}

/** Halves the patch, then amounts of hematoxylin, eosin and residual from the optical density. */
function separateStains(graph: OnnxGraph, patches: Value): Planes {
  const quarter = Array.from({ length: 3 * 3 * 4 }, (_, i) =>
    Math.floor(i / 12) === Math.floor(i / 4) % 3 ? 0.25 : 0,
  );
  // A convolution and no AveragePool, which is several times slower in the wasm runtime.
  const halved = graph.node("Conv", "halved", [patches, graph.floats("quarter", [3, 3, 2, 2], quarter)], {
    kernel_shape: [2, 2],
    strides: [2, 2],
  });
  const light = graph.node("Max", "light", [halved, graph.floats("darkest", [], [DARKEST])]);
  const matrix = stainMatrix().flatMap((row) => row.map((value) => -value));
  const density = graph.node("Log", "density", [light]);
  const value = graph.node("Conv", "amounts", [density, graph.floats("unmix", [3, 3, 1, 1], matrix)], {
    kernel_shape: [1, 1],
  });
  return { value, channels: STAINS, sidePx: HALVED_PX };
}

interface Octave {
  /** Channel c of the grid becomes channels c × ANGLES + angle. */
  readonly moduli: Planes;
  /** undefined after the last octave. */
  readonly next: Planes | undefined;
}

/** Makes the filters once and returns what convolves a grid with them. */
function filterBank(graph: OnnxGraph): (name: string, grid: Planes, isLast: boolean) => Octave {
  const wavelets = Array.from({ length: ANGLES }, (_, i) => morlet(FILTER_PX, (Math.PI * i) / ANGLES));
  const taps = [...wavelets.flatMap(({ real }) => [...real]), ...wavelets.flatMap(({ imaginary }) => [...imaginary])];
  const dims = (filters: number) => [filters, 1, FILTER_PX, FILTER_PX];
  const withLowPass = graph.floats("wavelets_and_lowpass", dims(2 * ANGLES + 1), [...taps, ...binomial()]);
  const waveletsOnly = graph.floats("wavelets", dims(2 * ANGLES), taps);
  const parts = graph.ints("parts_with_lowpass", [ANGLES, ANGLES, 1]);
  const lastParts = graph.ints("parts", [ANGLES, ANGLES]);

  return (name, { value, channels, sidePx }, isLast) => {
    const side = Math.floor((sidePx - FILTER_PX) / 2) + 1;
    const shaped = (what: string, planes: Value, shape: readonly number[]) =>
      graph.node("Reshape", `${name}_${what}`, [planes, graph.ints(`${name}_${what}_shape`, shape)]);
    // Every channel meets the same filters, so each is an image of its own.
    const images = shaped("images", value, [-1, 1, sidePx, sidePx]);
    const filtered = graph.node("Conv", `${name}_filtered`, [images, isLast ? waveletsOnly : withLowPass], {
      kernel_shape: [FILTER_PX, FILTER_PX],
      strides: [2, 2],
    });
    const names = ["real", "imaginary", ...(isLast ? [] : ["low"])].map((part) => `${name}_${part}`);
    const [real, imaginary, low] = graph.nodes("Split", names, [filtered, isLast ? lastParts : parts], { axis: 1 });
    const squares = [real!, imaginary!].map((part, i) => graph.node("Mul", `${name}_square${i}`, [part, part]));
    const modulus = graph.node("Sqrt", `${name}_modulus`, [graph.node("Add", `${name}_power`, squares)]);
    const moduli = shaped("moduli", modulus, [-1, channels * ANGLES, side, side]);
    const next = low && shaped("next", low, [-1, channels, side, side]);
    return {
      moduli: { value: moduli, channels: channels * ANGLES, sidePx: side },
      next: next && { value: next, channels, sidePx: side },
    };
  };
}

/** Mean and standard deviation of each plane; the deviation from the mean first, since squares would cancel. */
function meanAndSpread(graph: OnnxGraph, name: string, planes: Value): { mean: Value; spread: Value } {
  const mean = graph.node("GlobalAveragePool", `${name}_mean`, [planes]);
  const off = graph.node("Sub", `${name}_off`, [planes, mean]);
  const square = graph.node("Mul", `${name}_off2`, [off, off]);
  const variance = graph.node("GlobalAveragePool", `${name}_variance`, [square]);
  return { mean, spread: graph.node("Sqrt", `${name}_spread`, [variance]) };
}

/**
 * The matrix that averages paths which differ by a turn or a mirror image of the patch alone: tissue has no up and no
 * left. Means come first, then spreads, both in the order of the first path of each kind.
 */
function turnAverages(paths: readonly Path[]): { matrix: Float64Array; dimension: number } {
  const kinds = new Map<string, number[]>();
  paths.forEach((path, i) => {
    const kind = JSON.stringify(path);
    const members = kinds.get(kind) ?? [];
    kinds.set(kind, [...members, i]);
  });
  const dimension = 2 * kinds.size;
  const matrix = new Float64Array(2 * paths.length * dimension);
  [...kinds.values()].forEach((members, kind) => {
    for (const member of members) {
      for (const half of [0, 1]) {
        matrix[(half * kinds.size + kind) * 2 * paths.length + half * paths.length + member] = 1 / members.length;
      }
    }
  });
  return { matrix, dimension };
}

/** sign(x) log(1 + gain |x|); only a mean amount of stain can be negative. */
function compress(graph: OnnxGraph, value: Value): void {
  const gain = graph.floats("gain", [], [LOG_GAIN]);
  const one = graph.floats("one", [], [1]);
  const half = (name: string, part: Value) => {
    const scaled = graph.node("Mul", `${name}_scaled`, [graph.node("Relu", `${name}_part`, [part]), gain]);
    return graph.node("Log", `${name}_log`, [graph.node("Add", `${name}_sum`, [scaled, one])]);
  };
  const negative = graph.node("Neg", "negated", [value]);
  graph.node("Sub", "embedding", [half("positive", value), half("negative", negative)]);
}
