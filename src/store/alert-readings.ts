/** The figures of all customers after each file, which those after later files are compared with. */
import type { Db } from '../db.ts';

export interface AlertReading {
  readonly batchId: number;
  readonly modelId: number;
  /** Customers at high risk. */
  readonly highRisk: number;
  /** Mean expected monthly loss of one of them; null: no revenue is known. */
  readonly highRiskLoss: number | null;
  /** Expected monthly loss of all; null: as above. */
  readonly loss: number | null;
}

interface ReadingRow {
  batch_id: number;
  model_id: number;
  high_risk: number;
  high_risk_loss: number | null;
  loss: number | null;
}

/** Of a model, the newest first. */
export async function listReadings(db: Db, modelId: number, limit: number): Promise<AlertReading[]> {
  const rows = await db<ReadingRow>('alert_readings')
    .where({ model_id: modelId })
    .orderBy('batch_id', 'desc')
    .limit(limit);
  return rows.map((row) => ({
    batchId: row.batch_id,
    modelId: row.model_id,
    highRisk: row.high_risk,
    highRiskLoss: row.high_risk_loss,
    loss: row.loss,
  }));
}

export async function saveReading(trx: Db, reading: AlertReading): Promise<void> {
  const { batchId, modelId, highRisk, highRiskLoss, loss } = reading;
  await trx<ReadingRow>('alert_readings')
    .insert({
      ...{ batch_id: batchId, model_id: modelId },
      ...{ high_risk: highRisk, high_risk_loss: highRiskLoss, loss },
    })
    .onConflict('batch_id')
    .merge();
}
