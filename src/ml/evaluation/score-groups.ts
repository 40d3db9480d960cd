/**
 * Customers grouped by equal scores, the highest first. Measures that depend only on the ranking (ROC, gains, profit)
 * need no more than the counts of each group, and so treat ties alike.
 * Method: one sort of the plain numbers, several times quicker than sorting row numbers with a comparison function.
 */

export interface ScoreGroups {
  /** Distinct scores, falling. */
  readonly scores: Float64Array;
  /** Customers in each group who left. */
  readonly positives: Int32Array;
  /** Customers in each group who stayed. */
  readonly negatives: Int32Array;
  /** Group of each row. */
  readonly groupOf: Int32Array;
  readonly positiveCount: number;
  readonly negativeCount: number;
}

/** Groups rows; `target` is 1 for those who left. @throws RangeError without rows, or with scores outside [0, 1] */
export function groupByScore(scores: Float64Array, target: Uint8Array): ScoreGroups {
  checkPairs(scores, target);
  const distinct = distinctFalling(scores);
  const counts = [new Int32Array(distinct.length), new Int32Array(distinct.length)] as const;
  const groupOf = new Int32Array(scores.length);
  for (let i = 0; i < scores.length; i++) {
    const group = findFalling(distinct, scores[i]!);
    groupOf[i] = group;
    counts[target[i] === 1 ? 1 : 0][group]!++;
  }
  const positiveCount = counts[1].reduce((sum, count) => sum + count, 0);
  const negativeCount = scores.length - positiveCount;
  return {
    scores: distinct,
    positives: counts[1],
    negatives: counts[0],
    groupOf,
    positiveCount,
    negativeCount,
  };
}

/** As groupByScore, for measures that compare the two classes. @throws RangeError with one class only */
export function groupBothClasses(scores: Float64Array, target: Uint8Array): ScoreGroups {
  const groups = groupByScore(scores, target);
  if (groups.positiveCount === 0)
    throw new RangeError('both classes are needed, but none of these customers left');
  if (groups.negativeCount === 0)
    throw new RangeError('both classes are needed, but none of these customers stayed');
  return groups;
}

/** @throws RangeError unless there are as many labels as scores, at least one, and every score is a probability */
export function checkPairs(scores: Float64Array, target: Uint8Array): void {
  if (scores.length === 0) throw new RangeError('scores must have at least one entry');
  if (scores.length !== target.length)
    throw new RangeError(`target must have ${scores.length} entries, one a score, found ${target.length}`);
  for (const score of scores)
    if (!(score >= 0 && score <= 1)) throw new RangeError(`scores must be from 0 to 1, found ${score}`);
}

function distinctFalling(scores: Float64Array): Float64Array {
  const sorted = scores.slice().sort().reverse();
  let size = 1;
  for (let i = 1; i < sorted.length; i++) if (sorted[i] !== sorted[size - 1]) sorted[size++] = sorted[i]!;
  return sorted.slice(0, size);
}

/** Index of `score`, which is known to be there. */
function findFalling(distinct: Float64Array, score: number): number {
  let low = 0;
  let high = distinct.length - 1;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (distinct[middle]! > score) low = middle + 1;
    else high = middle;
  }
  return low;
}
