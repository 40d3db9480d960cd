/** The list of customers as CSV: what a download holds. */
import { getPredictionRows } from '../../store/score-files/rows.ts';
import type { ListedPrediction } from '../../store/score-files/rows.ts';
import type { ScoreStore } from '../../store/score-files/store.ts';
import { byteOrderMark, safeLine } from '../csv/writer.ts';
import type { CsvCell } from '../csv/writer.ts';
import { reasonWords } from './explanations.ts';
import { listNotes } from './listed-notes.ts';

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
export const customersCsvHeader = byteOrderMark + safeLine(header);

/** The lines of these scores, in this order: a few ten thousand at once, because parts of files are read for them. */
export async function customersCsv(store: ScoreStore, ids: Float64Array): Promise<Uint8Array> {
  const predictions = await getPredictionRows(store, ids);
  const notes = await listNotes(store, predictions);
  let text = '';
  for (const row of predictions) text += safeLine(toCells(row, notes.get(row.id) ?? []));
  return Buffer.from(text);
}

function toCells(row: ListedPrediction, notes: readonly string[]): CsvCell[] {
  const [first, second, third] = row.reasons;
  return [
    row.customerId,
    row.probability,
    row.riskLevel,
    row.monthlyValue,
    first ? reasonWords(first) : '',
    second ? reasonWords(second) : '',
    third ? reasonWords(third) : '',
    row.recommendedAction,
    row.expectedSaving,
    row.modelLabel,
    row.createdAt,
    row.batchName,
    row.rowNumber,
    notes.join('; '),
  ];
}
