import { flipSmallGroups, type Mask } from "./mask.ts";

/**
 * Paler than this is grey or glass, not stain; darker is ink, folds or shadow (OpenCV's 8-bit HSV). TRIDENT calls only
 * pixels of value 70 or more grey; all below are dark.
 */
const GREY_MAX_SATURATION = 10;
const DARK_MAX_VALUE = 85;
/** Objects and holes of up to this many pixels do not count. Both limits include themselves. */
const SMALL_OBJECT_PX = 60;
const SMALL_HOLE_PX = 5000;
const BINS = 256;

/** What `otsuTissue` finds. */
export interface OtsuTissue {
  /** 1 is tissue, 0 is not. */
  readonly mask: Mask;
  /** The two Otsu thresholds, in luma 0..255: of the stained pixels, then of these against white. */
  readonly thresholds: readonly [number, number];
}

/**
 * Finds stained tissue on one tile, at about 8 µm per pixel: dark and grey pixels are set aside, an Otsu threshold of
 * luma finds candidates, a second one on white ground refines them; specks go and holes are filled. Equal to TRIDENT's
 * `otsu` segmenter (with scikit-image 0.26 and OpenCV 5) in every pixel.
 *
 * @param rgb - (height, width, 3) uint8.
 */
export function otsuTissue(rgb: Uint8Array | Uint8ClampedArray, width: number, height: number): OtsuTissue {
  const count = width * height;
  const { stained, clear } = findStain(rgb, count);
  const first = otsuThreshold(stained.luma, count - stained.luma.length);
  const candidates = flipSmallGroups(below(stained, first, width, height), 1, SMALL_OBJECT_PX);
  const refined = whitenOthers(stained, clear, candidates.data);
  const second = otsuThreshold(refined.luma, count - refined.luma.length);
  const mask = flipSmallGroups(below(refined, second, width, height), 0, SMALL_HOLE_PX);
  return { mask, thresholds: [first, second] };
}

/** The pixels of a tile that are not white, as glass mostly is: all work is on these. */
interface Coloured {
  readonly pixel: Int32Array;
  readonly luma: Float64Array;
}

/**
 * The stained pixels; all others, black padding too, count as white. And those lacking a channel or two, stained or
 * not, with the luma they have once their other channels are full.
 */
function findStain(rgb: Uint8Array | Uint8ClampedArray, count: number): { stained: Coloured; clear: Coloured } {
  // The loop takes its tables as locals: the engine then need not look them up for each pixel.
  const greyMaxChroma = GREY_MAX_CHROMA;
  const pixel = new Int32Array(count);
  const luma = new Float64Array(count);
  const clear: { pixel: number[]; luma: number[] } = { pixel: [], luma: [] };
  let found = 0;
  for (let i = 0, at = 0; i < count; i++, at += 3) {
    const r = rgb[at]!;
    const g = rgb[at + 1]!;
    const b = rgb[at + 2]!;
    const value = Math.max(r, g, b);
    const least = Math.min(r, g, b);
    if (least === 0 && value > 0) {
      clear.pixel.push(i);
      clear.luma.push(lumaOf(r && 255, g && 255, b && 255));
    }
    if (value <= DARK_MAX_VALUE || value - least <= greyMaxChroma[value]!) continue;
    pixel[found] = i;
    luma[found++] = lumaOf(r, g, b);
  }
  return {
    stained: { pixel: pixel.subarray(0, found), luma: luma.subarray(0, found) },
    clear: { pixel: Int32Array.from(clear.pixel), luma: Float64Array.from(clear.luma) },
  };
}

/** Candidates keep their luma; outside, every channel that is not 0 becomes full, and black becomes white. */
function whitenOthers(stained: Coloured, clear: Coloured, candidates: Uint8Array): Coloured {
  const pixel = new Int32Array(stained.pixel.length + clear.pixel.length);
  const luma = new Float64Array(pixel.length);
  let kept = 0;
  for (const [coloured, wanted] of [
    [stained, 1],
    [clear, 0],
  ] as const) {
    for (let i = 0; i < coloured.pixel.length; i++) {
      const at = coloured.pixel[i]!;
      if (candidates[at] !== wanted) continue;
      pixel[kept] = at;
      luma[kept++] = coloured.luma[i]!;
    }
  }
  return { pixel: pixel.subarray(0, kept), luma: luma.subarray(0, kept) };
}

/** What each sample adds to the luma of a pixel in 0..1. */
const RED = shares(0.2125);
const GREEN = shares(0.7154);
const BLUE = shares(0.0721);
const LUMA_WHITE = lumaOf(255, 255, 255);

/**
 * Luma as scikit-image's `rgb2gray` has it to the last bit: a product of matrices, which NumPy's BLAS adds up by fused
 * multiply-adds. A histogram of few lumas has its edges on them, so that a bit decides over thousands of pixels.
 */
function lumaOf(r: number, g: number, b: number): number {
  const redGreen = addExact(RED.rounded[r]!, RED.rest[r]!, GREEN.rounded[g]!);
  return addExact(BLUE.rounded[b]!, BLUE.rest[b]!, redGreen) * 255;
}

/** Each sample's share twice: rounded, and what the rounding left out (Dekker's product), so that the two are exact. */
function shares(weight: number) {
  const rounded = new Float64Array(256);
  const rest = new Float64Array(256);
  const [weightHigh, weightLow] = halves(weight);
  for (let sample = 0; sample < 256; sample++) {
    const value = sample * (1 / 255);
    const [high, low] = halves(value);
    const product = value * weight;
    rounded[sample] = product;
    rest[sample] = low * weightLow - (product - high * weightHigh - low * weightHigh - high * weightLow);
  }
  return { rounded, rest };
}

/** A number as the sum of two of half as many bits (Veltkamp). */
function halves(value: number): readonly [high: number, low: number] {
  const scaled = (2 ** 27 + 1) * value;
  const high = scaled - (scaled - value);
  return [high, value - high];
}

/** rounded + rest + other, rounded once (Knuth's two-sum). */
function addExact(rounded: number, rest: number, other: number): number {
  const sum = rounded + other;
  const taken = sum - rounded;
  return sum + (rounded - (sum - taken) + (other - taken) + rest);
}

/**
 * For each value (largest channel) the largest chroma (largest less smallest channel) that still is grey: saturation
 * without its division. OpenCV's saturation is chroma times a 12-bit fixed-point 255 / value, rounded.
 */
const GREY_MAX_CHROMA = Uint8Array.from({ length: 256 }, (_, value) => {
  const perChroma = value === 0 ? 0 : Math.round((255 << 12) / value);
  let chroma = 0;
  while (chroma < value && ((chroma + 1) * perChroma + (1 << 11)) >> 12 <= GREY_MAX_SATURATION) chroma++;
  return chroma;
});

function below({ pixel, luma }: Coloured, threshold: number, width: number, height: number): Mask {
  const data = new Uint8Array(width * height);
  for (let i = 0; i < pixel.length; i++) if (luma[i]! < threshold) data[pixel[i]!] = 1;
  return { data, width, height };
}

/**
 * The value that best parts the numbers into two classes (Otsu 1979), among the centres of 256 bins between the least
 * and the largest. Equal to scikit-image's `threshold_otsu`; of equal numbers, that number.
 *
 * @param values - lumas, none above white.
 * @param whites - so many more are white.
 */
export function otsuThreshold(values: Float64Array, whites = 0): number {
  let least = whites > 0 ? LUMA_WHITE : values[0]!;
  let largest = least;
  for (let i = 0; i < values.length; i++) {
    least = Math.min(least, values[i]!);
    largest = Math.max(largest, values[i]!);
  }
  if (least === largest) return least;
  const step = (largest - least) / BINS;
  const edges = Float64Array.from({ length: BINS + 1 }, (_, i) => (i === BINS ? largest : i * step + least));
  const counts = countPerBin(values, edges);
  counts[BINS - 1]! += whites;
  return bestCentre(counts, edges);
}

/** Bins are half-open, the last one closed; the edges decide, not the division (NumPy's `histogram`). */
function countPerBin(values: Float64Array, edges: Float64Array): Int32Array {
  const counts = new Int32Array(BINS);
  const least = edges[0]!;
  const largest = edges[BINS]!;
  const perUnit = BINS / (largest - least);
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (value === largest) {
      counts[BINS - 1]!++;
      continue;
    }
    const position = (value - least) * perUnit;
    let bin = position | 0;
    // Only next to an edge can the division be wrong.
    if (Math.abs(position - bin - 0.5) > 0.499) {
      bin = Math.min(bin, BINS - 1);
      if (value < edges[bin]!) bin--;
      else if (bin < BINS - 1 && value >= edges[bin + 1]!) bin++;
    }
    counts[bin]!++;
  }
  return counts;
}

function bestCentre(counts: Int32Array, edges: Float64Array): number {
  const centres = Float64Array.from(counts, (_, bin) => (edges[bin]! + edges[bin + 1]!) / 2);
  // Class sizes and means above each possible threshold, summed from the end; below it in the loop that compares.
  const sizeFrom = new Float64Array(BINS);
  const meanFrom = new Float64Array(BINS);
  for (let bin = BINS - 1, size = 0, sum = 0; bin >= 0; bin--) {
    size += counts[bin]!;
    sum += counts[bin]! * centres[bin]!;
    sizeFrom[bin] = size;
    meanFrom[bin] = sum / size;
  }
  let best = 0;
  let bestVariance = Number.NEGATIVE_INFINITY;
  for (let bin = 0, size = 0, sum = 0; bin < BINS - 1; bin++) {
    size += counts[bin]!;
    sum += counts[bin]! * centres[bin]!;
    const difference = sum / size - meanFrom[bin + 1]!;
    // scikit-image keeps counts as float32, hence their product too: near a tie the rounding decides.
    const variance = Math.fround(size * sizeFrom[bin + 1]!) * (difference * difference);
    if (variance > bestVariance) {
      bestVariance = variance;
      best = bin;
    }
  }
  return centres[best]!;
}
