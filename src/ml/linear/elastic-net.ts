/**
 * One step of the elastic net: of a smooth loss with gradient g and second derivatives H at β, the minimum of
 * gᵀd + ½ dᵀHd + λ₁ Σ|β_k + d_k| by coordinate descent with soft thresholds (Friedman, Hastie and Tibshirani
 * 2010). The intercept, which is last, is not penalised. A coefficient that does not pay for itself becomes
 * exactly zero. Assumes H positive semi-definite; a column without curvature keeps its coefficient.
 */
const maxSweeps = 1_000;
const tolerance = 1e-12;

/** The new β. `lower`: lower triangle of H, row-major; `l1` ≥ 0. */
export function elasticNetStep(
  lower: Float64Array,
  gradient: Float64Array,
  beta: Float64Array,
  l1: number,
): Float64Array {
  const size = beta.length;
  const next = beta.slice();
  /** g + Hd, kept up to date. */
  const slope = gradient.slice();
  for (let sweep = 0; sweep < maxSweeps; sweep++) {
    let moved = 0;
    for (let k = 0; k < size; k++) {
      const curvature = lower[k * size + k]!;
      if (!(curvature > 1e-12)) continue;
      const free = next[k]! - slope[k]! / curvature;
      const target = k === size - 1 ? free : softThreshold(free, l1 / curvature);
      const change = target - next[k]!;
      if (change === 0) continue;
      next[k] = target;
      for (let j = 0; j < size; j++)
        slope[j]! += change * (j < k ? lower[k * size + j]! : lower[j * size + k]!);
      moved = Math.max(moved, curvature * change * change);
    }
    if (moved < tolerance) break;
  }
  return next;
}

/** λ₁ Σ|β_k|, the intercept apart. */
export function l1Penalty(beta: Float64Array, l1: number): number {
  let sum = 0;
  for (let k = 0; k + 1 < beta.length; k++) sum += Math.abs(beta[k]!);
  return l1 * sum;
}

function softThreshold(value: number, threshold: number): number {
  if (value > threshold) return value - threshold;
  return value < -threshold ? value + threshold : 0;
}
