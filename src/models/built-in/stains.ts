/** Optical density of a pure stain in red, green and blue, of any length. */
type Density = readonly [number, number, number];

/** Ruifrok & Johnston, Anal Quant Cytol Histol 2001; 23: 291–299. */
const HEMATOXYLIN: Density = [0.65, 0.7, 0.29];
const EOSIN: Density = [0.07, 0.99, 0.11];

/**
 * The matrix that takes optical density (red, green, blue) apart into amounts of hematoxylin, eosin and a residual, which
 * is what neither of them explains: the direction at right angles to both.
 *
 * @returns row-major, [stain][colour].
 */
export function stainMatrix(): number[][] {
  const hematoxylin = unit(HEMATOXYLIN);
  const eosin = unit(EOSIN);
  const residual = unit(cross(hematoxylin, eosin));
  // density = amounts × (rows h, e, r), so amounts = density × inverse; transposed to act on a column.
  const determinant = dot(hematoxylin, cross(eosin, residual));
  return [cross(eosin, residual), cross(residual, hematoxylin), cross(hematoxylin, eosin)].map((row) =>
    row.map((value) => value / determinant),
  );
}

function unit(v: Density): Density {
  const length = Math.sqrt(dot(v, v));
  return [v[0] / length, v[1] / length, v[2] / length];
}

function dot(a: Density, b: Density): number {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

function cross(a: Density, b: Density): Density {
  return [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
}
