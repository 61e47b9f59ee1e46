import type { Image8 } from "./resize.ts";

/** OpenCV's 15-bit weights of red, green and blue; half of one grey step rounds. */
const GREY_WEIGHTS = [9798, 19235, 3735] as const;
const LEAST_VISIBLE = 1 << 14;

/**
 * Cuts off edges whose grey value is 0. As TRIDENT does with its pictures of contours, the last column and row that
 * show something go too, so that a picture without black edges loses one of each. A wholly black one stays.
 *
 * @param image - RGB or RGBA.
 */
export function cropToContent(image: Image8): Image8 {
  const { data, width, height, channels } = image;
  const [red, green, blue] = GREY_WEIGHTS;
  let x0 = width;
  let x1 = -1;
  let y0 = height;
  let y1 = -1;
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at += channels) {
      if (data[at]! * red + data[at + 1]! * green + data[at + 2]! * blue < LEAST_VISIBLE) continue;
      x0 = Math.min(x0, x);
      x1 = Math.max(x1, x);
      y0 = Math.min(y0, y);
      y1 = y;
    }
  }
  if (x1 <= x0 || y1 <= y0) return { ...image, data: data.slice() };
  const row = (x1 - x0) * channels;
  const out = new Uint8ClampedArray(row * (y1 - y0));
  for (let y = y0; y < y1; y++) {
    const from = (y * width + x0) * channels;
    out.set(data.subarray(from, from + row), (y - y0) * row);
  }
  return { data: out, width: x1 - x0, height: y1 - y0, channels };
}
