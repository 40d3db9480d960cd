import type { Db, StoredBoolean } from '../db.ts';
import { isoTimeOf } from '../db/clock.ts';
import { NotFound } from '../errors.ts';
import type { DatasetKind } from './datasets.ts';
import type { Repetition, Schedule } from './schedule-terms.ts';

/** Of the last run, until what it read is a batch or a dataset. */
export type QueryState = 'new' | 'reading' | 'done' | 'failed' | 'cancelled';

/** Where the scores of each run are written to. */
export interface WriteTarget {
  readonly connectionId: number;
  /** `schema.table`, as it was typed. */
  readonly table: string;
}

/** What a person decides. */
export interface QueryTerms {
  readonly name: string;
  readonly connectionId: number;
  /** One SELECT. */
  readonly statement: string;
  /** What its rows become; null in `datasetKind`: a batch. */
  readonly datasetKind: DatasetKind | null;
  /** Scored with the active model without a look at the check. */
  readonly scoresAtOnce: boolean;
  readonly writeTo: WriteTarget | null;
  readonly schedule: Schedule;
}

/** What its last run gave. */
export interface QueryRun {
  readonly state: QueryState;
  readonly error: string | null;
  readonly rowCount: number;
  readonly startedAt: string | null;
  readonly finishedAt: string | null;
  readonly batchId: number | null;
  /** Before the first run: of which dataset it gives a new version. */
  readonly datasetId: number | null;
}

export interface QueryRecord extends QueryTerms, QueryRun {
  readonly id: number;
  readonly createdBy: number | null;
  /** The next run is at the first time of the schedule after it; null: there is no schedule. */
  readonly scheduledFrom: string | null;
}

interface QueryRow {
  id: number;
  name: string;
  connection_id: number;
  statement: string;
  kind: 'batch' | 'dataset';
  dataset_kind: DatasetKind | null;
  scores_at_once: StoredBoolean;
  write_connection_id: number | null;
  write_table: string | null;
  repeats: Repetition;
  weekday: number;
  at_time: string;
  scheduled_from: string | null;
  state: QueryState;
  error: string | null;
  row_count: number;
  started_at: string | null;
  finished_at: string | null;
  batch_id: number | null;
  dataset_id: number | null;
  created_by: number | null;
  created_at: string;
}

/** Newest first. */
export async function listQueries(db: Db): Promise<QueryRecord[]> {
  return (await db<QueryRow>('queries').orderBy('id', 'desc')).map(toQuery);
}

/** Those that read from a connection, or whose scores are written to it. */
export async function listQueriesOf(db: Db, connectionId: number): Promise<QueryRecord[]> {
  const rows = await db<QueryRow>('queries')
    .where({ connection_id: connectionId })
    .orWhere({ write_connection_id: connectionId })
    .orderBy('id');
  return rows.map(toQuery);
}

/** Those that run by themselves. */
export async function listScheduledQueries(db: Db): Promise<QueryRecord[]> {
  return (await db<QueryRow>('queries').whereNot({ repeats: 'never' }).orderBy('id')).map(toQuery);
}

/** @throws NotFound */
export async function getQuery(db: Db, id: number): Promise<QueryRecord> {
  const row = await db<QueryRow>('queries').where({ id }).first();
  if (!row) throw new NotFound('query');
  return toQuery(row);
}

/** The query whose last run gave the batch. */
export async function findQueryOf(db: Db, batchId: number): Promise<QueryRecord | undefined> {
  const row = await db<QueryRow>('queries').where({ batch_id: batchId }).first();
  return row && toQuery(row);
}

export async function insertQuery(
  db: Db,
  terms: QueryTerms,
  { userId, datasetId }: { readonly userId: number; readonly datasetId: number | null },
): Promise<number> {
  const createdAt = await isoTimeOf(db);
  const [row] = await db<QueryRow>('queries')
    .insert({
      ...termColumns(terms),
      kind: terms.datasetKind === null ? 'batch' : 'dataset',
      connection_id: terms.connectionId,
      statement: terms.statement,
      dataset_kind: terms.datasetKind,
      dataset_id: datasetId,
      scheduled_from: terms.schedule.repeats === 'never' ? null : createdAt,
      state: 'new',
      created_by: userId,
      created_at: createdAt,
    })
    .returning('id');
  return row!.id;
}

/** Schedule and scoring; what it reads stays. The next run is after now. */
export async function updateQueryTerms(db: Db, id: number, terms: ChangeableTerms): Promise<void> {
  const scheduledFrom = terms.schedule.repeats === 'never' ? null : await isoTimeOf(db);
  await db('queries')
    .where({ id })
    .update({ ...termColumns(terms), scheduled_from: scheduledFrom });
}

export type ChangeableTerms = Pick<QueryTerms, 'name' | 'scoresAtOnce' | 'writeTo' | 'schedule'>;

/** A run begins; the time counts as its place in the schedule. False: one is being read. */
export async function beginRun(db: Db, { id, schedule }: QueryRecord): Promise<boolean> {
  const startedAt = await isoTimeOf(db);
  const change = {
    state: 'reading',
    error: null,
    row_count: 0,
    started_at: startedAt,
    finished_at: null,
    scheduled_from: schedule.repeats === 'never' ? null : startedAt,
  };
  return (await db('queries').where({ id }).whereNot({ state: 'reading' }).update(change)) === 1;
}

/** Leaves a time of the schedule out. */
export async function postponeRun(db: Db, id: number): Promise<void> {
  await db('queries')
    .where({ id })
    .update({ scheduled_from: await isoTimeOf(db) });
}

export async function endRun(
  db: Db,
  id: number,
  end: Partial<Pick<QueryRun, 'state' | 'error' | 'rowCount' | 'batchId' | 'datasetId'>>,
): Promise<void> {
  await db('queries')
    .where({ id })
    .update({
      ...(end.state !== undefined && { state: end.state }),
      ...(end.error !== undefined && { error: end.error }),
      ...(end.rowCount !== undefined && { row_count: end.rowCount }),
      ...(end.batchId !== undefined && { batch_id: end.batchId }),
      ...(end.datasetId !== undefined && { dataset_id: end.datasetId }),
      finished_at: await isoTimeOf(db),
    });
}

export async function deleteQuery(db: Db, id: number): Promise<void> {
  await db('queries').where({ id }).delete();
}

function termColumns({ name, scoresAtOnce, writeTo, schedule }: ChangeableTerms) {
  return {
    name,
    scores_at_once: scoresAtOnce,
    write_connection_id: writeTo?.connectionId ?? null,
    write_table: writeTo?.table ?? null,
    repeats: schedule.repeats,
    weekday: schedule.weekday,
    at_time: schedule.atTime,
  };
}

function toQuery(row: QueryRow): QueryRecord {
  const { write_connection_id: connectionId, write_table: table } = row;
  return {
    id: row.id,
    name: row.name,
    connectionId: row.connection_id,
    statement: row.statement,
    datasetKind: row.dataset_kind,
    scoresAtOnce: Boolean(row.scores_at_once),
    writeTo: connectionId === null || table === null ? null : { connectionId, table },
    schedule: { repeats: row.repeats, weekday: row.weekday, atTime: row.at_time },
    scheduledFrom: row.scheduled_from,
    state: row.state,
    error: row.error,
    rowCount: row.row_count,
    startedAt: row.started_at,
    finishedAt: row.finished_at,
    batchId: row.batch_id,
    datasetId: row.dataset_id,
    createdBy: row.created_by,
  };
}
