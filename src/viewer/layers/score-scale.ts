/** Which scores have colours of their own, and how they are spaced between. */
export interface ScoreScale {
  /** The score of the first colour, and of all that are lower. */
  readonly low: number;
  /** The score of the last colour, and of all that are higher. */
  readonly high: number;
  /**
   * `cosine`: by the angle that a cosine stands for. Near 1 cosines lie close together however far apart the directions
   * are: 0.998 and 0.985 are 4° and 10°.
   */
  readonly spacing: "even" | "cosine";
}

/** From none in common to the same, evenly. */
export const WHOLE_SCALE: ScoreScale = { low: 0, high: 1, spacing: "even" };

/** A pen mark or a fold unlike all else would take the colours from the tissue: so many of the lowest share the first. */
const OUTLIERS = 0.05;

/**
 * A scale of cosines that spends its colours on what there is: from all but the outliers to the best.
 * @param except - the patch that all are compared with: it is like itself, which says nothing.
 */
export function fitScoreScale(cosines: Float32Array, except?: number): ScoreScale {
  const others = cosines.filter((cosine, index) => index !== except && !Number.isNaN(cosine)).sort();
  const low = others[Math.floor(others.length * OUTLIERS)];
  const high = others.at(-1);
  if (low === undefined || high === undefined) return { ...WHOLE_SCALE, spacing: "cosine" };
  return { low, high, spacing: "cosine" };
}

/** Where on the colour map a score stands, 0 to 1. */
export function placeOnScale({ low, high, spacing }: ScoreScale, score: number): number {
  const [from, to, at] = spacing === "even" ? [low, high, score] : [-angle(low), -angle(high), -angle(score)];
  // All of them alike: the last colour.
  if (to <= from) return score < low ? 0 : 1;
  return Math.min(Math.max((at - from) / (to - from), 0), 1);
}

/** The score that stands at a place of the colour map: what a legend says there. */
export function scoreAtPlace({ low, high, spacing }: ScoreScale, place: number): number {
  const between = (from: number, to: number) => from + (to - from) * place;
  return spacing === "even" ? between(low, high) : Math.cos(between(angle(low), angle(high)));
}

function angle(cosine: number): number {
  return Math.acos(Math.min(1, Math.max(-1, cosine)));
}
