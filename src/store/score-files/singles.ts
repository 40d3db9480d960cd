/** Scores of single customers: rows of `predictions` without a batch. */
import type { Db } from '../../db.ts';
import { visitRows } from '../../db.ts';
import { readJson } from '../json.ts';
import { Inputs } from '../prediction-documents.ts';
import { filtered } from '../prediction-filters.ts';
import type { PredictionFilter } from '../prediction-filters.ts';
import { hasMoved, readMoveTest } from './other-scores.ts';
import { boundsFor, readScoreTest } from './row-filter.ts';
import type { ScoreTest } from './row-filter.ts';
import { isSingleMember, readSegment } from './segment-tests.ts';
import type { TestedSingle } from './segment-tests.ts';
import type { ScoreStore } from './store.ts';

export interface Single {
  readonly id: number;
  readonly customerId: string | null;
  readonly modelId: number | null;
  readonly probability: number;
  /** NaN: not known. */
  readonly monthlyValue: number;
  /** NaN: none. */
  readonly expectedSaving: number;
  readonly createdAt: string;
}

type Row = Readonly<Record<string, unknown>>;

/** In the order of their numbers. `more` names further columns, which `visit` gets with the row. */
export async function visitSingles(
  store: ScoreStore,
  filter: PredictionFilter,
  visit: (single: Single, row: Row) => void,
  more: readonly string[] = [],
): Promise<void> {
  if (filter.batch !== null) return;
  const { db } = store;
  const scores = await readScoreTest(db, filter);
  const { low, high } = scores.set.isEmpty ? scores.bounds : scores.limits;
  // Databases differ in what they know of upper and lower case.
  const search = (filter.search ?? '').toLowerCase();
  const asked = { ...filter, low: finite(low), high: finite(high) };
  const segment = await readSegment(store, filter);
  const move = await readMoveTest(store, filter);
  const read = segment.length === 0 ? more : [...new Set([...more, 'inputs', 'source'])];
  await visitRows(db, singlesOf(db, asked, read), (row) => {
    const single = toSingle(row);
    if (!isOfLevel(single, filter, scores)) return;
    if (segment.length > 0 && !isSingleMember(segment, toTested(single, row))) return;
    if (!(single.customerId ?? '').toLowerCase().includes(search)) return;
    if (hasMoved(move, single)) visit(single, row);
  });
}

function toTested(single: Single, row: Row): TestedSingle {
  const inputs = readJson(Inputs, String(row['inputs']), `inputs of prediction ${single.id}`);
  return { ...single, source: String(row['source']), inputs };
}

function isOfLevel(
  { customerId, probability }: Single,
  filter: PredictionFilter,
  scores: ScoreTest,
): boolean {
  const { low, high } = boundsFor(scores, scores.set.of(customerId), filter);
  return probability >= low && probability < high;
}

function singlesOf(db: Db, filter: PredictionFilter, more: readonly string[]) {
  return filtered(db, filter)
    .select('id', 'customer_id', 'model_id', 'probability', 'monthly_value', 'expected_saving', 'created_at')
    .select(...more)
    .orderBy('id');
}

/** Without a limit: not asked. */
function finite(bound: number): number | null {
  return Number.isFinite(bound) ? bound : null;
}

function toSingle(row: Row): Single {
  return {
    id: Number(row['id']),
    customerId: row['customer_id'] as string | null,
    modelId: row['model_id'] === null ? null : Number(row['model_id']),
    probability: Number(row['probability']),
    monthlyValue: orNaN(row['monthly_value']),
    expectedSaving: orNaN(row['expected_saving']),
    createdAt: String(row['created_at']),
  };
}

function orNaN(value: unknown): number {
  return value === null ? NaN : Number(value);
}
