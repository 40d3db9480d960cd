/** The logistic function σ(m) = 1 / (1 + e^(−m)) from log-odds to probabilities, and its inverse. */

export function sigmoid(margin: number): number {
  return 1 / (1 + Math.exp(-margin));
}

/** Log-odds of a probability; ±Infinity at 0 and 1. */
export function logit(probability: number): number {
  return Math.log(probability / (1 - probability));
}
