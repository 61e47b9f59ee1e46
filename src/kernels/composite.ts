/**
 * Puts straight RGBA on a flat background and drops alpha. Bit-equal to Pillow's `background.paste(image, mask=image)`.
 *
 * @param rgba - (n, 4) uint8.
 * @returns (n, 3) uint8.
 */
export function compositeOver(
  rgba: Uint8Array | Uint8ClampedArray,
  background: readonly [number, number, number],
): Uint8Array {
  const count = rgba.length >> 2;
  const rgb = new Uint8Array(count * 3);
  for (let i = 0, from = 0, to = 0; i < count; i++, from += 4, to += 3) {
    const alpha = rgba[from + 3]!;
    for (let c = 0; c < 3; c++) {
      // Pillow's exact division by 255 with rounding.
      const mixed = rgba[from + c]! * alpha + background[c]! * (255 - alpha) + 128;
      rgb[to + c] = alpha === 255 ? rgba[from + c]! : ((mixed >> 8) + mixed) >> 8;
    }
  }
  return rgb;
}
