/**
 * The figures that depend on a threshold, from its confusion alone, with 95 % intervals.
 * Shares have Wilson's (1927) interval. F1 = 2J / (1 + J) rises with J = TP / (TP + FP + FN), which is a share, so its
 * interval is Wilson's of J carried over (Flores, Klopfenstein, Chun et al. 2022, "Wilson indirect").
 * Assumes that customers are independent, and that the threshold was not chosen on them.
 */
import { wilsonInterval } from './wilson.ts';
import type { Interval } from './wilson.ts';
import type { Confusion } from './metrics.ts';

export interface Figure extends Interval {
  /** NaN where it is undefined, as precision is when no customer is contacted. */
  readonly value: number;
}

/** The measures that change with the threshold. */
export const thresholdMeasures = ['precision', 'recall', 'f1', 'accuracy'] as const;
export type ThresholdMeasure = (typeof thresholdMeasures)[number];

export function thresholdFigures(confusion: Confusion): Record<ThresholdMeasure, Figure> {
  const { truePositives, falsePositives, trueNegatives, falseNegatives } = confusion;
  const named = truePositives + falsePositives + falseNegatives;
  const jaccard = shareOf(truePositives, named);
  const toF1 = (j: number): number => (2 * j) / (1 + j);
  return {
    precision: shareOf(truePositives, truePositives + falsePositives),
    recall: shareOf(truePositives, truePositives + falseNegatives),
    f1: { value: toF1(jaccard.value), low: toF1(jaccard.low), high: toF1(jaccard.high) },
    accuracy: shareOf(truePositives + trueNegatives, named + trueNegatives),
  };
}

function shareOf(count: number, total: number): Figure {
  return { value: total === 0 ? NaN : count / total, ...wilsonInterval(count, total) };
}
