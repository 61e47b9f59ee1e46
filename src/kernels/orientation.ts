/** Shewchuk's bound for the plain determinant: beyond it the sign is certain. */
const ERROR_BOUND = (3 + (16 * Number.EPSILON) / 2) * (Number.EPSILON / 2);

/**
 * On which side of the line from a to b the point c lies: above 0, below 0, or exactly 0 on it. The sign is exact for any
 * finite coordinates.
 */
export function orientation(ax: number, ay: number, bx: number, by: number, cx: number, cy: number): number {
  const left = (ax - cx) * (by - cy);
  const right = (ay - cy) * (bx - cx);
  const determinant = left - right;
  if (Math.abs(determinant) > ERROR_BOUND * (Math.abs(left) + Math.abs(right))) return determinant;
  return exactOrientation(ax, ay, bx, by, cx, cy);
}

/** Every double is a whole number of some power of two: as big integers of the smallest one nothing is rounded. */
function exactOrientation(...coordinates: [number, number, number, number, number, number]): number {
  const exponent = Math.min(...coordinates.map(lowestExponent));
  const [ax, ay, bx, by, cx, cy] = coordinates.map((value) => toUnits(value, exponent)) as [
    bigint,
    bigint,
    bigint,
    bigint,
    bigint,
    bigint,
  ];
  const determinant = (ax - cx) * (by - cy) - (ay - cy) * (bx - cx);
  return determinant > 0n ? 1 : determinant < 0n ? -1 : 0;
}

/** The largest e of at most 0 for which value / 2^e is whole. */
function lowestExponent(value: number): number {
  let exponent = 0;
  for (let scaled = value; !Number.isInteger(scaled); scaled *= 2) exponent--;
  return exponent;
}

function toUnits(value: number, exponent: number): bigint {
  const whole = Math.trunc(value);
  let units = BigInt(whole) << BigInt(-exponent);
  // What lies behind the point has at most 52 bits more than the exponent reaches.
  let rest = value - whole;
  for (let e = 0; rest !== 0; e--) {
    rest *= 2;
    const bit = Math.trunc(rest);
    units += BigInt(bit) << BigInt(e - 1 - exponent);
    rest -= bit;
  }
  return units;
}
