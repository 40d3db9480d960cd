/** What a rule would change, before it is saved. */
import type { ActionTotals, BatchTrial } from '../domain/retention/batch-trial.ts';
import type { TypedFields } from '../domain/retention/conditions/kind.ts';
import type { RuleDraft } from '../domain/retention/draft.ts';
import type { RetentionRule } from '../domain/retention/matching.ts';
import type { RuleAudience } from '../domain/retention/rule-audience.ts';
import { problemsOf } from '../domain/retention/rule-problems.ts';
import type { RuleSurroundings } from '../domain/retention/rule-problems.ts';
import type { DraftTrial } from '../domain/retention/rule-trial.ts';
import type { ListedPrediction } from '../store/score-files/rows.ts';
import type { NewRule } from '../store/retention-rules.ts';
import { breakEvenText } from './break-even.ts';
import { presentOfferedCustomers } from './rule.ts';
import type { ViewHelpers } from './view-helpers.ts';

export interface RuleTrialData {
  readonly draft: RuleDraft;
  /** As it would be, and the rules around it. */
  readonly drafted: RetentionRule;
  readonly around: Omit<RuleSurroundings, 'words'>;
  /** As the form was sent. */
  readonly values: TypedFields;
  readonly recent: readonly ListedPrediction[];
  readonly prediction: ListedPrediction | null;
  readonly tried: DraftTrial | null;
  /** Null: it takes too long; its trial is null where there is no file. */
  readonly file: { readonly trial: BatchTrial | null } | null;
}

const noAction = 'No action';

export function presentRuleTrial(h: ViewHelpers, data: RuleTrialData) {
  const { draft, values, recent, prediction, tried, file, drafted, around } = data;
  return {
    title: `Try ‘${draft.rule.action}’`,
    savePath: draft.id === null ? '/settings/rules' : `/settings/rules/${draft.id}`,
    fields: Object.entries(values)
      .filter(([name]) => name !== 'prediction')
      .map(([name, value]) => ({ name, value })),
    problems: problemsOf(drafted, { ...around, words: h }),
    isLate: file === null,
    file: file?.trial ? presentFile(h, file.trial, draft.rule) : null,
    customer: prediction && tried && presentCustomerTrial(h, prediction, tried),
    prediction: prediction?.id,
    options: presentOfferedCustomers(h, recent, prediction),
  };
}

function presentFile(h: ViewHelpers, trial: BatchTrial, { saveRate }: NewRule) {
  const { batchId, fileName, customers, changed, before, after, sample } = trial;
  return {
    href: `/batches/${batchId}`,
    name: fileName,
    summary: `Would change ${h.plural(changed, 'recommendation')} of ${h.count(customers)}.`,
    breakEven: audienceWords(h, trial.audience, saveRate),
    totals: [
      { label: 'Customers with an action', ...pair(before, after, ({ customers: n }) => h.count(n)) },
      { label: 'Cost of their actions', ...pair(before, after, ({ cost }) => h.money(cost)) },
      { label: 'Expected saving after cost', ...pair(before, after, ({ saving }) => h.money(saving)) },
    ],
    sample: sample.map((one) => ({
      href: `/customers/${one.predictionId}`,
      name: one.customerId === '' ? `Score ${one.predictionId}` : one.customerId,
      probability: h.percent(one.probability),
      before: one.before ?? noAction,
      after: one.after ?? noAction,
    })),
    caption:
      sample.length < changed
        ? 'Of those that would change, the customers most likely to leave'
        : 'All that would change',
    hasStrongestReasonsOnly: trial.hasStrongestReasonsOnly,
  };
}

/** '1,204 customers meet its conditions. The action pays for itself with them from a save rate of 4.2 %; …'. */
function audienceWords(h: ViewHelpers, audience: RuleAudience, saveRate: number): string {
  const { customers, paying } = audience;
  if (customers === 0) return 'No customer of the file meets its conditions.';
  const whom = `${h.plural(customers, 'customer meets', 'customers meet')} its conditions.`;
  const breakEven = breakEvenText(h, audience.breakEven);
  if (breakEven === null) return `${whom} ${withoutBreakEven(audience)}`;
  return `${whom} With all of them together the action pays for itself from a save rate of ${breakEven}; its save rate is ${h.rate(saveRate)}. With ${h.count(paying)} of them it is expected to save more than it costs.`;
}

function withoutBreakEven({ breakEven }: RuleAudience): string {
  if (breakEven === 0) return 'The action costs nothing.';
  if (breakEven === null) return 'Their monthly revenue is not known, so no saving is computed.';
  return 'With all of them together the action costs more than there is to lose.';
}

function pair(before: ActionTotals, after: ActionTotals, words: (totals: ActionTotals) => string) {
  return { before: words(before), after: words(after) };
}

function presentCustomerTrial(
  h: ViewHelpers,
  { id, customerId, probability }: ListedPrediction,
  { trial, before, after }: DraftTrial,
) {
  const saving = trial.saving === null ? '' : `, expected saving ${h.money(trial.saving)}`;
  const breakEven = breakEvenText(h, trial.breakEven);
  return {
    href: `/customers/${id}`,
    name: customerId ?? `Score ${id}`,
    probability: h.percent(probability),
    result:
      trial.whyNot === null ? `The rule matches${saving}.` : `The rule does not match: ${trial.whyNot}.`,
    before: before ?? noAction,
    after: after ?? noAction,
    breakEven: breakEven && `With this customer it pays for itself from a save rate of ${breakEven}.`,
  };
}
