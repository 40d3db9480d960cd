/** The strongest reasons of each row, without sorting all of them. */
import type { Explanation } from '../../../ml/estimator.ts';
import { noReason, reasonsPerRow } from '../../../store/score-files/group.ts';

export interface StrongestReasons {
  /** rowCount × 3, strongest first. */
  readonly reasonFeatures: Uint16Array;
  /** rowCount × 3, in probability. */
  readonly reasonPoints: Float32Array;
}

/** Of equally strong ones the first feature comes first, as in a sorted list of all. */
export function strongestReasons(
  { contributions, featureCount }: Pick<Explanation, 'contributions' | 'featureCount'>,
  rowCount: number,
): StrongestReasons {
  const reasonFeatures = new Uint16Array(rowCount * reasonsPerRow).fill(noReason);
  const reasonPoints = new Float32Array(rowCount * reasonsPerRow);
  for (let row = 0, at = 0, to = 0; row < rowCount; row++, at += featureCount, to += reasonsPerRow) {
    let first = -1;
    let second = -1;
    let third = -1;
    let a = noReason;
    let b = noReason;
    let c = noReason;
    for (let j = 0; j < featureCount; j++) {
      const size = Math.abs(contributions[at + j]!);
      if (!(size > third)) continue;
      if (size > second) {
        third = second;
        c = b;
        if (size > first) {
          second = first;
          b = a;
          first = size;
          a = j;
        } else {
          second = size;
          b = j;
        }
      } else {
        third = size;
        c = j;
      }
    }
    reasonFeatures[to] = a;
    reasonFeatures[to + 1] = b;
    reasonFeatures[to + 2] = c;
    if (a !== noReason) reasonPoints[to] = contributions[at + a]!;
    if (b !== noReason) reasonPoints[to + 1] = contributions[at + b]!;
    if (c !== noReason) reasonPoints[to + 2] = contributions[at + c]!;
  }
  return { reasonFeatures, reasonPoints };
}
