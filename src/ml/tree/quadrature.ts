/**
 * Gauss–Legendre quadrature on [0, 1]: n points integrate polynomials of degree 2n − 1 exactly.
 * Method: the points are the zeros of the Legendre polynomial P_n, found by Newton's iteration from
 * cos(π (i − ¼) / (n + ½)); weight 2 / ((1 − x²) P_n′(x)²), mapped from [−1, 1].
 * Reference: Press et al., Numerical Recipes, §4.6.
 */

/** Points (ascending, strictly inside 0 and 1) and weights (adding up to 1); `count` ≥ 1. */
export function gaussLegendre(count: number): { nodes: Float64Array; weights: Float64Array } {
  const nodes = new Float64Array(count);
  const weights = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    let x = -Math.cos((Math.PI * (i + 0.75)) / (count + 0.5));
    let slope = 1;
    for (let step = 0; step < 100; step++) {
      const legendre = legendreAt(count, x);
      slope = legendre.slope;
      const next = x - legendre.value / slope;
      const moved = Math.abs(next - x);
      x = next;
      if (moved < 1e-16) break;
    }
    nodes[i] = (1 + x) / 2;
    weights[i] = 1 / ((1 - x * x) * slope * slope);
  }
  return { nodes, weights };
}

function legendreAt(degree: number, x: number): { value: number; slope: number } {
  let before = 1;
  let value = x;
  for (let n = 2; n <= degree; n++) {
    const next = ((2 * n - 1) * x * value - (n - 1) * before) / n;
    before = value;
    value = next;
  }
  return { value, slope: (degree * (x * value - before)) / (x * x - 1) };
}
