const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const twoDecimals = new Intl.NumberFormat("en", { maximumFractionDigits: 2 });
const oneDecimal = new Intl.NumberFormat("en", { maximumFractionDigits: 1 });

/** A count with thousands set apart: "49,380". */
export function formatCount(count: number): string {
  return whole.format(count);
}

/** At most two decimals: "3.99", "4". */
export function formatNumber(value: number): string {
  return twoDecimals.format(value);
}

/** How much in a second, no more exact than it is steady: "85", "3.1". */
export function formatSpeed(perSecond: number): string {
  return (perSecond < 10 ? oneDecimal : whole).format(perSecond);
}

/** A similarity, as many decimals for all so that they can be compared: "0.987". Only what is 1 says so. */
export function formatScore(score: number, decimals = 3): string {
  const rounded = score.toFixed(decimals);
  return score < 1 && Number(rounded) === 1 ? (1 - 10 ** -decimals).toFixed(decimals) : rounded;
}

/** Bytes as file managers show them, powers of ten: "1.2 GB". */
export function formatBytes(bytes: number): string {
  if (bytes < 1000) return `${whole.format(bytes)} B`;
  for (const [unit, size] of BYTE_UNITS) {
    const value = bytes / size;
    // 999.6 kB rounds to four digits: the next unit reads better.
    if (value < 999.5 || unit === "TB") return `${(value < 10 ? oneDecimal : whole).format(value)} ${unit}`;
  }
  return "";
}
const BYTE_UNITS = [
  ["kB", 1e3],
  ["MB", 1e6],
  ["GB", 1e9],
  ["TB", 1e12],
] as const;

/** Width by height in pixels: "46,000 × 32,914". */
export function formatSize(size: { width: number; height: number }): string {
  return `${whole.format(size.width)} × ${whole.format(size.height)}`;
}

/** A pixel size or other small length in µm: "0.25 µm", four digits where two decimals would lose it: "0.1213 µm". */
export function formatPixelSize(um: number): string {
  return `${Number(um.toPrecision(4))} µm`;
}

/** A position on the slide in µm, whole: pointing is not more exact. */
export function formatMicrometres(um: number): string {
  return `${whole.format(um)} µm`;
}

/** "20×", "2.5×"; two digits below one: "0.63×". */
export function formatMagnification(magnification: number): string {
  const digits = magnification >= 100 ? 3 : 2;
  return `${Number(magnification >= 10 ? magnification.toFixed(magnification >= 100 ? 0 : 1) : magnification.toPrecision(digits))}×`;
}

/** What was typed into the magnification field: "10", "10x", "2,5 ×". undefined when it is no magnification. */
export function parseMagnification(typed: string): number | undefined {
  const match = /^\s*(\d+(?:[.,]\d+)?|[.,]\d+)\s*[x×*]?\s*$/i.exec(typed);
  const value = match ? Number(match[1]!.replace(",", ".")) : Number.NaN;
  return value > 0 && Number.isFinite(value) ? value : undefined;
}

/** A share as per cent: 0.623 is "62 %", below one per cent with a decimal: "0.4 %". */
export function formatPercent(share: number): string {
  const percent = share * 100;
  return `${(percent > 0 && percent < 0.95 ? oneDecimal : whole).format(percent)} %`;
}

/** An area on the slide: "41.32 mm²". */
export function formatArea(squareMm: number): string {
  return `${twoDecimals.format(squareMm)} mm²`;
}

/** A length on the slide by its size: "128 µm", "24.1 mm". */
export function formatLength(um: number): string {
  return um < 1000 ? `${(um < 10 ? twoDecimals : whole).format(um)} µm` : `${oneDecimal.format(um / 1000)} mm`;
}

/** How long something takes: "40 s", "3 min", "2 h 5 min". */
export function formatDuration(seconds: number): string {
  if (seconds < 90) return `${whole.format(Math.max(1, Math.ceil(seconds)))} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 90 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** What was typed into a number field, comma or point; undefined when it is no number. */
export function parseNumber(typed: string): number | undefined {
  const text = typed.trim().replace(",", ".");
  const value = text === "" ? Number.NaN : Number(text);
  return Number.isFinite(value) ? value : undefined;
}
