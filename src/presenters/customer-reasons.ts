/** The reasons of one score as bars to the right, which raise the risk, and to the left, which lower it. */
import type { ScoreDetails } from '../domain/scoring/customer-record.ts';
import type { FeatureWords } from '../domain/scoring/feature-words.ts';
import { barsOf } from './reason-bars.ts';
import type { ViewHelpers } from './view-helpers.ts';

/** Of the stored reasons alone it is not known where they start from and what the others add up to. */
export function presentReasons(
  h: ViewHelpers,
  probability: number,
  { base, reasons }: ScoreDetails,
  words: FeatureWords,
) {
  const strongest = reasons.map(({ feature, value, points }) => ({
    label: `${words.title(feature)}: ${words.value(feature, value)}`,
    points,
  }));
  if (base === null)
    return {
      start: null,
      bars: barsOf(
        strongest,
        strongest.map(({ points }) => h.points(points)),
      ),
    };
  const explained = reasons.reduce((sum, { points }) => sum + points, 0);
  const parts = [...strongest, { label: 'All others', points: probability - base - explained }];
  const texts = h.parts(
    base,
    probability,
    parts.map(({ points }) => points),
  );
  return {
    start: `A typical customer of the training data has a churn probability of ${h.percent(base)}. These reasons add up to ${h.percent(probability)}, in whole percentage points.`,
    bars: barsOf(parts, texts),
  };
}
