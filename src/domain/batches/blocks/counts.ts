/** Counts of the rows of blocks, and of all of them together. */
import type { AddedCounts } from '../../../store/batches.ts';

export const noCounts: AddedCounts = {
  scoredCount: 0,
  rejectedCount: 0,
  notedCount: 0,
  lowCount: 0,
  mediumCount: 0,
  highCount: 0,
};

export function sumOf(a: AddedCounts, b: AddedCounts): AddedCounts {
  return {
    scoredCount: a.scoredCount + b.scoredCount,
    rejectedCount: a.rejectedCount + b.rejectedCount,
    notedCount: a.notedCount + b.notedCount,
    lowCount: a.lowCount + b.lowCount,
    mediumCount: a.mediumCount + b.mediumCount,
    highCount: a.highCount + b.highCount,
  };
}
