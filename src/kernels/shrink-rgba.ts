/** Every second byte of a word: red and blue, or shifted by eight, green and alpha, each with room for a sum. */
const LANES = 0x00ff00ff;
/** Half of four in both lanes: rounds to the nearest. */
const ROUNDING = 0x00020002;

/**
 * Shrinks straight RGBA by a power of two: halved as often as needed, each pixel the mean of four weighted by alpha, so that
 * transparent pixels lend it no colour. For showing, where speed counts; exact numbers come from `reduceByBox`.
 *
 * @param rgba - (height, width, 4) uint8, aligned to 4 bytes.
 * @param width - divided by `factor`, as is `height`.
 * @param out - takes the result.
 * @returns (height / factor, width / factor, 4) uint8; `rgba` itself where the factor is 1.
 */
export function shrinkRgba(
  rgba: Uint8ClampedArray<ArrayBuffer>,
  width: number,
  height: number,
  factor: number,
  out?: Uint8ClampedArray<ArrayBuffer>,
): Uint8ClampedArray<ArrayBuffer> {
  if (width % factor !== 0 || height % factor !== 0) {
    throw new RangeError(`${width} x ${height} pixels cannot be shrunk ${factor} times`);
  }
  let shrunk = rgba;
  for (let done = 1; done < factor; done *= 2) {
    shrunk = halve(shrunk, width / done, height / done, done * 2 === factor ? out : undefined);
  }
  return shrunk;
}

function halve(
  rgba: Uint8ClampedArray<ArrayBuffer>,
  width: number,
  height: number,
  out = new Uint8ClampedArray((width / 2) * (height / 2) * 4),
): Uint8ClampedArray<ArrayBuffer> {
  const source = new Uint32Array(rgba.buffer, rgba.byteOffset, width * height);
  const target = new Uint32Array(out.buffer, out.byteOffset, (width / 2) * (height / 2));
  for (let y = 0, to = 0; y < height; y += 2) {
    const rowEnd = (y + 1) * width;
    for (let at = y * width; at < rowEnd; at += 2, to++) {
      // Signed words throughout: the engine then keeps them in registers.
      const a = source[at]! | 0;
      const b = source[at + 1]! | 0;
      const c = source[at + width]! | 0;
      const d = source[at + width + 1]! | 0;
      if ((a & b & c & d) >>> 24 === 255) {
        const redBlue = (a & LANES) + (b & LANES) + (c & LANES) + (d & LANES) + ROUNDING;
        const greenAlpha =
          ((a >>> 8) & LANES) + ((b >>> 8) & LANES) + ((c >>> 8) & LANES) + ((d >>> 8) & LANES) + ROUNDING;
        target[to] = ((redBlue >>> 2) & LANES) | (((greenAlpha >>> 2) & LANES) << 8);
      } else {
        target[to] = weightedMean(a, b, c, d);
      }
    }
  }
  return out;
}

function weightedMean(a: number, b: number, c: number, d: number): number {
  const alphas = [a >>> 24, b >>> 24, c >>> 24, d >>> 24] as const;
  const sum = alphas[0] + alphas[1] + alphas[2] + alphas[3];
  if (sum === 0) return 0;
  const mean = (shift: number) =>
    Math.round(
      (((a >>> shift) & 255) * alphas[0] +
        ((b >>> shift) & 255) * alphas[1] +
        ((c >>> shift) & 255) * alphas[2] +
        ((d >>> shift) & 255) * alphas[3]) /
        sum,
    );
  return mean(0) | (mean(8) << 8) | (mean(16) << 16) | (Math.round(sum / 4) << 24);
}
