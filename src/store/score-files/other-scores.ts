/** What customers were in another file: the row of each one there, and the risk level by the thresholds of now. */
import type { PredictionFilter } from '../prediction-filters.ts';
import { riskLevelOf, riskLevels } from '../risk-levels.ts';
import type { RiskLevel, RiskThresholds } from '../risk-levels.ts';
import { getSettings } from '../settings.ts';
import { giveBack } from './column-memory.ts';
import { findRows } from './customer-index.ts';
import { reasonsPerRow } from './group.ts';
import { keepRows, SliceReader, slicesOf, visitRepeated, visitSame } from './customers.ts';
import { RowBits } from './latest-bits.ts';
import type { RowTest, TestedRows } from './row-filter.ts';
import { readSetRows } from './set-rows.ts';
import type { SetRows } from './set-rows.ts';
import { findScoredBatch, isBeingWritten, withScoresOf } from './store.ts';
import type { ScoreStore, ScoredBatch } from './store.ts';

/** In `rowsIn`: the customer is not in the other file. */
export const notThere = -1;
/** In `rowsIn`: nobody knows who the customer is. */
const withoutId = -2;

export interface OtherScores {
  readonly batch: ScoredBatch;
  /** A score a row. */
  readonly probability: Float64Array;
  readonly thresholds: RiskThresholds;
  /** A level that a person has set counts in both files. */
  readonly set: SetRows;
  /** For each row of a batch the customer's last row in the other file. */
  readonly rowsIn: (batch: ScoredBatch) => Int32Array;
  readonly rowOf: (customerId: string) => number;
  /** Reads them: three entries a row, as in a score file. */
  readonly readReasons: () => StoredReasons;
}

export interface StoredReasons {
  /** The names that `places` are places in. */
  readonly features: readonly string[];
  readonly places: Uint16Array;
  readonly points: Float32Array;
}

/** null: the file was removed, or cannot be read. @throws DamagedScores */
export async function openOther(store: ScoreStore, batchId: number): Promise<OtherScores | null> {
  const batch = await findScoredBatch(store.db, batchId);
  if (batch?.problem !== null || isBeingWritten(store, batch)) return null;
  return {
    batch,
    probability: readProbability(store, batch),
    thresholds: await getSettings(store.db),
    set: await readSetRows(store.db),
    rowsIn: (here) => sameCustomers(store, here, batch),
    rowOf: (customerId) => findRows(store, batch, customerId).at(-1) ?? notThere,
    readReasons: () => readReasons(store, batch),
  };
}

/** The levels that a customer has here and had there; null: was not there; undefined: nobody knows. */
export interface Levels {
  readonly now: RiskLevel;
  readonly there: RiskLevel | null | undefined;
}

export function levelsOf(
  { probability, thresholds }: OtherScores,
  row: number,
  probabilityNow: number,
  set: RiskLevel | undefined,
): Levels {
  const now = set ?? riskLevelOf(probabilityNow, thresholds);
  if (row === withoutId) return { now, there: undefined };
  if (row === notThere) return { now, there: null };
  return { now, there: set ?? riskLevelOf(probability[row]!, thresholds) };
}

/** Whether the levels are those that a filter asks for; `asked`: one of `levelsThere`. */
function isMove(asked: string, { now, there }: Levels): boolean {
  if (there === undefined || there === null) return asked === 'none' && there === null;
  const step = riskLevels.indexOf(now) - riskLevels.indexOf(there);
  if (asked === 'lower') return step > 0;
  if (asked === 'higher') return step < 0;
  return asked === 'same' ? step === 0 : asked === there;
}

/** A filter that asks what customers were in another file; null: it does not ask. */
export interface MoveTest {
  readonly asked: string;
  /** null: it cannot be read, so that nobody matches. */
  readonly other: OtherScores | null;
}

export async function readMoveTest(
  store: ScoreStore,
  { compared, there }: PredictionFilter,
): Promise<MoveTest | null> {
  return compared === null || there === null
    ? null
    : { asked: there, other: await openOther(store, compared) };
}

/** Made when rows are left for it: customers of both files are compared then. */
export function moveTests(
  view: TestedRows & { readonly firstRow: number },
  batch: ScoredBatch,
  move: MoveTest | null,
): (() => RowTest)[] {
  return move === null ? [] : [() => moved(view, batch, move)];
}

function moved(
  view: TestedRows & { readonly firstRow: number },
  batch: ScoredBatch,
  { asked, other }: MoveTest,
): RowTest {
  if (other === null) return () => false;
  const rows = other.rowsIn(batch);
  const probability = view.probability();
  const set = other.set.inGroup(view);
  const { firstRow } = view;
  return (row) => isMove(asked, levelsOf(other, rows[firstRow + row]!, probability[row]!, set.get(row)));
}

export function hasMoved(
  move: MoveTest | null,
  single: { readonly customerId: string | null; readonly probability: number },
): boolean {
  if (move === null) return true;
  return move.other !== null && isMove(move.asked, levelsOfSingle(move.other, single));
}

export function levelsOfSingle(
  other: OtherScores,
  { customerId, probability }: { readonly customerId: string | null; readonly probability: number },
): Levels {
  const row = customerId === null ? withoutId : other.rowOf(customerId);
  return levelsOf(other, row, probability, other.set.of(customerId));
}

function readProbability(store: ScoreStore, batch: ScoredBatch): Float64Array {
  const all = new Float64Array(batch.scoreRows);
  withScoresOf(store, batch, (file) => {
    for (const [group, { firstRow }] of file.groups.entries()) {
      const column = file.column(group, 'probability');
      all.set(column, firstRow);
      giveBack(column);
    }
  });
  return all;
}

function readReasons(store: ScoreStore, batch: ScoredBatch): StoredReasons {
  const places = new Uint16Array(batch.scoreRows * reasonsPerRow);
  const points = new Float32Array(batch.scoreRows * reasonsPerRow);
  return withScoresOf(store, batch, (file) => {
    for (const [group, { firstRow }] of file.groups.entries()) {
      const columns = [file.column(group, 'reasonFeatures'), file.column(group, 'reasonPoints')] as const;
      places.set(columns[0], firstRow * reasonsPerRow);
      points.set(columns[1], firstRow * reasonsPerRow);
      columns.forEach(giveBack);
    }
    return { features: file.header.features.map(({ name }) => name), places, points };
  });
}

/** Of a thread: comparing two files of a million customers takes about a second, and each page of a list asks for it. */
const mostKeptBytes = 32 * 2 ** 20;
const kept = new Map<string, Int32Array>();

function sameCustomers(store: ScoreStore, here: ScoredBatch, there: ScoredBatch): Int32Array {
  const key = [here, there].map((one) => `${one.file} ${one.scoreBytes} ${one.createdAt}`).join('|');
  const known = kept.get(key);
  const rows = known ?? compare(store, here, there);
  kept.delete(key);
  kept.set(key, rows);
  forgetOldest();
  return rows;
}

function forgetOldest(): void {
  let bytes = [...kept.values()].reduce((sum, { byteLength }) => sum + byteLength, 0);
  for (const [key, { byteLength }] of kept) {
    if (bytes <= mostKeptBytes || kept.size === 1) return;
    kept.delete(key);
    bytes -= byteLength;
  }
}

function compare(store: ScoreStore, here: ScoredBatch, there: ScoredBatch): Int32Array {
  const rows = new Int32Array(here.scoreRows).fill(withoutId);
  const [readHere, readThere] = [new SliceReader(), new SliceReader()];
  for (const slice of slicesOf(store, Math.max(here.scoreRows, there.scoreRows))) {
    const all = withScoresOf(store, there, (file) => readThere.ofFile(file, slice));
    const earlier = new RowBits(there.scoreRows);
    visitRepeated(all, (row) => {
      earlier.set(row);
    });
    const last = keepRows(all, (row) => !earlier.has(row));
    const customers = withScoresOf(store, here, (file) => readHere.ofFile(file, slice));
    for (const row of customers.rows) rows[row] = notThere;
    visitSame(customers, last, (row, rowThere) => {
      rows[row] = rowThere;
    });
  }
  return rows;
}
