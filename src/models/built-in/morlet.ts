/** One filter of odd side, row-major. */
export interface ComplexFilter {
  readonly real: Float64Array;
  readonly imaginary: Float64Array;
}

/** Width and frequency of the finest wavelet, as Bruna & Mallat 2013 and after them ScatNet and kymatio have them. */
const SIGMA_PX = 0.8;
const FREQUENCY = (3 * Math.PI) / 4;

/**
 * A Morlet wavelet: a plane wave under a round Gaussian, less as much of the Gaussian as makes its sum zero on these very
 * samples, so that a flat patch gives nothing.
 *
 * @param angle - direction of the wave, radians from the x axis.
 */
export function morlet(sizePx: number, angle: number): ComplexFilter {
  const radius = (sizePx - 1) / 2;
  const gaussian = new Float64Array(sizePx * sizePx);
  const real = new Float64Array(sizePx * sizePx);
  const imaginary = new Float64Array(sizePx * sizePx);
  let gaussianSum = 0;
  let waveSum = 0;
  for (let y = -radius, i = 0; y <= radius; y++) {
    for (let x = -radius; x <= radius; x++, i++) {
      const phase = FREQUENCY * (x * Math.cos(angle) + y * Math.sin(angle));
      const weight = Math.exp(-(x * x + y * y) / (2 * SIGMA_PX ** 2)) / (2 * Math.PI * SIGMA_PX ** 2);
      gaussian[i] = weight;
      real[i] = weight * Math.cos(phase);
      imaginary[i] = weight * Math.sin(phase);
      gaussianSum += weight;
      waveSum += weight * Math.cos(phase);
    }
  }
  // The imaginary part is odd: its sum is zero as it is.
  for (let i = 0; i < real.length; i++) real[i] = real[i]! - (gaussian[i]! * waveSum) / gaussianSum;
  return { real, imaginary };
}

/** The binomial low-pass 1 4 6 4 1 (Burt & Adelson 1983) in both directions, sum 1. */
export function binomial(): Float64Array {
  const row = [1, 4, 6, 4, 1];
  return Float64Array.from(row.flatMap((y) => row.map((x) => (x * y) / 256)));
}
