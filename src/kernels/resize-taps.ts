/** Which samples an output sample is made of, and by which weights, as Pillow has it. */

/** Pillow's fixed-point precision: 32 bits less 8 of the sample and 2 of head room (ImagingResample). */
export const PRECISION_BITS = 32 - 8 - 2;
/** What is added before the fraction is cut off. */
export const HALF = 1 << (PRECISION_BITS - 1);

/** A filter of Pillow, by its name there. */
export type ResizeFilter = "bilinear" | "bicubic" | "lanczos";

/** Weight of a sample at distance `x`, and beyond which distance there is none. */
interface Kernel {
  readonly support: number;
  weight(x: number): number;
}

const KERNELS: Readonly<Record<ResizeFilter, Kernel>> = {
  bilinear: { support: 1, weight: (x) => Math.max(0, 1 - Math.abs(x)) },
  bicubic: { support: 2, weight: (x) => cubic(Math.abs(x)) },
  lanczos: { support: 3, weight: (x) => (x >= -3 && x < 3 ? sinc(x) * sinc(x / 3) : 0) },
};

/** Keys' cubic convolution with a = -1/2. */
function cubic(x: number): number {
  const a = -0.5;
  if (x < 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
  if (x < 2) return (((x - 5) * x + 8) * x - 4) * a;
  return 0;
}

function sinc(x: number): number {
  if (x === 0) return 1;
  const angle = x * Math.PI;
  return Math.sin(angle) / angle;
}

export interface Taps {
  readonly first: Int32Array;
  readonly count: Int32Array;
  readonly weights: Int32Array;
  /** Weights reserved per output sample. */
  readonly stride: number;
}

/** For resizing the samples from `in0` to `in1`, of `inSize`, to `outSize`. */
export function tapsOf(filter: ResizeFilter, inSize: number, in0: number, in1: number, outSize: number): Taps {
  const kernel = KERNELS[filter];
  const scale = (in1 - in0) / outSize;
  const filterScale = Math.max(scale, 1);
  const support = kernel.support * filterScale;
  const stride = Math.ceil(support) * 2 + 1;
  const first = new Int32Array(outSize);
  const count = new Int32Array(outSize);
  const weights = new Int32Array(outSize * stride);
  const row = new Float64Array(stride);
  for (let i = 0; i < outSize; i++) {
    const centre = in0 + (i + 0.5) * scale;
    const begin = Math.max(0, Math.trunc(centre - support + 0.5));
    const n = Math.min(inSize, Math.trunc(centre + support + 0.5)) - begin;
    let sum = 0;
    for (let k = 0; k < n; k++) {
      const weight = kernel.weight((k + begin - centre + 0.5) * (1 / filterScale));
      row[k] = weight;
      sum += weight;
    }
    for (let k = 0; k < n; k++) {
      const weight = (sum === 0 ? row[k]! : row[k]! / sum) * 2 ** PRECISION_BITS;
      weights[i * stride + k] = Math.trunc(weight < 0 ? weight - 0.5 : weight + 0.5);
    }
    first[i] = begin;
    count[i] = n;
  }
  return { first, count, weights, stride };
}
