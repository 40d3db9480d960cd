/**
 * The figures of a model's card, on held-out customers. Figures that depend on a threshold are measured at the one in
 * use, which may differ from the one at training.
 */
import type { Confusion, Metrics } from '../../ml/evaluation/metrics.ts';
import type { Interval } from '../../ml/evaluation/wilson.ts';
import { thresholdFigures, thresholdMeasures } from '../../ml/evaluation/threshold-figures.ts';
import type { ThresholdMeasure } from '../../ml/evaluation/threshold-figures.ts';
import type { ModelRecord } from '../../store/models.ts';

const rankMeasures = ['rocAuc', 'prAuc', 'topDecileLift', 'logLoss', 'brier', 'ece'] as const;
export type CardMeasure = (typeof rankMeasures)[number] | ThresholdMeasure;

export interface CardFigure {
  /** NaN where it is not known. */
  readonly value: number;
  /** 95 %; null in models of before version 0.2. */
  readonly interval: Interval | null;
  /** Of the best rule on one column, at the same threshold; NaN where it is not known. */
  readonly oneColumn: number;
  readonly majority: number;
}

/** Training measured at this threshold. */
export const trainedThreshold = 0.5;

export type CardModel = Pick<ModelRecord, 'evaluation' | 'threshold'>;

export function cardFigures({ evaluation, threshold }: CardModel): ReadonlyMap<CardMeasure, CardFigure> {
  const { holdout, oneColumn, baseline, report } = evaluation;
  const own = atThreshold(holdout, report?.sweep, threshold);
  const rule = atThreshold(oneColumn, report?.oneColumnSweep, threshold);
  return new Map<CardMeasure, CardFigure>([
    ...rankMeasures.map((measure): [CardMeasure, CardFigure] => [
      measure,
      {
        value: holdout[measure],
        interval: report?.intervals[measure] ?? null,
        oneColumn: oneColumn?.[measure] ?? NaN,
        majority: baseline[measure],
      },
    ]),
    ...thresholdMeasures.map((measure): [CardMeasure, CardFigure] => [
      measure,
      {
        value: own?.[measure].value ?? NaN,
        interval: own?.[measure] ?? null,
        oneColumn: rule?.[measure].value ?? NaN,
        majority: baseline[measure],
      },
    ]),
  ]);
}

/** Null without a sweep, unless the threshold is the one at training. */
function atThreshold(
  metrics: Metrics | undefined,
  sweep: readonly Confusion[] | undefined,
  threshold: number,
): Record<ThresholdMeasure, Interval & { readonly value: number }> | null {
  const isTrained = Math.abs(threshold - trainedThreshold) < 1e-9;
  const confusion = isTrained ? metrics?.confusion : sweep?.[Math.round(threshold * 100)];
  return confusion ? thresholdFigures(confusion) : null;
}
