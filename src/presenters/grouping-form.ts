/** The form that asks for a grouping: customers of which source, by which columns. */
import type { GroupingColumn } from '../domain/groupings/rows.ts';
import type { Dataset } from '../store/datasets.ts';
import type { GroupingKind } from '../store/groupings.ts';
import type { ViewHelpers } from './view-helpers.ts';

export interface GroupingFormData {
  readonly kind: GroupingKind;
  /** '': the latest scores. */
  readonly dataset: number | '';
  /** Of the source, that customers can be grouped by. */
  readonly columns: readonly GroupingColumn[];
  /** As it was typed. */
  readonly name: string;
  /** The choice of columns as it was sent; null: nothing was yet. */
  readonly values: Readonly<Record<string, string>> | null;
  /** Those that can be read. */
  readonly datasets: readonly Dataset[];
}

/** Fields of the columns of clusters, and of fifths. */
export const columnField = (place: number): string => `column${place}`;
export const fifthFields = ['recency', 'frequency', 'spend'] as const;
type FifthField = (typeof fifthFields)[number];

const fifthLabels: Readonly<Record<FifthField, { readonly label: string; readonly hint: string }>> = {
  recency: { label: 'Recency', hint: 'Days since the last purchase, or the date of it.' },
  frequency: { label: 'Frequency', hint: 'How many purchases.' },
  spend: { label: 'Spend', hint: 'How much in all.' },
};

/** What such columns are often called. */
const guesses: Readonly<Record<FifthField, RegExp>> = {
  recency: /recency|since.*(last|purchase|order|visit)|last.*(purchase|order|visit|date)/i,
  frequency:
    /frequency|^(purchases|orders|visits|transactions)$|(number|count|no).*(purchases|orders|visits)/i,
  spend:
    /monetary|^(amount|spend|sales|revenue)$|total.*(spend|amount|charges|sales|revenue)|lifetime.*value/i,
};

const titles: Readonly<Record<GroupingKind, string>> = {
  clusters: 'Find groups of customers who are alike',
  fifths: 'Group customers by recency, frequency and spend',
};

export function presentGroupingForm(h: ViewHelpers, data: GroupingFormData) {
  const { kind, dataset, datasets, columns } = data;
  const values = data.values ?? usualValues(data);
  return {
    title: titles[kind],
    kind,
    dataset,
    isClusters: kind === 'clusters',
    name: data.name,
    hasColumns: columns.length > 0,
    source: {
      name: 'dataset',
      label: 'Customers of',
      value: dataset,
      options: [
        { value: '', label: 'The latest scores' },
        ...datasets.map(({ id, name }) => ({ value: id, label: `Dataset ${name}` })),
      ],
    },
    boxes: columns.map(({ name, type }, place) => ({
      name: columnField(place),
      label: h.label(name),
      isDate: type === 'date',
      isChecked: values[columnField(place)] === 'yes',
    })),
    fifths: fifthFields.map((field) => ({
      name: field,
      ...fifthLabels[field],
      value: values[field] ?? '',
      options: [{ value: '', label: 'Choose' }, ...optionsOf(h, columns, field)],
    })),
  };
}

/** Fifths are of numbers; of dates only how recent they are. */
export function isFitFor(field: FifthField, { type }: GroupingColumn): boolean {
  return type === 'number' || (type === 'date' && field === 'recency');
}

function optionsOf(h: ViewHelpers, columns: readonly GroupingColumn[], field: FifthField) {
  return columns
    .filter((column) => isFitFor(field, column))
    .map(({ name }) => ({ value: name, label: h.label(name) }));
}

/** Dates would only group customers by when they came. */
function usualValues({ kind, columns }: GroupingFormData): Record<string, string> {
  if (kind === 'clusters')
    return Object.fromEntries(
      columns.map(({ type, isExcluded }, place) => [
        columnField(place),
        type === 'date' || isExcluded ? '' : 'yes',
      ]),
    );
  return Object.fromEntries(
    fifthFields.map((field) => [field, columns.find(({ name }) => guesses[field].test(name))?.name ?? '']),
  );
}
