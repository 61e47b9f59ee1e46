import { LEAST_MPP, PixelSizeError } from "./errors.ts";

/** How large a slide's pixels are. */
export interface SlideScale {
  /** µm per level-0 pixel, along x. */
  readonly mpp: number;
  /** The bin that `mpp` falls into: 80, 60, 40, 20, 10 or 5. Interchange counts in these, not in true magnifications. */
  readonly magnification: number;
  /** The property that said so, "given" where a person or a list did. */
  readonly source: string;
}

/** µm per pixel at 1x, by TRIDENT's rule that 10x is 1 µm. */
export const UM_AT_1X = 10;

/** Where TRIDENT looks for the pixel size of a slide that OpenSlide reads, in this order. */
const MPP_PROPERTIES = [
  "openslide.mpp-x",
  "openslide.mirax.MPP",
  "aperio.MPP",
  "hamamatsu.XResolution",
  "openslide.comment",
];
/** µm in the units of TIFF's resolution. */
const UM_PER_UNIT: Readonly<Record<string, number>> = { centimeter: 10_000, inch: 25_400 };

/** Upper ends, exclusive, of TRIDENT's bins of µm per pixel. */
const MAGNIFICATION_BINS = [
  [0.16, 80],
  [0.2, 60],
  [0.3, 40],
  [0.6, 20],
  [1.2, 10],
  [2.4, 5],
] as const;

/**
 * The scale of a slide as TRIDENT takes it: the given µm per pixel as it is, else the slide's own to four decimals.
 *
 * @param options.furtherProperties - asked after the usual ones; TRIDENT's `custom_mpp_keys`.
 * @returns undefined where nobody says how large a pixel is: ask for it.
 * @throws {PixelSizeError} where it falls into no bin, or a given one is a slip of the decimal point.
 */
export function getSlideScale(
  properties: Readonly<Record<string, string>>,
  options: { readonly given?: number; readonly furtherProperties?: readonly string[] } = {},
): SlideScale | undefined {
  const { given, furtherProperties = [] } = options;
  const found =
    given === undefined
      ? findMpp(properties, [...MPP_PROPERTIES, ...furtherProperties])
      : { mpp: given, source: "given" };
  if (!found) return undefined;
  // The file's own word is taken as TRIDENT takes it.
  const isPossible = found.source === "given" ? found.mpp >= LEAST_MPP : found.mpp > 0;
  const magnification = isPossible ? getMagnification(found.mpp) : undefined;
  if (magnification === undefined) throw new PixelSizeError(found.mpp);
  return { ...found, magnification };
}

/** The bin of a pixel size; undefined from 2.4 µm on, where TRIDENT refuses a slide. */
export function getMagnification(mpp: number): number | undefined {
  return MAGNIFICATION_BINS.find(([end]) => mpp < end)?.[1];
}

function findMpp(
  properties: Readonly<Record<string, string>>,
  names: readonly string[],
): { mpp: number; source: string } | undefined {
  for (const name of names) {
    const mpp = parse(properties[name]);
    if (mpp !== undefined) return { mpp: roundTo4(mpp), source: name };
  }
  const resolution = parse(properties["tiff.XResolution"]);
  const unit = UM_PER_UNIT[properties["tiff.ResolutionUnit"]?.toLowerCase() ?? ""];
  if (resolution === undefined || unit === undefined) return undefined;
  return { mpp: roundTo4(unit / resolution), source: "tiff.XResolution" };
}

/** A positive number, and nothing but a number. */
function parse(text: string | undefined): number | undefined {
  if (text === undefined || !/^\s*[+]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?\s*$/i.test(text)) return undefined;
  const value = Number(text);
  return Number.isFinite(value) && value > 0 ? value : undefined;
}

/** As Python's `round(value, 4)`: of the exact binary value, ties to the even digit. */
function roundTo4(value: number): number {
  const [whole = "", digits = ""] = value.toFixed(60).split(".");
  const isTie = /^.{4}50*$/.test(digits);
  return isTie && Number(digits[3]) % 2 === 0 ? Number(`${whole}.${digits.slice(0, 4)}`) : Number(value.toFixed(4));
}
