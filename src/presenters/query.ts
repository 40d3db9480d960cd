/** Queries as their pages show them. */
import type { FieldError } from '../errors.ts';
import type { BatchRecord } from '../store/batches.ts';
import type { ConnectionRecord } from '../store/connections.ts';
import type { Dataset } from '../store/datasets.ts';
import type { Job } from '../store/jobs.ts';
import type { QueryRecord } from '../store/queries.ts';
import type { ScoreWrite } from '../store/score-writes.ts';
import { stateText } from './batch.ts';
import { writeText } from './score-write.ts';
import { presentScheduleFields } from './schedule.ts';
import type { ViewHelpers } from './view-helpers.ts';

type Values = Readonly<Record<string, string>>;

/** A query with what its last run gave. */
export interface QueryStanding {
  readonly query: QueryRecord;
  readonly batch: BatchRecord | undefined;
  readonly dataset: Dataset | undefined;
  /** The last one of the batch. */
  readonly write: ScoreWrite | undefined;
  /** Milliseconds since 1970; null: it does not run by itself. */
  readonly nextRun: number | null;
  readonly isUnderWay: boolean;
}

interface Form {
  readonly connections: readonly ConnectionRecord[];
  readonly values: Values;
  readonly errors: readonly FieldError[];
}

export function presentQueryList(h: ViewHelpers, queries: readonly QueryStanding[]) {
  return {
    queries: queries.map((standing) => {
      const { query, nextRun } = standing;
      return {
        href: `/queries/${query.id}`,
        name: query.name,
        gives: query.datasetKind === null ? 'A file to score' : 'A dataset',
        lastRun: h.dateTime(query.startedAt),
        outcome: outcomeOf(h, standing),
        nextRun: nextRun === null ? h.or(null) : h.dateTime(new Date(nextRun).toISOString()),
      };
    }),
  };
}

export interface NewQueryInput extends Form {
  readonly isDataset: boolean;
  /** A new version of it is read. */
  readonly dataset: Dataset | undefined;
}

export function presentNewQuery({ isDataset, dataset, ...form }: NewQueryInput) {
  const { connections, values, errors } = form;
  return {
    title: dataset ? `A new version of ${dataset.name}, from a query` : newTitle(isDataset),
    back: isDataset ? { href: '/datasets', text: 'Datasets' } : { href: '/score', text: 'Score a file' },
    purpose: isDataset ? 'dataset' : 'batch',
    versionOf: dataset?.id ?? null,
    asksKind: isDataset && !dataset,
    isTransactions: values['kind'] === 'transactions',
    hasConnections: connections.length > 0,
    connectionField: {
      name: 'connection',
      label: 'Connection',
      value: values['connection'],
      options: connections.map(toOption),
      errors,
    },
    statementError: errors.find(({ field }) => field === 'statement')?.message ?? null,
    statement: values['statement'] ?? '',
    values,
    errors,
    terms: isDataset ? null : presentTerms(form),
  };
}

function newTitle(isDataset: boolean): string {
  return isDataset ? 'A dataset from a query' : 'Score the rows of a query';
}

export interface QueryInput extends QueryStanding, Form {
  readonly job: Job | undefined;
}

export function presentQuery(h: ViewHelpers, input: QueryInput) {
  const { query, batch, dataset, nextRun, isUnderWay, connections, job, errors } = input;
  const href = `/queries/${query.id}`;
  return {
    title: query.name,
    href,
    connection: connections.find(({ id }) => id === query.connectionId)?.name ?? '',
    statement: query.statement,
    lastRun: h.dateTime(query.startedAt),
    outcome: outcomeOf(h, input),
    progress: job ? (job.waitsFor ?? job.stage ?? 'It waits for its turn.') : null,
    isUnderWay,
    canBeCancelled: query.state === 'reading',
    result: resultOf(query, batch, dataset),
    nextRun: nextRun === null ? null : h.dateTime(new Date(nextRun).toISOString()),
    values: input.values,
    errors,
    terms: query.datasetKind === null ? presentTerms(input) : null,
  };
}

function resultOf(query: QueryRecord, batch: BatchRecord | undefined, dataset: Dataset | undefined) {
  if (query.datasetKind === null)
    return batch ? { href: `/batches/${batch.id}`, text: 'Open the file' } : null;
  return dataset ? { href: `/datasets/${dataset.id}`, text: 'Open the dataset' } : null;
}

/** What became of the last run. */
function outcomeOf(h: ViewHelpers, { query, batch, write }: QueryStanding): string {
  const rows = `${h.plural(query.rowCount, 'row')} read.`;
  switch (query.state) {
    case 'new':
      return 'Not run yet.';
    case 'reading':
      return 'Reading rows.';
    case 'cancelled':
      return 'Cancelled.';
    case 'failed':
      return `Failed. ${query.error ?? ''}`;
    case 'done':
      return [rows, batch && batchOutcome(batch), write && writeText(h, write)].filter(Boolean).join(' ');
  }
}

function batchOutcome({ state, error }: BatchRecord): string {
  return `${stateText[state]}${state === 'failed' ? `: ${error ?? ''}` : '.'}`;
}

/** What happens to the rows, and when it runs. */
function presentTerms({ connections, values, errors }: Form) {
  return {
    scoresAtOnce: values['scoreAtOnce'] === 'yes',
    connectionField: {
      name: 'writeConnection',
      label: 'Write the scores to',
      value: values['writeConnection'],
      options: [{ value: '', label: 'No table' }, ...connections.map(toOption)],
      errors,
    },
    ...presentScheduleFields('Run it again', { values, errors }),
  };
}

function toOption({ id, name }: ConnectionRecord) {
  return { value: id, label: name };
}
