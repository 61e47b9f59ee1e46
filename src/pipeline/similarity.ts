/**
 * Cosine of the angle between one row and every row: 1 for the same direction (itself included), 0 for none in common.
 * Rows without length (all zeros) are like nothing: 0.
 *
 * @param features - (N, dimension), row-major.
 * @returns (N,) float32 from -1 to 1.
 */
export function cosineSimilarity(
  features: Float32Array,
  dimension: number,
  index: number,
  inverseNorms: Float64Array = rowInverseNorms(features, dimension),
): Float32Array<ArrayBuffer> {
  const rows = inverseNorms.length;
  if (!Number.isInteger(index) || index < 0 || index >= rows) throw new RangeError(`patch ${index} of ${rows}`);
  const chosen = features.subarray(index * dimension, (index + 1) * dimension);
  const scale = inverseNorms[index]!;
  const scores = new Float32Array(rows);
  for (let row = 0, at = 0; row < rows; row++) {
    // Four sums that do not wait for each other.
    let a = 0;
    let b = 0;
    let c = 0;
    let d = 0;
    let i = 0;
    for (; i + 3 < dimension; i += 4, at += 4) {
      a += chosen[i]! * features[at]!;
      b += chosen[i + 1]! * features[at + 1]!;
      c += chosen[i + 2]! * features[at + 2]!;
      d += chosen[i + 3]! * features[at + 3]!;
    }
    for (; i < dimension; i++, at++) a += chosen[i]! * features[at]!;
    // Rounding may carry a cosine past its ends.
    scores[row] = Math.min(1, Math.max(-1, (a + b + c + d) * scale * inverseNorms[row]!));
  }
  return scores;
}

/** 1 / length of every row; 0 for a row of zeros. */
export function rowInverseNorms(features: Float32Array, dimension: number): Float64Array<ArrayBuffer> {
  const rows = dimension > 0 ? Math.floor(features.length / dimension) : 0;
  const norms = new Float64Array(rows);
  for (let row = 0, at = 0; row < rows; row++) {
    let sum = 0;
    for (let i = 0; i < dimension; i++, at++) sum += features[at]! * features[at]!;
    norms[row] = sum > 0 ? 1 / Math.sqrt(sum) : 0;
  }
  return norms;
}

/**
 * The indices of the highest scores, best first; of equal ones the earlier row.
 * NaN is never among them.
 */
export function nearest(
  scores: Float32Array,
  count: number,
  options: { readonly except?: number } = {},
): Int32Array<ArrayBuffer> {
  // A short sorted list beats sorting all of them: most rows fail the first comparison.
  const best: number[] = [];
  let least = Number.NEGATIVE_INFINITY;
  for (let row = 0; row < scores.length; row++) {
    const score = scores[row]!;
    if (row === options.except || Number.isNaN(score) || (best.length >= count && score <= least)) continue;
    let at = best.length;
    while (at > 0 && scores[best[at - 1]!]! < score) at--;
    best.splice(at, 0, row);
    if (best.length > count) best.pop();
    least = best.length === 0 ? least : scores[best[best.length - 1]!]!;
  }
  return Int32Array.from(best);
}
