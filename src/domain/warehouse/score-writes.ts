/** Scores written to a table of the company: asked for, queued after a scoring, and written in a job. */
import { inTransaction } from '../../db.ts';
import type { Db } from '../../db.ts';
import { AppError, Unprocessable } from '../../errors.ts';
import { recordEvent } from '../../store/audit.ts';
import { getBatch } from '../../store/batches.ts';
import type { BatchRecord } from '../../store/batches.ts';
import { listControls } from '../../store/campaign-members.ts';
import { getConnection } from '../../store/connections.ts';
import { enqueueJob } from '../../store/jobs.ts';
import { findQueryOf } from '../../store/queries.ts';
import type { WriteTarget } from '../../store/queries.ts';
import { endScoreWrite, getScoreWrite, insertScoreWrite } from '../../store/score-writes.ts';
import { rowId } from '../../store/score-files/row-id.ts';
import { getPredictionRows } from '../../store/score-files/rows.ts';
import type { ListedPrediction } from '../../store/score-files/rows.ts';
import { openScoreStore } from '../../store/score-files/store.ts';
import type { ScoreStore } from '../../store/score-files/store.ts';
import { readSetLevels } from '../../store/set-levels.ts';
import type { SetLevel } from '../../store/set-levels.ts';
import { writeScores } from '../../store/warehouse/write.ts';
import type { WrittenScore } from '../../store/warehouse/write.ts';
import { withoutContact } from '../campaigns/do-not-contact.ts';
import { reasonWords } from '../scoring/explanations.ts';
import { openConnection } from './connections.ts';
import type { WarehouseEnv } from './connections.ts';
import { quotedTable } from './table-name.ts';

const rowsAtOnce = 10_000;

/** @throws Unprocessable for a name that is none */
export async function writeLater(
  db: Db,
  user: { readonly id: number | null },
  batchId: number,
  target: WriteTarget,
): Promise<void> {
  if (quotedTable(target.table) === null) throw new Unprocessable([{ field: 'table', message: tableHint }]);
  await inTransaction(db, async (trx) => {
    const batch = await getBatch(trx, batchId);
    const connection = await getConnection(trx, target.connectionId);
    const writeId = await insertScoreWrite(trx, { batchId, ...target }, user.id);
    await enqueueJob(trx, {
      kind: 'write-scores',
      payload: { scoreWriteId: writeId },
      subject: `Write scores of ${batch.originalName} to ${target.table}`,
      createdBy: user.id,
    });
    await recordEvent(trx, {
      userId: user.id,
      action: 'batch.written-to-table',
      subject: batch.originalName,
      after: { connection: connection.name, table: target.table },
    });
  });
}

export const tableHint = 'Enter schema and table, such as analytics.churn_scores.';

/** Scores of a query's run go where the query says. Call in the transaction that ends the scoring. */
export async function writeAfterScoring(trx: Db, batchId: number): Promise<void> {
  const query = await findQueryOf(trx, batchId);
  if (!query?.writeTo) return;
  await writeLater(trx, { id: query.createdBy }, batchId, query.writeTo);
}

/**
 * Writes all scores of the batch. What it gives stores the end, in the transaction that ends the job. `checkpoint` is told how many rows
 * of how many are written, and throws to stop; nothing is written then.
 */
export async function writeBatch(
  env: WarehouseEnv,
  writeId: number,
  checkpoint: (rows: number, total: number) => Promise<void>,
): Promise<(trx: Db) => Promise<void>> {
  const write = await getScoreWrite(env.db, writeId);
  const batch = await getBatch(env.db, write.batchId);
  requireCustomers(batch);
  const table = quotedTable(write.table);
  if (table === null) throw new AppError(422, 'no-table-name', tableHint);
  const store = openScoreStore(env.db, env.config);
  const warehouse = await openConnection(env, write.connectionId);
  try {
    const scores = scoresOf(store, batch, checkpoint);
    const rowCount = await writeScores(warehouse, { table, batch: batch.id }, scores);
    return (trx) => endScoreWrite(trx, writeId, { state: 'done', rowCount });
  } finally {
    await warehouse.close();
  }
}

/** Portions of rows. Those of customers who were erased are left out. */
async function* scoresOf(
  store: ScoreStore,
  batch: BatchRecord,
  checkpoint: (rows: number, total: number) => Promise<void>,
): AsyncGenerator<readonly WrittenScore[]> {
  const controls = await listControls(store.db);
  const set = await readSetLevels(store.db);
  const total = batch.scoreRows;
  for (let from = 0; from < total; from += rowsAtOnce) {
    await checkpoint(from, total);
    const length = Math.min(rowsAtOnce, total - from);
    const rows = await getPredictionRows(
      store,
      Float64Array.from({ length }, (_, i) => rowId(batch.id, from + i)),
    );
    if (rows.length < length)
      throw new AppError(409, 'scores-unreadable', 'The scores of this file cannot be read. Score it again.');
    yield rows.flatMap((row) => writtenScore(withoutContact(row, controls), batch.id, set));
  }
  await checkpoint(total, total);
}

function writtenScore(
  row: ListedPrediction,
  batch: number,
  set: ReadonlyMap<string, SetLevel>,
): WrittenScore[] {
  if (row.customerId === null) return [];
  return [
    {
      customer: row.customerId,
      churnProbability: row.probability,
      riskLevel: set.get(row.customerId)?.level ?? row.riskLevel,
      reasons: row.reasons.map((reason) => reasonWords(reason)).join('; '),
      action: row.recommendedAction,
      model: row.modelLabel,
      scoredAt: row.createdAt,
      batch,
    },
  ];
}

function requireCustomers({ state, mapping }: BatchRecord): void {
  if (state !== 'done') throw new AppError(409, 'not-scored', 'This file is not scored to its end.');
  if (mapping?.identifier == null)
    throw new AppError(
      422,
      'no-customers',
      'This file has no customer ID, without which its scores would belong to nobody in the table.',
    );
}
