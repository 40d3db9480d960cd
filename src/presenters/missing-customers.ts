/** Customers of an earlier file who are missing in a later one: the list, and the form that says what became of them. */
import type { MissingAnswer } from '../domain/batches/missing-customers.ts';
import type { FieldError } from '../errors.ts';
import { countText } from '../format.ts';
import type { BatchSummary } from '../store/batches.ts';
import type { ScoredBatch } from '../store/score-files/store.ts';
import type { ListedScore } from './prediction-rows.ts';
import type { ViewHelpers } from './view-helpers.ts';

export interface MissingData {
  readonly batch: BatchSummary;
  /** Files that it can be compared with, the one before it first. */
  readonly candidates: readonly ScoredBatch[];
  /** The one that it is compared with; undefined: there is none. */
  readonly earlier: ScoredBatch | undefined;
  readonly scores: readonly ListedScore[];
  readonly total: number;
  /** More than can be answered at once. */
  readonly hasMore: boolean;
  readonly page: number;
  readonly pages: number;
  readonly values: Readonly<Record<string, string>>;
  readonly errors: readonly FieldError[];
  /** Customers whose boxes are ticked. */
  readonly ticked: readonly string[];
}

export function presentMissing(h: ViewHelpers, data: MissingData) {
  const { batch, earlier, total, page, pages, values, errors } = data;
  const query = { with: earlier?.id ?? '' };
  const ticked = new Set(data.ticked);
  return {
    title: `Not in ${batch.originalName}`,
    href: `/batches/${batch.id}`,
    name: batch.originalName,
    earlier: earlier && { name: earlier.name, id: earlier.id, href: `/batches/${earlier.id}` },
    summary: h.plural(total, 'customer'),
    more: data.hasMore
      ? `These are the first ${h.count(total)}: no more can be answered at once. The others are listed when these are answered.`
      : null,
    compared: {
      name: 'with',
      label: 'Compare with',
      value: earlier?.id ?? '',
      options: data.candidates.map((one) => ({
        value: one.id,
        label: `${one.name}, ${h.date(one.createdAt)}`,
      })),
    },
    csvHref: `/batches/${batch.id}/missing.csv${h.query(query)}`,
    rows: data.scores.map((score) => ({
      customer: score.customerId ?? '',
      href: `/customers/${score.id}`,
      isTicked: ticked.has(score.customerId ?? ''),
      probability: h.percent(score.probability),
      level: score.setLevel?.level ?? score.riskLevel,
      scored: h.date(score.createdAt),
    })),
    total,
    page,
    pages,
    query,
    values,
    errors,
    scopes: [
      { value: 'chosen', label: 'The ticked customers', isChosen: values['scope'] !== 'all' },
      { value: 'all', label: `All ${h.plural(total, 'customer')}`, isChosen: values['scope'] === 'all' },
    ],
    answers: [
      { value: 'left', label: 'They have left', isChosen: values['answer'] === 'left' },
      { value: 'stayed', label: 'They are still customers', isChosen: values['answer'] === 'stayed' },
      { value: 'unknown', label: 'I do not know', isChosen: values['answer'] === 'unknown' },
    ],
  };
}

/** 'Recorded for 12 customers: left.' */
export function answeredWords(kind: MissingAnswer['kind'], count: number): string {
  const customers = count === 1 ? '1 customer' : `${countText(count)} customers`;
  return kind === 'unknown'
    ? `${customers} will not be asked about again for this file.`
    : `Recorded for ${customers}: ${kind === 'left' ? 'left' : 'still there'}.`;
}
