/** New risk levels for single customers' scores after the thresholds have changed; those of batches are not stored. */
import type { Db } from '../db.ts';
import { riskLevelSql } from './risk-levels.ts';
import type { RiskThresholds } from './risk-levels.ts';

/** Gives the stored predictions with numbers in (after, until] the level that the thresholds say. */
export async function relabelRisk(
  trx: Db,
  { mediumFrom, highFrom }: RiskThresholds,
  after: number,
  until: number,
): Promise<void> {
  const bindings = [highFrom, mediumFrom];
  await trx('predictions')
    .where('id', '>', after)
    .where('id', '<=', until)
    .whereRaw(`risk_level <> ${riskLevelSql}`, bindings)
    .update({ risk_level: trx.raw(riskLevelSql, bindings) });
}

/** The highest number that a prediction has; 0 without any. */
export async function lastPredictionId(db: Db): Promise<number> {
  const row = (await db('predictions').max({ last: 'id' }).first()) as { last: number | null };
  return row.last ?? 0;
}
