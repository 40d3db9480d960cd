/** The latest score of every customer, in part: what a change of model is tried on. */
import type { PopulationFilter } from '../prediction-filters.ts';
import type { RiskLevel } from '../risk-levels.ts';
import { noFilter } from '../prediction-filters.ts';
import { getInputs } from './inputs.ts';
import type { InputValues } from './inputs.ts';
import { LatestBits } from './latest-bits.ts';
import { rowId } from './row-id.ts';
import { getPredictionRows } from './rows.ts';
import { listMatchingBatches } from './scan.ts';
import { visitSingles } from './singles.ts';
import type { ScoreStore, ScoredBatch } from './store.ts';

export interface LatestCustomer {
  readonly id: number;
  readonly customerId: string | null;
  readonly probability: number;
  readonly riskLevel: RiskLevel;
  readonly monthlyValue: number | null;
  readonly modelId: number | null;
  readonly inputs: InputValues;
}

export interface SampleRequest {
  readonly population: PopulationFilter;
  /** Scores of these uploads do not count. */
  readonly exceptBatches: readonly number[];
  readonly most: number;
}

/** At most `most` of them, evenly spread by rank, and how many there are in all. */
export async function sampleLatestCustomers(
  store: ScoreStore,
  { population, exceptBatches, most }: SampleRequest,
): Promise<{ readonly total: number; readonly customers: readonly LatestCustomer[] }> {
  const filter = { ...noFilter, population };
  const singles: number[] = [];
  await visitSingles(store, filter, ({ id }) => {
    singles.push(id);
  });
  const batches = (await listMatchingBatches(store, filter)).filter(({ id }) => !exceptBatches.includes(id));
  const total = batches.reduce((sum, { latestCount }) => sum + latestCount, singles.length);
  const ids = await idsOfRanks(store, { singles, batches }, ranksOf(total, most));
  return { total, customers: await customersOf(store, ids) };
}

/** At most `most` of the ranks 0 … total - 1, evenly spread, ascending. */
function ranksOf(total: number, most: number): number[] {
  const count = Math.min(total, most);
  return Array.from({ length: count }, (_, i) => Math.ceil(((i + 1) * total) / count) - 1);
}

/** The numbers of the scores at these ranks: single customers first, then batch after batch. */
async function idsOfRanks(
  { db }: ScoreStore,
  { singles, batches }: { readonly singles: readonly number[]; readonly batches: readonly ScoredBatch[] },
  ranks: readonly number[],
): Promise<number[]> {
  const ids = ranks.filter((rank) => rank < singles.length).map((rank) => singles[rank]!);
  let first = singles.length;
  for (const batch of batches) {
    const inBatch = ranks.slice(ids.length).filter((rank) => rank < first + batch.latestCount);
    if (inBatch.length > 0) {
      const latest = await LatestBits.read(db, batch.id, batch.scoreRows);
      const rows = latest.rowsBetween(0, batch.scoreRows);
      for (const rank of inBatch) ids.push(rowId(batch.id, rows[rank - first]!));
    }
    first += batch.latestCount;
  }
  return ids;
}

async function customersOf(store: ScoreStore, ids: readonly number[]): Promise<LatestCustomer[]> {
  const rows = await getPredictionRows(store, ids);
  const inputs = await getInputs(
    store,
    rows.map(({ id }) => id),
  );
  return rows.flatMap((row, i) => {
    const { id, customerId, probability, riskLevel, monthlyValue, modelId } = row;
    const known = inputs[i];
    return known ? [{ id, customerId, probability, riskLevel, monthlyValue, modelId, inputs: known }] : [];
  });
}
