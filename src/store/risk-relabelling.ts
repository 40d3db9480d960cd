/** New risk levels for stored predictions after the thresholds have changed. */
import type { Db } from '../db.ts';
import { addToBatch } from './batches.ts';

/** Gives the stored predictions with numbers in (after, until] the level that the thresholds say. */
export async function relabelRisk(
  trx: Db,
  thresholds: { readonly mediumFrom: number; readonly highFrom: number },
  after: number,
  until: number,
): Promise<void> {
  const level = "CASE WHEN probability >= ? THEN 'high' WHEN probability >= ? THEN 'medium' ELSE 'low' END";
  const bindings = [thresholds.highFrom, thresholds.mediumFrom];
  const changing = () =>
    trx('predictions')
      .where('id', '>', after)
      .where('id', '<=', until)
      .whereRaw(`risk_level <> ${level}`, bindings);
  const moved = await changing()
    .whereNotNull('batch_id')
    .select('batch_id as batchId', 'risk_level as from', trx.raw(`${level} AS "to"`, bindings));
  await moveTotals(trx, moved as Moved[]);
  await changing().update({ risk_level: trx.raw(level, bindings) });
}

interface Moved {
  readonly batchId: number;
  readonly from: RiskName;
  readonly to: RiskName;
}

type RiskName = 'low' | 'medium' | 'high';

/** The totals of a batch are those of its rows. */
async function moveTotals(trx: Db, moved: readonly Moved[]): Promise<void> {
  for (const batchId of new Set(moved.map((row) => row.batchId))) {
    const rows = moved.filter((row) => row.batchId === batchId);
    const change = (level: RiskName): number =>
      rows.filter(({ to }) => to === level).length - rows.filter(({ from }) => from === level).length;
    await addToBatch(trx, batchId, {
      scoredCount: 0,
      rejectedCount: 0,
      notedCount: 0,
      lowCount: change('low'),
      mediumCount: change('medium'),
      highCount: change('high'),
    });
  }
}

/** The highest number that a prediction has; 0 without any. */
export async function lastPredictionId(db: Db): Promise<number> {
  const row = (await db('predictions').max({ last: 'id' }).first()) as { last: number | null };
  return row.last ?? 0;
}
