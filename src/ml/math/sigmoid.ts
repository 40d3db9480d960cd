/** The logistic function σ(m) = 1 / (1 + e^(−m)) from log-odds to probabilities, and its inverse. */

export function sigmoid(margin: number): number {
  return 1 / (1 + Math.exp(-margin));
}

/** Turns log-odds into probabilities, in place. */
export function sigmoids(margins: Float64Array): Float64Array {
  for (let i = 0; i < margins.length; i++) margins[i] = sigmoid(margins[i]!);
  return margins;
}

/** Log-odds of a probability; ±Infinity at 0 and 1. */
export function logit(probability: number): number {
  return Math.log(probability / (1 - probability));
}
