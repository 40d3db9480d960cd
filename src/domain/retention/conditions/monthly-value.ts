/** Conditions on the monthly revenue of a customer. */
import type { CompiledCondition, ConditionKind, RuleWords } from './kind.ts';

type AmountCondition = ConditionKind<number | null>;

/** A revenue that is not known counts as −1. */
const unknownRevenue = -1;

export const leastValue: AmountCondition = amountCondition({
  name: 'minMonthlyValue',
  label: 'Monthly revenue, at least',
  describe: (least, { money }) => `Monthly revenue is at least ${money(least)}`,
  whyNot: (least) => `the monthly revenue is below ${least}`,
  holds: (value, least) => value >= least,
  isWider: (wide, narrow) => wide <= narrow,
});

export const valueBelow: AmountCondition = amountCondition({
  name: 'maxMonthlyValue',
  label: 'Monthly revenue, below',
  describe: (limit, { money }) => `Monthly revenue is below ${money(limit)}`,
  whyNot: (limit) => `the monthly revenue is not below ${limit}`,
  // What is not known is not known to be small.
  holds: (value, limit) => value !== unknownRevenue && value < limit,
  isWider: (wide, narrow) => wide >= narrow,
});

interface AmountDefinition {
  readonly name: string;
  readonly label: string;
  readonly describe: (asked: number, words: RuleWords) => string;
  readonly whyNot: (asked: number) => string;
  readonly holds: (value: number, asked: number) => boolean;
  readonly isWider: (wide: number, narrow: number) => boolean;
}

function amountCondition(definition: AmountDefinition): AmountCondition {
  const { name, label, describe, whyNot, holds, isWider } = definition;
  return {
    section: 'conditions',
    fields: [{ control: 'amount', name, label }],
    fromForm: (typed) => (typed[name] ? Number(typed[name].replace(',', '.')) : null),
    toForm: (asked) => ({ [name]: asked === null ? '' : String(asked) }),
    describe: (asked, words) => (asked === null ? [] : [describe(asked, words)]),
    columns: () => [],
    covers: (wide, narrow) => wide === null || (narrow !== null && isWider(wide, narrow)),
    whyNot: (asked, { monthlyValue }) => {
      if (asked === null || holds(monthlyValue ?? unknownRevenue, asked)) return null;
      return monthlyValue === null ? 'the monthly revenue is not known' : whyNot(asked);
    },
    compile: (asked) => (asked === null ? [] : [hasValue(asked, holds)]),
  };
}

function hasValue(asked: number, holds: AmountDefinition['holds']): CompiledCondition {
  return ({ monthlyValue }, candidates, count) => {
    let kept = 0;
    for (let c = 0; c < count; c++) {
      const i = candidates[c]!;
      const value = monthlyValue[i]!;
      if (holds(value === value ? value : unknownRevenue, asked)) candidates[kept++] = i;
    }
    return kept;
  };
}
