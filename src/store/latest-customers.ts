/** The latest score of every customer, in part: what a change of model is tried on. */
import type { Db } from '../db.ts';
import type { CellValue } from '../ml/values.ts';

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
  inputs: string;
}

/** At most `most` of them, evenly spread, and how many there are in all. */
export async function sampleLatestCustomers(
  db: Db,
  most: number,
): Promise<{ readonly total: number; readonly customers: readonly LatestCustomer[] }> {
  const [count] = await db('predictions').where({ is_latest: 1 }).count<{ n: number }[]>({ n: '*' });
  const total = count?.n ?? 0;
  const step = Math.max(1, Math.ceil(total / most));
  const query = db<LatestRow>('predictions').where({ is_latest: 1 }).orderBy('id').limit(most);
  if (step > 1) void query.whereRaw('id % ? = 0', [step]);
  const rows = await query.select(
    ...(['id', 'customer_id', 'probability', 'risk_level', 'monthly_value', 'model_id', 'inputs'] as const),
  );
  const customers = rows.map((row) => ({
    id: row.id,
    customerId: row.customer_id,
    probability: row.probability,
    riskLevel: row.risk_level,
    monthlyValue: row.monthly_value,
    modelId: row.model_id,
    inputs: JSON.parse(row.inputs) as Record<string, CellValue>,
  }));
  return { total, customers };
}
