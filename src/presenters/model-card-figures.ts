/** A card's table of figures. */
import type { CardFigure, CardMeasure } from '../domain/models/card-figures.ts';
import type { ModelRecord } from '../store/models.ts';
import { measureText } from './model.ts';
import type { ViewHelpers } from './view-helpers.ts';

export function presentCardFigures(
  h: ViewHelpers,
  { evaluation, threshold }: ModelRecord,
  figures: ReadonlyMap<CardMeasure, CardFigure>,
) {
  const { oneColumn, report } = evaluation;
  const at = h.share(threshold);
  const meaning: Record<CardMeasure, string> = {
    rocAuc: 'how often a customer who left scores above one who stayed',
    prAuc: 'average precision',
    topDecileLift: 'churn rate of the highest-risk tenth, against the average',
    logLoss: 'lower is better',
    brier: 'lower is better',
    ece: 'mean gap between probability and outcome; lower is better',
    precision: `share of customers at ${at} or more who left`,
    recall: `share of customers who left that are at ${at} or more`,
    f1: 'harmonic mean of precision and recall',
    accuracy: 'share of correct predictions',
  };
  return {
    caption: `On ${h.count(evaluation.holdoutRows)} held-out ${h.rowWord(evaluation)}s, with 95 % intervals`,
    hasRule: oneColumn !== undefined,
    rows: [...figures].map(([measure, { value, interval, oneColumn: rule, majority }]) => ({
      name: measureText[measure],
      meaning: meaning[measure],
      value: h.metric(value),
      interval: interval ? `${h.metric(interval.low)} to ${h.metric(interval.high)}` : '–',
      rule: h.metric(rule),
      majority: h.metric(majority),
    })),
    gapNote: [...figures.values()].some(({ value }) => Number.isNaN(value))
      ? `–: not known at the threshold of ${at}, or no held-out customer is above it.`
      : null,
    repeatNote: repeatNote(h, evaluation),
    profit: report ? profitText(h, report.empc) : null,
  };
}

function repeatNote(
  h: ViewHelpers,
  { holdoutRows, holdoutCustomers }: ModelRecord['evaluation'],
): string | null {
  const repeated = holdoutRows - (holdoutCustomers ?? holdoutRows);
  if (repeated <= 0) return null;
  return (
    `${h.plural(repeated, 'held-out row is', 'held-out rows are')} of the same customer as another one, or a copy of it; ` +
    'none of these customers is among the training rows. ' +
    'The intervals take rows as independent, so they are slightly too narrow.'
  );
}

function profitText(
  h: ViewHelpers,
  { profit, share }: { readonly profit: number; readonly share: number },
): string {
  return (
    'Expected maximum profit (EMPC, Verbraken, Verbeke and Baesens 2013; lifetime value 200, offer 10, contact 1, ' +
    `save rate Beta(6, 14)): ${h.number(profit)} per customer, contacting the ${h.rate(share)} with the highest risk.`
  );
}
