/**
 * Is a model worth using? Its ROC AUC on held-out customers against chance, and against the best rule on one column,
 * both by 95 % intervals.
 *
 * The gain over the rule has the interval of a paired comparison (auc-difference.ts). Earlier models do not have it:
 * there the rule's ROC AUC is compared with the model's interval, which takes the rule as exactly known.
 */
import type { Interval } from '../../ml/evaluation/wilson.ts';
import type { Evaluation } from '../../ml/model/model.ts';

export type VerdictLevel =
  /** The interval of its ROC AUC includes 0.5, or lies below. */
  | 'chance'
  /** The rule is better, beyond chance. */
  | 'worse'
  /** The difference from the rule may be chance. */
  | 'barely'
  /** Better beyond chance, perhaps by less than matters in practice. */
  | 'slightly'
  | 'clearly'
  /** Better than chance; there is no rule to compare it with. */
  | 'above-chance'
  /** There are no intervals. */
  | 'unmeasured'
  /** It may have learned from the customers that it is measured on. */
  | 'unproven';

interface Estimate extends Interval {
  readonly value: number;
}

export interface Verdict {
  readonly level: VerdictLevel;
  readonly rocAuc: number;
  readonly interval: Interval | null;
  /** Null where no rule was measured. */
  readonly rule: { readonly column: string | null; readonly rocAuc: number; readonly gain: Estimate } | null;
}

/** A gain in ROC AUC below one hundredth hardly changes who is contacted. */
const worthwhileGain = 0.01;

export function judge({ holdout, report, oneColumn, overOneColumn, unproven }: Evaluation): Verdict {
  const { rocAuc } = holdout;
  const interval = report?.intervals.rocAuc ?? null;
  if (interval === null) return { level: 'unmeasured', rocAuc, interval, rule: null };
  const rule = oneColumn
    ? {
        column: overOneColumn?.column ?? null,
        rocAuc: oneColumn.rocAuc,
        gain: overOneColumn?.rocAuc ?? gainOver(oneColumn.rocAuc, rocAuc, interval),
      }
    : null;
  if (unproven === true) return { level: 'unproven', rocAuc, interval, rule };
  if (interval.low <= 0.5) return { level: 'chance', rocAuc, interval, rule };
  return { level: rule ? levelOf(rule.gain) : 'above-chance', rocAuc, interval, rule };
}

function gainOver(rule: number, rocAuc: number, { low, high }: Interval): Estimate {
  return { value: rocAuc - rule, low: low - rule, high: high - rule };
}

function levelOf({ low, high }: Interval): VerdictLevel {
  if (high < 0) return 'worse';
  if (low <= 0) return 'barely';
  return low < worthwhileGain ? 'slightly' : 'clearly';
}
