/** The list of outcomes that were recorded, and the form that corrects several or records more. */
import type { FieldError } from '../errors.ts';
import type { RecordedOutcome } from '../store/outcomes.ts';
import type { ViewHelpers } from './view-helpers.ts';

export interface RecordedQuery {
  readonly customer: string;
  readonly outcome: '' | 'left' | 'stayed';
}

export interface RecordedData {
  readonly outcomes: readonly RecordedOutcome[];
  readonly total: number;
  readonly page: number;
  readonly pages: number;
  readonly query: RecordedQuery;
  readonly values: Readonly<Record<string, string>>;
  readonly errors: readonly FieldError[];
  /** Customers whose boxes are ticked. */
  readonly ticked: readonly string[];
}

export function presentRecorded(h: ViewHelpers, data: RecordedData) {
  const { query, values, errors, total, page, pages } = data;
  const ticked = new Set(data.ticked);
  return {
    title: 'Recorded outcomes',
    summary: h.plural(total, 'outcome'),
    isFiltered: query.customer !== '' || query.outcome !== '',
    outcomeField: {
      name: 'outcome',
      label: 'Outcome',
      value: query.outcome,
      options: [
        { value: '', label: 'All' },
        { value: 'left', label: 'Left' },
        { value: 'stayed', label: 'Was there' },
      ],
    },
    rows: data.outcomes.map((one) => ({
      customer: one.customerId,
      href: `/customers${h.query({ search: one.customerId })}`,
      isTicked: ticked.has(one.customerId),
      outcome: one.hasLeft ? 'Left' : 'Was there',
      seenOn: h.date(one.seenOn),
      source: one.source,
      recorded: `${h.dateTime(one.recordedAt)}${one.recordedBy === null ? '' : `, ${one.recordedBy}`}`,
    })),
    query: { ...query },
    page,
    pages,
    values,
    errors,
    answers: [
      { value: 'left', label: 'They have left', isChosen: values['answer'] === 'left' },
      { value: 'stayed', label: 'They are still customers', isChosen: values['answer'] === 'stayed' },
      {
        value: 'remove',
        label: 'Nothing is known: remove what was recorded',
        isChosen: values['answer'] === 'remove',
      },
    ],
  };
}
