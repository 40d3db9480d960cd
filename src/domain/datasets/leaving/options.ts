/** Which columns say how long customers stayed, and by what they are divided. */
import type { Dataset, DatasetColumn } from '../../../store/datasets.ts';

export const timeUnits = ['day', 'week', 'month', 'year'] as const;
export type TimeUnit = (typeof timeUnits)[number];

export interface LeavingOptions {
  readonly stay:
    /** A customer without an end date, or with a later one than the data, is still there. */
    | { readonly kind: 'dates'; readonly start: string; readonly end: string }
    /** The churn label of the dataset tells who left. */
    | { readonly kind: 'tenure'; readonly column: string; readonly unit: TimeUnit };
  /** `start-year` needs dates. */
  readonly groupBy:
    { readonly kind: 'column'; readonly column: string } | { readonly kind: 'start-year' } | null;
}

/** Columns guessed from names and types; '' where nothing fits. */
export interface GuessedStay {
  readonly start: string;
  readonly end: string;
  readonly tenure: string;
  readonly unit: TimeUnit;
  readonly group: string;
}

export function guessStay({ columns }: Dataset): GuessedStay {
  const find = (type: DatasetColumn['type'], pattern: RegExp): string =>
    columns.find((column) => column.type === type && pattern.test(column.name))?.name ?? '';
  const start = find('date', /start|since|begin|sign|join|regist|open|activ/i);
  const end = find('date', /end|cancel|clos|churn|left|leav|terminat|until|exit/i);
  const tenure = find('number', /tenure|age_of_account|months|duration|length_of/i);
  const group =
    columns.find(
      ({ name, levels }) =>
        /contract|plan|tariff|product|subscription|segment/i.test(name) && levels.length > 1,
    )?.name ?? '';
  const hasDates = start !== '' && end !== '';
  return {
    start: hasDates ? start : '',
    end: hasDates ? end : '',
    tenure: hasDates ? '' : tenure,
    unit: /day/i.test(tenure)
      ? 'day'
      : /week/i.test(tenure)
        ? 'week'
        : /year/i.test(tenure)
          ? 'year'
          : 'month',
    group,
  };
}

/** Columns that divide customers into few enough groups to look at. */
export function groupColumns({ columns }: Pick<Dataset, 'columns'>): readonly DatasetColumn[] {
  return columns.filter(
    ({ levels, role }) =>
      levels.length >= 2 && levels.length <= mostLevels && role !== 'identifier' && role !== 'label',
  );
}

const mostLevels = 50;
