/** The predictions that figures by column are computed from. */
import { visitRows } from '../db.ts';
import type { Db } from '../db.ts';
import type { CellValue } from '../ml/data/values.ts';
import { readJson } from './json.ts';
import { Inputs } from './prediction-documents.ts';
import { filtered } from './prediction-filters.ts';
import type { PredictionFilter } from './prediction-filters.ts';

/** What figures by column need of a prediction. */
export interface FigureRow {
  readonly inputs: Readonly<Record<string, CellValue>>;
  readonly probability: number;
  readonly isHigh: boolean;
  readonly monthlyValue: number | null;
}

/** Every matching prediction, one at a time: memory does not grow with their number. */
export async function visitFigureRows(
  db: Db,
  filter: PredictionFilter,
  visit: (row: FigureRow) => void,
): Promise<void> {
  const query = filtered(db('predictions'), filter, true).select(
    'id',
    'inputs',
    'probability',
    'risk_level',
    'monthly_value',
  );
  await visitRows(db, query, (row) => {
    visit({
      inputs: readJson(Inputs, String(row['inputs']), `inputs of prediction ${String(row['id'])}`),
      probability: Number(row['probability']),
      isHigh: row['risk_level'] === 'high',
      monthlyValue: row['monthly_value'] === null ? null : Number(row['monthly_value']),
    });
  });
}
