import type { Db } from '../db.ts';
import { isoTimeOf } from '../db/clock.ts';
import { NotFound } from '../errors.ts';

export type ScoreWriteState = 'writing' | 'done' | 'failed' | 'cancelled';

/** The scores of a batch, written to a table of the company. */
export interface ScoreWrite {
  readonly id: number;
  readonly batchId: number;
  readonly connectionId: number;
  readonly connectionName: string;
  /** `schema.table`, as it was typed. */
  readonly table: string;
  readonly state: ScoreWriteState;
  readonly error: string | null;
  readonly rowCount: number;
  readonly createdAt: string;
  readonly finishedAt: string | null;
}

interface ScoreWriteRow {
  id: number;
  batch_id: number;
  connection_id: number;
  table_name: string;
  state: ScoreWriteState;
  error: string | null;
  row_count: number;
  created_by: number | null;
  created_at: string;
  finished_at: string | null;
}

type SelectedRow = ScoreWriteRow & { readonly connection_name: string };

/** Newest first. */
export async function listScoreWrites(db: Db, batchId: number): Promise<ScoreWrite[]> {
  const rows = (await selected(db)
    .where({ batch_id: batchId })
    .orderBy('score_writes.id', 'desc')) as SelectedRow[];
  return rows.map(toScoreWrite);
}

export async function listOpenScoreWrites(db: Db): Promise<ScoreWrite[]> {
  const rows = (await selected(db).where({ state: 'writing' }).orderBy('score_writes.id')) as SelectedRow[];
  return rows.map(toScoreWrite);
}

/** @throws NotFound */
export async function getScoreWrite(db: Db, id: number): Promise<ScoreWrite> {
  const row = (await selected(db).where('score_writes.id', id).first()) as SelectedRow | undefined;
  if (!row) throw new NotFound('write of scores');
  return toScoreWrite(row);
}

export async function insertScoreWrite(
  db: Db,
  write: Pick<ScoreWrite, 'batchId' | 'connectionId' | 'table'>,
  userId: number | null,
): Promise<number> {
  const [row] = await db<ScoreWriteRow>('score_writes')
    .insert({
      batch_id: write.batchId,
      connection_id: write.connectionId,
      table_name: write.table,
      state: 'writing',
      created_by: userId,
      created_at: await isoTimeOf(db),
    })
    .returning('id');
  return row!.id;
}

export async function endScoreWrite(
  db: Db,
  id: number,
  { state, error = null, rowCount = 0 }: Pick<ScoreWrite, 'state'> & Partial<ScoreWrite>,
): Promise<void> {
  const change = { state, error, row_count: rowCount, finished_at: await isoTimeOf(db) };
  await db('score_writes').where({ id }).update(change);
}

function selected(db: Db) {
  return db('score_writes')
    .join('connections', 'connections.id', 'score_writes.connection_id')
    .select('score_writes.*', 'connections.name as connection_name');
}

function toScoreWrite(row: SelectedRow): ScoreWrite {
  return {
    id: row.id,
    batchId: row.batch_id,
    connectionId: row.connection_id,
    connectionName: row.connection_name,
    table: row.table_name,
    state: row.state,
    error: row.error,
    rowCount: row.row_count,
    createdAt: row.created_at,
    finishedAt: row.finished_at,
  };
}
