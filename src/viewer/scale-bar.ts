/** A bar of a round length. */
export interface ScaleBar {
  readonly lengthUm: number;
  readonly widthCss: number;
  /** The length with its unit, e.g. "200 µm". */
  readonly label: string;
}

const ROUND_NUMBERS = [5, 2, 1] as const;

/**
 * The longest bar of 1, 2 or 5 times a power of ten that fits.
 * @param mpp - µm per CSS pixel.
 */
export function scaleBar(mpp: number, maxWidthCss: number): ScaleBar {
  const maxUm = mpp * maxWidthCss;
  const power = 10 ** Math.floor(Math.log10(maxUm));
  // Powers of ten are not exact in binary: a bar that fits exactly must not be lost to the last bit.
  const round = ROUND_NUMBERS.find((number) => number * power <= maxUm * (1 + 1e-9)) ?? 1;
  const lengthUm = round * power;
  return { lengthUm, widthCss: lengthUm / mpp, label: lengthLabel(lengthUm) };
}

function lengthLabel(lengthUm: number): string {
  const [value, unit] =
    lengthUm >= 1000 ? [lengthUm / 1000, "mm"] : lengthUm >= 1 ? [lengthUm, "µm"] : [lengthUm * 1000, "nm"];
  return `${Number(value.toPrecision(3))} ${unit}`;
}
