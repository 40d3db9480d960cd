/** The latest score of every customer, in part: what a change of model is tried on. */
import type { Db } from '../db.ts';
import type { CellValue } from '../ml/data/values.ts';
import { readJson } from './json.ts';
import { Inputs } from './prediction-documents.ts';
import { ofModels } from './prediction-filters.ts';
import type { PopulationFilter } from './prediction-filters.ts';

export interface LatestCustomer {
  readonly id: number;
  readonly customerId: string | null;
  readonly probability: number;
  readonly riskLevel: 'low' | 'medium' | 'high';
  readonly monthlyValue: number | null;
  readonly modelId: number | null;
  /** Feature → value as the model read it. */
  readonly inputs: Readonly<Record<string, CellValue>>;
}

interface LatestRow {
  id: number;
  customer_id: string | null;
  probability: number;
  risk_level: LatestCustomer['riskLevel'];
  monthly_value: number | null;
  model_id: number | null;
  is_latest: number;
  is_sample: number;
  batch_id: number | null;
  inputs: string;
}

export interface SampleRequest {
  readonly population: PopulationFilter;
  /** Scores of these uploads do not count. */
  readonly exceptBatches: readonly number[];
  readonly most: number;
}

/** At most `most` of them, evenly spread by rank, and how many there are in all. */
export async function sampleLatestCustomers(
  db: Db,
  { population, exceptBatches, most }: SampleRequest,
): Promise<{ readonly total: number; readonly customers: readonly LatestCustomer[] }> {
  const matching = () => {
    const query = db<LatestRow>('predictions').where({ is_latest: 1 });
    ofModels(query, population.modelIds);
    if (!population.includesSample) void query.where('is_sample', 0);
    if (exceptBatches.length > 0)
      void query.where((either) => {
        void either.whereNull('batch_id').orWhereNotIn('batch_id', [...exceptBatches]);
      });
    return query;
  };
  const [count] = await matching().count<{ n: number }[]>({ n: '*' });
  const total = count?.n ?? 0;
  // Numbers of predictions have gaps and patterns; ranks have none. The whole numbers in rank · most / total
  // change exactly `most` times.
  const ranked = matching().select('id', db.raw('ROW_NUMBER() OVER (ORDER BY id) AS place')).as('ranked');
  const ids = await db
    .from(ranked)
    .whereRaw(
      '(place * CAST(? AS INTEGER)) / CAST(? AS INTEGER) > ((place - 1) * CAST(? AS INTEGER)) / CAST(? AS INTEGER)',
      [most, total, most, total],
    )
    .pluck<number[]>('id');
  const rows = await db<LatestRow>('predictions')
    .whereIn('id', ids)
    .orderBy('id')
    .select(
      ...(['id', 'customer_id', 'probability', 'risk_level', 'monthly_value', 'model_id', 'inputs'] as const),
    );
  const customers = rows.map((row) => ({
    id: row.id,
    customerId: row.customer_id,
    probability: row.probability,
    riskLevel: row.risk_level,
    monthlyValue: row.monthly_value,
    modelId: row.model_id,
    inputs: readJson(Inputs, row.inputs, `inputs of prediction ${row.id}`),
  }));
  return { total, customers };
}
