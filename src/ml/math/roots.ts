/**
 * The root of a function that changes its sign between two ends: Chandrupatla (1997), A new hybrid quadratic/bisection
 * algorithm for finding the zero of a nonlinear function. Inverse quadratic interpolation where three points are on a
 * curve that it suits, bisection otherwise.
 */

/**
 * x between `low` and `high` with `f(x)` = 0, to about 1e-15 of the larger end; an end where f is 0 there, or where f has
 * the same sign at both ends the one with the smaller |f|.
 */
export function findRoot(f: (x: number) => number, low: number, high: number): number {
  let [a, b] = [low, high];
  let [fa, fb] = [f(a), f(b)];
  if (fa * fb >= 0) return Math.abs(fa) <= Math.abs(fb) ? a : b;
  let share = 0.5;
  for (let round = 0; round < 200; round++) {
    const x = a + share * (b - a);
    const fx = f(x);
    let [c, fc] = [b, fb];
    if (Math.sign(fx) === Math.sign(fa)) [c, fc] = [a, fa];
    else [b, fb] = [a, fa];
    [a, fa] = [x, fx];
    const tolerance = 2e-16 * Math.abs(Math.abs(fa) < Math.abs(fb) ? a : b) + 1e-300;
    const least = tolerance / Math.abs(b - a);
    if (fx === 0 || least > 0.5) break;
    share = Math.min(1 - least, Math.max(least, nextShare([a, b, c], [fa, fb, fc])));
  }
  return Math.abs(fa) < Math.abs(fb) ? a : b;
}

/** Where to look next, as a share of the way from a to b. */
function nextShare([a, b, c]: [number, number, number], [fa, fb, fc]: [number, number, number]): number {
  const position = (a - b) / (c - b);
  const height = (fa - fb) / (fc - fb);
  if (height ** 2 >= position || (1 - height) ** 2 >= 1 - position) return 0.5;
  return ((fa / (fb - fa)) * fc) / (fb - fc) + ((((c - a) / (b - a)) * fa) / (fc - fa)) * (fb / (fc - fb));
}
