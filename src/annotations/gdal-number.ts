const DECIMALS = 15;

/**
 * A number as GDAL's GeoJSON writer prints it (`OGRFormatDouble` of GDAL 3.12): fifteen decimals, of which a tail that
 * looks like rounding error ("…00000x", "…99999x") is taken off, and then zeros; one decimal stays.
 */
export function gdalNumber(value: number): string {
  if (Number.isInteger(value) && Math.abs(value) < 1e21) return `${Object.is(value, -0) ? "-0" : value.toFixed(0)}.0`;
  const text = withoutRoundingError(fixed(value)).replace(/0+$/, "");
  return text.endsWith(".") ? `${text}0` : text;
}

/** As C prints it: of two equally near, the even one. */
function fixed(value: number): string {
  const isTie = Number.isInteger(value * 2 ** (DECIMALS + 1));
  const text = isTie ? value.toFixed(DECIMALS + 1).slice(0, -1) : value.toFixed(DECIMALS);
  return isTie && /[13579]$/.test(text) ? value.toFixed(DECIMALS) : text;
}

function withoutRoundingError(text: string): string {
  // A double has some 16 digits, so of a larger number fewer of the last decimals mean anything.
  const before = text.replace("-", "").indexOf(".") - 1;
  const meaningless = Math.min(Math.max(before, 3), 8) - 1;
  const short = text.slice(-6, -1);
  const long = text.slice(-9, -meaningless);
  if (short === "00000") return text.slice(0, -1);
  if (/^0+$/.test(long)) return text.slice(0, -8);
  if (short === "99999") return roundedUp(text.slice(0, -6));
  if (/^9+$/.test(long)) return roundedUp(text.slice(0, -9));
  return text;
}

/** One more in the last place. */
function roundedUp(text: string): string {
  const [, sign, whole, decimals] = /^(-?)(\d+)\.(\d*)$/.exec(text)!;
  const digits = String(BigInt(whole! + decimals!) + 1n).padStart(whole!.length + decimals!.length, "0");
  const point = digits.length - decimals!.length;
  return `${sign}${digits.slice(0, point)}.${digits.slice(point)}`;
}
