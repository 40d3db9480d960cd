/** The first sentence of a model's card. */
import type { Verdict, VerdictLevel } from '../domain/models/verdict.ts';
import type { ViewHelpers } from './view-helpers.ts';

export interface VerdictText {
  readonly sentence: string;
  readonly evidence: string;
  /** What to do about it; null: nothing. */
  readonly advice: string | null;
}

const keepLooking = 'Train again with more inputs or more customers before you activate it.';

const adviceText: Record<VerdictLevel, string | null> = {
  chance: keepLooking,
  worse: keepLooking,
  barely: keepLooking,
  slightly: null,
  clearly: null,
  'above-chance': null,
  unmeasured: 'Train it again to see how certain this figure is.',
  unproven:
    'Import it with a dataset of customers that it has not learned from before you rely on its figures.',
};

export function presentVerdict(h: ViewHelpers, verdict: Verdict): VerdictText {
  return {
    sentence: sentenceOf(h, verdict),
    evidence: evidenceOf(h, verdict),
    advice: adviceText[verdict.level],
  };
}

function sentenceOf(h: ViewHelpers, { level, rule }: Verdict): string {
  const column = rule?.column ? h.label(rule.column) : null;
  const asking = column === null ? 'using the best single column' : `asking only about ${column}`;
  const best = column === null ? 'its best single column' : `its best single column, ${column}`;
  const isAhead = (rule?.gain.value ?? 0) > 0;
  const sentences: Record<VerdictLevel, string> = {
    chance: 'No better than chance.',
    worse: `Worse than ${asking}.`,
    barely: `${isAhead ? 'Barely' : 'No'} better than ${asking}: the difference may be chance.`,
    slightly: `Slightly better than ${asking}.`,
    clearly: `Ranks customers clearly better than ${best}.`,
    'above-chance': 'Ranks customers better than chance.',
    unproven: 'Unproven: it may have learned from the customers that it is measured on.',
    unmeasured: 'How much better than chance it is, is not certain: it was stored without intervals.',
  };
  return sentences[level];
}

function evidenceOf(h: ViewHelpers, { rocAuc, interval, rule }: Verdict): string {
  const range = interval ? ` (95 % interval ${h.metric(interval.low)} to ${h.metric(interval.high)})` : '';
  const own = `ROC AUC on held-out customers: ${h.metric(rocAuc)}${range}`;
  if (rule === null) return `${own}; chance is 0.5.`;
  const { value, low, high } = rule.gain;
  return (
    `${own}; chance is 0.5, and the best rule on one column has ${h.metric(rule.rocAuc)}. ` +
    `The difference is ${h.metric(value)} (95 % interval ${h.metric(low)} to ${h.metric(high)}).`
  );
}
