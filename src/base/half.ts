import { roundHalfEven } from "./round.ts";

/** A number as the 16 bits of the nearest IEEE 754 half, ties to even, too large to infinity, as NumPy does. */
export function toHalf(value: number): number {
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const magnitude = Math.abs(value);
  if (Number.isNaN(magnitude)) return 0x7e00;
  // Half way between the largest half and the next that there would be.
  if (magnitude >= 65520) return sign | 0x7c00;
  // Below 2^-14 the spacing no longer shrinks.
  const exponent = Math.max(-14, Math.floor(Math.log2(magnitude)));
  const steps = roundHalfEven(magnitude / 2 ** (exponent - 10));
  // Steps of 1024 and more carry the hidden bit; an overflow of the rounding carries into the exponent by itself.
  return sign | (((exponent + 14) << 10) + steps);
}

/** The bits of an IEEE 754 half as a number. */
export function fromHalf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
