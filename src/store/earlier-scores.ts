/** Scores of batches as the versions before score files stored them: each a row of `predictions`. */
import { visitRows } from '../db.ts';
import type { Db } from '../db.ts';
import { DamagedRecord } from '../errors.ts';
import type { CellValue } from '../ml/data/values.ts';
import { readJson } from './json.ts';
import { Inputs, Reasons } from './prediction-documents.ts';
import { numberOrNull } from './prediction-records.ts';
import { rowId } from './score-files/row-id.ts';

export interface EarlierScore {
  readonly id: number;
  /** Null: not known. */
  readonly rowNumber: number | null;
  readonly customerId: string | null;
  readonly probability: number;
  readonly monthlyValue: number | null;
  readonly expectedSaving: number | null;
  /** The recommended action, and the number of its rule. */
  readonly action: EarlierAction | null;
  readonly reasons: Reasons['strongest'];
  readonly inputs: Readonly<Record<string, CellValue>>;
  readonly isNoted: boolean;
  readonly isLatest: boolean;
}

export interface EarlierAction {
  readonly ruleId: number;
  readonly action: string;
}

/** Batches that still have such rows, the oldest first. */
export async function listEarlierBatches(db: Db): Promise<number[]> {
  const rows = db('predictions').select('id').whereRaw('predictions.batch_id = batches.id');
  return db('batches').whereExists(rows).orderBy('id').pluck('id');
}

/** How many there are, and when the newest was written. */
export async function describeEarlierScores(
  db: Db,
  batchId: number,
): Promise<{ readonly count: number; readonly newestAt: string | null }> {
  const row = await db('predictions')
    .where({ batch_id: batchId })
    .count({ count: '*' })
    .max({ newest: 'created_at' })
    .first<{ count: number; newest: string | null }>();
  return { count: row.count, newestAt: row.newest };
}

/** Each action once. */
export async function listEarlierActions(db: Db, batchId: number): Promise<EarlierAction[]> {
  return db('predictions')
    .where({ batch_id: batchId })
    .whereNotNull('recommended_action')
    .distinct<EarlierAction[]>(ruleOf(db), 'recommended_action as action');
}

/** In the order of the upload, one at a time: memory does not grow with their number. */
export async function visitEarlierScores(
  db: Db,
  batchId: number,
  visit: (score: EarlierScore) => void,
): Promise<void> {
  const query = db('predictions')
    .where({ batch_id: batchId })
    .orderBy(['row_number', 'id'])
    .select('id', 'row_number', 'customer_id', 'probability', 'monthly_value', 'expected_saving')
    .select(ruleOf(db), 'recommended_action', 'reasons', 'inputs', 'is_latest')
    .select(db.raw("notes <> '[]' AS is_noted"));
  await visitRows(db, query, (row) => {
    visit(toScore(row as Record<string, string | number | null>));
  });
}

function ruleOf(db: Db) {
  return db.raw("json_extract(actions, '$[0].ruleId') AS ruleId");
}

function toScore(row: Record<string, string | number | null>): EarlierScore {
  const of = (name: string): string => `${name} of prediction ${String(row['id'])}`;
  const action = row['recommended_action'];
  return {
    id: Number(row['id']),
    rowNumber: numberOrNull(row['row_number']),
    customerId: row['customer_id'] == null ? null : String(row['customer_id']),
    probability: Number(row['probability']),
    monthlyValue: numberOrNull(row['monthly_value']),
    expectedSaving: numberOrNull(row['expected_saving']),
    action: action == null ? null : { ruleId: Number(row['ruleId'] ?? 0), action: String(action) },
    reasons: orElse([], () => readJson(Reasons, String(row['reasons']), of('reasons')).strongest),
    inputs: orElse({}, () => readJson(Inputs, String(row['inputs']), of('inputs'))),
    isNoted: Boolean(row['is_noted']),
    isLatest: Boolean(row['is_latest']),
  };
}

/** A damaged document must not keep the program from starting: the score is kept without it. */
function orElse<T>(fallback: T, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof DamagedRecord) return fallback;
    throw error;
  }
}

/** The challengers that have scored some of them. */
export async function listEarlierChallengers(db: Db, batchId: number): Promise<number[]> {
  return db('challenger_scores')
    .join('predictions', 'predictions.id', 'challenger_scores.prediction_id')
    .where({ batch_id: batchId })
    .distinct()
    .pluck('challenger_scores.model_id');
}

/** What a challenger gave, in the same order; NaN: nothing. */
export async function visitEarlierChallenges(
  db: Db,
  { batchId, modelId }: { readonly batchId: number; readonly modelId: number },
  visit: (probability: number) => void,
): Promise<void> {
  const query = db('predictions')
    .leftJoin('challenger_scores as other', (on) => {
      on.on('other.prediction_id', 'predictions.id').onVal('other.model_id', modelId);
    })
    .where({ batch_id: batchId })
    .orderBy(['row_number', 'predictions.id'])
    .select('other.probability');
  await visitRows(db, query, ({ probability }) => {
    visit(probability === null ? NaN : Number(probability));
  });
}

/** Their challengers' scores go with them. */
export async function deleteEarlierScores(trx: Db, batchId: number): Promise<void> {
  await trx('predictions').where({ batch_id: batchId }).delete();
}

/** Consecutive rows of `predictions` that are now consecutive rows of a score file. */
export interface EarlierIds {
  readonly firstId: number;
  readonly lastId: number;
  readonly firstRow: number;
}

export async function saveEarlierIds(trx: Db, batchId: number, runs: readonly EarlierIds[]): Promise<void> {
  const rows = runs.map(({ firstId, lastId, firstRow }) => ({
    first_id: firstId,
    last_id: lastId,
    batch_id: batchId,
    first_row: firstRow,
  }));
  await trx.batchInsert('earlier_ids', rows, 200);
}

/** The number that the score of a batch has today; undefined: it had no such number, or is gone. */
export async function findByEarlierId(db: Db, id: number): Promise<number | undefined> {
  const run = await db('earlier_ids')
    .where('first_id', '<=', id)
    .orderBy('first_id', 'desc')
    .first<{ first_id: number; last_id: number; batch_id: number; first_row: number } | undefined>();
  return run === undefined || id > run.last_id
    ? undefined
    : rowId(run.batch_id, run.first_row + id - run.first_id);
}

const rowsPerChunk = 65_536;

/** Marks these rows of its score file, ascending, as the latest scores of their customers. */
export async function saveLatestRows(trx: Db, batchId: number, rows: readonly number[]): Promise<void> {
  const chunks = new Map<number, Buffer>();
  for (const row of rows) {
    const chunk = Math.floor(row / rowsPerChunk);
    let bits = chunks.get(chunk);
    if (!bits) chunks.set(chunk, (bits = Buffer.alloc(rowsPerChunk / 8)));
    const place = row % rowsPerChunk;
    bits[place >> 3]! |= 1 << (place % 8);
  }
  for (const [chunk, bits] of chunks) await trx('latest_rows').insert({ batch_id: batchId, chunk, bits });
}
