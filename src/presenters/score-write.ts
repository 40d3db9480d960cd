/** Scores that were written to a table, and the form for it. */
import type { FieldError } from '../errors.ts';
import type { BatchRecord } from '../store/batches.ts';
import type { ConnectionRecord } from '../store/connections.ts';
import type { ScoreWrite } from '../store/score-writes.ts';
import type { ViewHelpers } from './view-helpers.ts';

/** One sentence. */
export function writeText(h: ViewHelpers, { state, table, error, rowCount }: ScoreWrite): string {
  switch (state) {
    case 'writing':
      return `Being written to ${table}.`;
    case 'done':
      return `${h.plural(rowCount, 'score')} written to ${table}.`;
    case 'failed':
      return `Not written to ${table}: ${error ?? ''}`;
    case 'cancelled':
      return `Writing to ${table} was cancelled.`;
  }
}

export interface ScoreWritesInput {
  readonly batch: BatchRecord;
  readonly writes: readonly ScoreWrite[];
  readonly connections: readonly ConnectionRecord[];
  readonly values: Readonly<Record<string, string>>;
  readonly errors: readonly FieldError[];
}

export function presentScoreWrites(h: ViewHelpers, input: ScoreWritesInput) {
  const { batch, writes, connections, values, errors } = input;
  return {
    name: batch.originalName,
    href: `/batches/${batch.id}`,
    hasCustomers: batch.mapping?.identifier != null,
    hasConnections: connections.length > 0,
    isUnderWay: writes.some(({ state }) => state === 'writing'),
    connectionField: {
      name: 'connection',
      label: 'Connection',
      value: values['connection'],
      options: connections.map(({ id, name }) => ({ value: id, label: name })),
      errors,
    },
    table: values['table'] ?? '',
    writes: writes.map((write) => ({
      connection: write.connectionName,
      what: writeText(h, write),
      asked: h.dateTime(write.createdAt),
      ended: h.dateTime(write.finishedAt),
    })),
    errors,
  };
}
