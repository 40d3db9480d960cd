/**
 * Losses of a margin m (log-odds) against a label y ∈ {0, 1}, with their derivatives.
 *
 * With s = +1 for y = 1 and −1 for y = 0, p = σ(s·m) the probability given to what happened, w the row's
 * weight:
 *   focal loss       ℓ = −w (1 − p)^γ log p      dℓ/dm = w s [γ p (1 − p)^γ log p − (1 − p)^(γ + 1)]
 *   cross-entropy    γ = 0                       dℓ/dm = w (σ(m) − y)
 * Class weights come in through w. A focal loss makes probabilities less extreme: calibrate after it.
 * Reference: Lin et al. (2017), Focal Loss for Dense Object Detection.
 */

/**
 * The mean loss Σ ℓ / n over the first `n` rows; writes dℓ/dm / n into `slope`.
 * `gamma`: the focal exponent, ≥ 0; 0 is cross-entropy.
 */
export function meanLoss(
  margins: Float64Array,
  target: Uint8Array,
  weights: Float64Array,
  n: number,
  gamma: number,
  slope: Float64Array,
): number {
  let total = 0;
  for (let i = 0; i < n; i++) {
    const sign = target[i] === 1 ? 1 : -1;
    const margin = sign * margins[i]!;
    const e = Math.exp(-Math.abs(margin));
    const logHit = Math.min(margin, 0) - Math.log1p(e);
    const miss = (margin >= 0 ? e : 1) / (1 + e);
    const weight = weights[i]!;
    if (gamma === 0) {
      total -= weight * logHit;
      slope[i] = (-weight * sign * miss) / n;
      continue;
    }
    const hit = Math.exp(logHit);
    const focus = miss ** gamma;
    total -= weight * focus * logHit;
    slope[i] = (weight * sign * (gamma * hit * focus * logHit - focus * miss)) / n;
  }
  return total / n;
}
