/** Goes over the scores of batches that a filter covers, group by group. */

import type { Db } from '../../db.ts';
import { noFilter } from '../prediction-filters.ts';
import type { PredictionFilter } from '../prediction-filters.ts';
import { unreadableOf } from './damage.ts';
import type { UnreadableScores } from './damage.ts';
import { GroupView } from './group-view.ts';
import { LatestBits } from './latest-bits.ts';
import { moveTests, readMoveTest } from './other-scores.ts';
import type { MoveTest } from './other-scores.ts';
import { coversWholeBatches, filterTests, matchingRows, readScoreTest } from './row-filter.ts';
import type { RowTest, ScoreTest } from './row-filter.ts';
import { mayHaveMembers, memberTests, readSegment } from './segment-tests.ts';
import type { AskedPart } from './segment-tests.ts';
import { findScoredBatch, listScoredBatches, openIfThere } from './store.ts';
import type { ScoreStore, ScoredBatch } from './store.ts';

export interface MatchingGroup {
  readonly batch: ScoredBatch;
  readonly view: GroupView;
  /** The places in the group's columns of the rows that match, ascending; at least one. */
  readonly rows: Uint32Array;
}

/** Groups in the order of the rows' numbers. The columns are read when they are asked for; after a visit they are gone. */
export async function visitMatches(
  store: ScoreStore,
  filter: PredictionFilter,
  visit: (group: MatchingGroup) => void,
): Promise<void> {
  const scores = await readScoreTest(store.db, filter);
  const segment = await readSegment(store, filter);
  const move = await readMoveTest(store, filter);
  for (const batch of await listMatchingBatches(store, filter))
    if (mayHaveMembers(segment, batch))
      await visitBatch(store, batch, { filter, scores, segment, move }, visit);
}

/** The rows of these batches that are the latest score of their customer, as far as they can be read. */
export async function visitLatest(
  store: ScoreStore,
  batches: readonly ScoredBatch[],
  visit: (group: MatchingGroup) => void,
): Promise<void> {
  const asked = {
    filter: noFilter,
    scores: await readScoreTest(store.db, noFilter),
    segment: [],
    move: null,
  };
  for (const batch of batches) if (batch.problem === null) await visitBatch(store, batch, asked, visit);
}

interface Asked {
  readonly filter: PredictionFilter;
  readonly scores: ScoreTest;
  /** Of its segment; none where no segment is asked for. */
  readonly segment: readonly AskedPart[];
  /** What it asks of another file. */
  readonly move: MoveTest | null;
}

function testsOf(
  view: GroupView,
  batch: ScoredBatch,
  { filter, scores, segment, move }: Asked,
): (() => RowTest)[] {
  return [
    ...filterTests(view, filter, scores),
    ...memberTests(view, batch, segment),
    ...moveTests(view, batch, move),
  ];
}

async function visitBatch(
  store: ScoreStore,
  batch: ScoredBatch,
  asked: Asked,
  visit: (group: MatchingGroup) => void,
): Promise<void> {
  const latest =
    asked.filter.batch !== null || batch.latestCount === batch.scoreRows
      ? null
      : await LatestBits.read(store.db, batch.id, batch.scoreRows);
  const file = await openIfThere(store, batch);
  if (!file) return;
  try {
    for (let group = 0; group < file.groups.length; group++) {
      const view = new GroupView(file, group);
      const { firstRow, rowCount } = view;
      const counted = latest ? latest.rowsBetween(firstRow, firstRow + rowCount) : allRows(rowCount);
      const rows = matchingRows(counted, testsOf(view, batch, asked));
      if (rows.length > 0) visit({ batch, view, rows });
      view.release();
    }
  } finally {
    file.close();
  }
}

/** Batches that have rows which may match and can be read; those that the filter leaves out as a whole are never opened. */
export async function listMatchingBatches(
  { db }: ScoreStore,
  filter: PredictionFilter,
): Promise<ScoredBatch[]> {
  return (await listBatchesWithin(db, filter)).filter(({ problem }) => problem === null);
}

/** Those that would be read, but are known to be damaged. */
export async function listUnreadableMatches(db: Db, filter: PredictionFilter): Promise<UnreadableScores[]> {
  const compared = filter.compared === null ? undefined : await findScoredBatch(db, filter.compared);
  const within = (await listBatchesWithin(db, filter)).filter(({ id }) => id !== compared?.id);
  return [...within, ...(compared ? [compared] : [])].flatMap(unreadableOf);
}

async function listBatchesWithin(
  db: Db,
  { batch, source, model, population }: PredictionFilter,
): Promise<ScoredBatch[]> {
  if (source && source !== 'batch') return [];
  return listScoredBatches(db, (query) => {
    if (batch === null) void query.where('latest_count', '>', 0);
    else void query.where('batches.id', batch);
    if (model !== null) void query.where('batches.model_id', model);
    if (population) void query.whereIn('batches.model_id', [...population.modelIds]);
    if (population && !population.includesSample) void query.where('batches.is_sample', false);
  });
}

/** How many rows of batches match. Nothing is read where the database knows. */
export async function countMatches(store: ScoreStore, filter: PredictionFilter): Promise<number> {
  let count = 0;
  if (coversWholeBatches(filter))
    for (const { scoreRows, latestCount } of await listMatchingBatches(store, filter))
      count += filter.batch === null ? latestCount : scoreRows;
  else
    await visitMatches(store, filter, ({ rows }) => {
      count += rows.length;
    });
  return count;
}

let numbers = new Uint32Array(0);

/** 0 … count - 1; never written to. */
function allRows(count: number): Uint32Array {
  if (numbers.length < count) numbers = Uint32Array.from({ length: count }, (_, row) => row);
  return numbers.subarray(0, count);
}
