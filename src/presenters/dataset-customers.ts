/** The step 'Customers' of a dataset of transactions: which column is which, and periods compared. */
import type { HorizonState } from '../domain/datasets/customers-from-transactions/building.ts';
import type { HorizonComparison } from '../domain/datasets/customers-from-transactions/cut-off.ts';
import type { Dataset } from '../store/datasets.ts';
import type { ViewHelpers } from './view-helpers.ts';

export interface CustomersRecord {
  readonly dataset: Dataset;
  readonly horizons: HorizonState | null;
  /** As stored, guessed or typed. */
  readonly values: Readonly<Record<string, string>>;
}

export function presentDatasetCustomers(h: ViewHelpers, { dataset, horizons, values }: CustomersRecord) {
  const columns = dataset.columns.map(({ name }) => ({ value: name, label: name }));
  return {
    dataset,
    fields: {
      customer: values['customer'] ?? '',
      date: values['date'] ?? '',
      amount: values['amount'] ?? '',
      category: values['category'] ?? '',
      horizonDays: values['horizonDays'] ?? '',
      cutoff: values['cutoff'] ?? '',
      activeDays: values['activeDays'] ?? '',
      revenue: values['revenue'] ?? 'recorded',
    },
    columns: [{ value: '', label: 'Choose' }, ...columns],
    revenues: [
      { value: 'recorded', label: 'Spend so far' },
      { value: 'expected', label: 'Expected spend' },
    ],
    categories: [{ value: '', label: 'None' }, ...columns],
    comparison: horizons && {
      error: horizons.error,
      isWaiting: horizons.error === null && horizons.result === null,
      result: horizons.result && presentResult(h, horizons.result, horizons.options.horizonDays),
    },
  };
}

function presentResult(h: ViewHelpers, result: HorizonComparison, present: number) {
  return {
    customers: h.plural(result.customers, 'customer'),
    cutoff: h.cell(result.cutoff),
    suggested: h.plural(result.suggested, 'day'),
    changedTitle: `Labels changed from ${h.plural(present, 'day')}`,
    rows: result.choices.map((choice) => ({
      days: h.plural(choice.days, 'day'),
      isSuggested: choice.days === result.suggested,
      left: h.count(choice.leftCount),
      rate: h.rate(choice.baseRate),
      changed: h.count(choice.flipped),
      returned: choice.returned === null ? 'The data end here' : h.rate(choice.returned),
    })),
  };
}
