/** The list of customers as CSV: what a download holds. */
import { stringify } from 'csv-stringify/sync';
import type { Db } from '../../db.ts';
import { getPredictions } from '../../store/predictions.ts';
import type { PredictionRecord } from '../../store/predictions.ts';
import { reasonWords } from './explanations.ts';

const header = [
  'customer',
  'churn_probability',
  'risk_level',
  'monthly_value',
  'reason_1',
  'reason_2',
  'reason_3',
  'recommended_action',
  'expected_saving',
  'model_version',
  'scored_at',
  'file',
  'row',
  'notes',
];

/** The first line, after the mark that tells spreadsheets of UTF-8. */
export const predictionsCsvHeader = stringify([header], { bom: true });

/** The lines of these predictions, in this order. */
export async function predictionsCsv(db: Db, ids: readonly number[]): Promise<string> {
  const predictions = await getPredictions(db, ids);
  return stringify(predictions.map(toCells), { escape_formulas: true });
}

function toCells(row: PredictionRecord): (string | number | null)[] {
  const reasons = [0, 1, 2].map((i) =>
    row.reasons.strongest[i] ? reasonWords(row.reasons.strongest[i]) : '',
  );
  return [
    row.customerId,
    row.probability,
    row.riskLevel,
    row.monthlyValue,
    ...reasons,
    row.recommendedAction,
    row.expectedSaving,
    row.modelLabel,
    row.createdAt,
    row.batchName,
    row.rowNumber,
    row.notes.join('; '),
  ];
}
