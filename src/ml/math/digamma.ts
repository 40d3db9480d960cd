/**
 * The digamma function ψ(z), derivative of log Γ(z), for z > 0: recurrence up to 10, then the asymptotic series (Abramowitz and
 * Stegun 6.3.5, 6.3.18); about 1e-14.
 */
export function digamma(z: number): number {
  let shift = 0;
  let large = z;
  for (; large < 10; large++) shift -= 1 / large;
  const inverse = 1 / (large * large);
  const tail =
    inverse *
    (1 / 12 - inverse * (1 / 120 - inverse * (1 / 252 - inverse * (1 / 240 - inverse * (1 / 132)))));
  return shift + Math.log(large) - 0.5 / large - tail;
}
