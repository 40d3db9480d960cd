/** The purchases of a dataset: the form, what is expected, the models and how well they fit. */
import { mostRepeats } from '../domain/datasets/purchases/study.ts';
import type { PurchaseCheck, PurchaseResult, RepeatGroup } from '../domain/datasets/purchases/study.ts';
import type { PurchaseOptions } from '../domain/datasets/purchases/options.ts';
import type { Study } from '../domain/datasets/studies/studies.ts';
import type { Dataset } from '../store/datasets.ts';
import type { ViewHelpers } from './view-helpers.ts';

export interface PurchasesRecord {
  readonly dataset: Dataset;
  readonly study: Study<'purchases'> | null;
  /** As stored, guessed or typed. */
  readonly values: Readonly<Record<string, string>>;
}

export function presentDatasetPurchases(h: ViewHelpers, { dataset, study, values }: PurchasesRecord) {
  const columns = dataset.columns.map(({ name }) => ({ value: name, label: name }));
  return {
    dataset,
    fields: {
      customer: values['customer'] ?? '',
      date: values['date'] ?? '',
      amount: values['amount'] ?? '',
      aheadDays: values['aheadDays'] ?? '',
    },
    columns: [{ value: '', label: 'Choose' }, ...columns],
    study: study && {
      error: study.error,
      isWaiting: study.error === null && study.result === null,
      result: study.result && presentResult(h, study.result, study.options),
    },
  };
}

/** With fewer customers who bought again, the parameters are hardly known. */
const fewestRepeated = 50;
/** From here on spend and frequency clearly go together. */
const clearCorrelation = 0.2;

function presentResult(h: ViewHelpers, result: PurchaseResult, { aheadDays }: PurchaseOptions) {
  const ahead = h.plural(aheadDays, 'day');
  return {
    finding: `Of ${h.plural(result.repeated, 'customer')} who bought again, about ${h.count(Math.round(result.active))} are still active.`,
    detail: `In the next ${ahead}, all customers are expected to buy ${h.count(Math.round(result.purchases))} times and to spend ${h.money(result.value)}.`,
    warnings: warningsOf(h, result),
    notes: [
      ...result.notes,
      'Whether customers who bought only once are still active is not known; the model counts them as active.',
    ],
    cards: [
      {
        label: 'Customers who bought again',
        figure: h.count(result.repeated),
        note: `of ${h.count(result.customers)}`,
      },
      {
        label: 'Still active',
        figure: h.rate(result.active / result.repeated),
        note: 'of those who bought again',
      },
      {
        label: 'Expected value',
        figure: h.money(result.value / result.customers),
        note: `a customer, in ${ahead}`,
      },
    ],
    check: result.check && presentCheck(h, result.check),
    fit: result.fit.map((group) => ({
      repeats: repeatsText(group),
      expected: h.count(Math.round(group.expected)),
      actual: h.count(group.actual),
    })),
    parameters: parametersOf(h, result),
  };
}

function warningsOf(h: ViewHelpers, { repeated, model, spend, withoutValue }: PurchaseResult): string[] {
  const { correlation } = spend;
  const warnings: string[] = [];
  if (repeated < fewestRepeated)
    warnings.push(`Only ${h.plural(repeated, 'customer')} bought again: too few to tell reliably.`);
  if (
    !model.hasConverged ||
    !spend.hasConverged ||
    model.standardErrors === null ||
    spend.standardErrors === null
  )
    warnings.push(
      'These data do not determine all parameters. Treat the figures of single customers with caution.',
    );
  if (Math.abs(correlation) >= clearCorrelation)
    warnings.push(
      `Customers who buy more often spend ${correlation > 0 ? 'more' : 'less'} on a purchase (correlation ${h.metric(correlation)}). The expected value assumes that the two are unrelated.`,
    );
  if (withoutValue > 0)
    warnings.push(
      `Without an expected value, because spend varies too much to have a mean: ${h.plural(withoutValue, 'customer')} who bought once.`,
    );
  return warnings;
}

function presentCheck(h: ViewHelpers, { days, expected, actual, groups }: PurchaseCheck) {
  const difference = actual === 0 ? null : Math.abs(expected / actual - 1);
  return {
    finding: `Expected ${h.count(Math.round(expected))} purchases, ${h.count(actual)} were made${difference === null ? '' : ` (${h.rate(difference)} ${expected > actual ? 'too many' : 'too few'} expected)`}.`,
    detail: `A model of the time before expected purchases in the last ${h.plural(days, 'day')}, which it had not seen.`,
    rows: groups
      .filter(({ customers }) => customers > 0)
      .map((group) => ({
        repeats: repeatsText(group),
        customers: h.count(group.customers),
        expected: h.number(hundredths(group.expected)),
        actual: h.number(hundredths(group.actual)),
      })),
  };
}

function parametersOf(h: ViewHelpers, { model, spend }: PurchaseResult) {
  const row = (name: string, value: number, error: number | undefined, meaning: string) => ({
    name,
    value: h.number(Number(value.toPrecision(4))),
    error: error === undefined ? '–' : h.number(Number(error.toPrecision(2))),
    meaning,
  });
  const { standardErrors: errors } = model;
  const { standardErrors: spendErrors } = spend;
  return [
    row('r', model.r, errors?.r, 'How alike customers are in how often they buy; higher is more alike.'),
    row('α', model.alpha, errors?.alpha, 'In days. An active customer buys r ÷ α times a day on average.'),
    row('a', model.a, errors?.a, 'With b: after each purchase, a ÷ (a + b) of customers stop on average.'),
    row('b', model.b, errors?.b, 'See a.'),
    row('p', spend.p, spendErrors?.p, 'How little the purchases of one customer vary in amount.'),
    row('q', spend.q, spendErrors?.q, 'How alike customers are in what they spend.'),
    row('v', spend.v, spendErrors?.v, 'In money. The mean purchase is p × v ÷ (q − 1).'),
  ];
}

function repeatsText({ repeats }: Pick<RepeatGroup, 'repeats'>): string {
  return repeats === mostRepeats ? `${repeats} or more` : String(repeats);
}

function hundredths(value: number): number {
  return Math.round(value * 100) / 100;
}
