/** The list of customers as CSV: what a download holds. */
import { byteOrderMark, safeLine } from '../csv/writer.ts';
import type { CsvCell } from '../csv/writer.ts';
import type { Db } from '../../db.ts';
import { getPredictions } from '../../store/prediction-records.ts';
import type { PredictionRecord } from '../../store/prediction-records.ts';
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

/** The first line, after the mark that makes spreadsheets read UTF-8. */
export const predictionsCsvHeader = byteOrderMark + safeLine(header);

/** The lines of these predictions, in this order. */
export async function predictionsCsv(db: Db, ids: readonly number[]): Promise<string> {
  const predictions = await getPredictions(db, ids);
  return predictions.map((row) => safeLine(toCells(row))).join('');
}

function toCells(row: PredictionRecord): CsvCell[] {
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
