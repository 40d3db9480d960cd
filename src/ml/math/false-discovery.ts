/**
 * Which of many tests say something: the procedure of Benjamini and Hochberg (1995). Of the findings it names at most a
 * chosen share are wrong on average, however many tests there are.
 *
 * Assumption: tests are independent, or alike where they are not (positive dependence).
 */

/** One answer a probability, in order. `falseShare`, in (0, 1): of those named, at most so many wrongly. */
export function findDiscoveries(probabilities: readonly number[], falseShare: number): boolean[] {
  const sorted = Float64Array.from(probabilities).sort();
  const named = sorted.findLastIndex((p, rank) => p <= (falseShare * (rank + 1)) / sorted.length);
  const largest = named < 0 ? -1 : sorted[named]!;
  return probabilities.map((probability) => probability <= largest);
}
