/** Eight-bit sums of up to this many pixels a side fit the 16-bit lanes below. */
const MAX_FACTOR = 16;

/**
 * Shrinks straight RGBA by a whole factor, each output pixel the mean of its box weighted by alpha, so that
 * transparent pixels lend it no colour. For showing, where speed counts; exact numbers come from `reduceByBox`.
 *
 * @param rgba - (height, width, 4) uint8, aligned to 4 bytes.
 * @param width - a multiple of `factor`, as is `height`.
 * @param factor - 2 to 16.
 * @returns (height / factor, width / factor, 4) uint8.
 */
export function shrinkRgba(
  rgba: Uint8ClampedArray<ArrayBuffer>,
  width: number,
  height: number,
  factor: number,
): Uint8ClampedArray<ArrayBuffer> {
  if (width % factor !== 0 || height % factor !== 0 || factor > MAX_FACTOR) {
    throw new RangeError(`${width} x ${height} pixels do not shrink by ${factor}`);
  }
  const source = new Uint32Array(rgba.buffer, rgba.byteOffset, width * height);
  const outWidth = width / factor;
  const outHeight = height / factor;
  const out = new Uint8ClampedArray(outWidth * outHeight * 4);
  const target = new Uint32Array(out.buffer);
  const count = factor * factor;
  const half = count >> 1;
  const opaque = 255 * count;
  for (let oy = 0, to = 0; oy < outHeight; oy++) {
    for (let ox = 0; ox < outWidth; ox++, to++) {
      const from = oy * factor * width + ox * factor;
      // Two channels to a word: red and blue in one sum, green and alpha in the other.
      let redBlue = 0;
      let greenAlpha = 0;
      for (let y = 0, row = from; y < factor; y++, row += width) {
        for (let at = row; at < row + factor; at++) {
          const pixel = source[at]!;
          redBlue += pixel & 0x00ff00ff;
          greenAlpha += (pixel >>> 8) & 0x00ff00ff;
        }
      }
      const alpha = greenAlpha >>> 16;
      if (alpha === opaque) {
        const red = (((redBlue & 0xffff) + half) / count) | 0;
        const green = (((greenAlpha & 0xffff) + half) / count) | 0;
        const blue = (((redBlue >>> 16) + half) / count) | 0;
        target[to] = red | (green << 8) | (blue << 16) | 0xff000000;
      } else if (alpha !== 0) {
        target[to] = weightedMean(source, from, width, factor, alpha, count);
      }
    }
  }
  return out;
}

function weightedMean(
  source: Uint32Array,
  from: number,
  stride: number,
  factor: number,
  alphaSum: number,
  count: number,
): number {
  let red = 0;
  let green = 0;
  let blue = 0;
  for (let y = 0, row = from; y < factor; y++, row += stride) {
    for (let at = row; at < row + factor; at++) {
      const pixel = source[at]!;
      const alpha = pixel >>> 24;
      red += (pixel & 0xff) * alpha;
      green += ((pixel >>> 8) & 0xff) * alpha;
      blue += ((pixel >>> 16) & 0xff) * alpha;
    }
  }
  const mean = (sum: number) => Math.round(sum / alphaSum);
  return mean(red) | (mean(green) << 8) | (mean(blue) << 16) | (Math.round(alphaSum / count) << 24);
}
