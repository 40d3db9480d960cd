/** What is stored of scores, wherever it is, as tests read it. */
import { computeDetails } from '../../src/domain/scoring/customer-record.ts';
import type { CustomerScore, ScoreDetails } from '../../src/domain/scoring/customer-record.ts';
import { noFilter } from '../../src/store/prediction-filters.ts';
import type { PredictionFilter } from '../../src/store/prediction-filters.ts';
import { getInputs } from '../../src/store/score-files/inputs.ts';
import { listPredictions } from '../../src/store/score-files/lists.ts';
import type { ScoreStore } from '../../src/store/score-files/store.ts';
import type { TestApp } from './app.ts';

type Test = Pick<TestApp, 'context'>;

export function scoreStore({ context: { db, config } }: Test): ScoreStore {
  return { db, folder: config.uploadsDir };
}

/** The oldest first, at most 1,000. */
export async function listScores(
  test: Test,
  filter: Partial<PredictionFilter> = {},
): Promise<CustomerScore[]> {
  const store = scoreStore(test);
  const sort = { key: 'date', descending: false } as const;
  const scores = await listPredictions(store, { ...noFilter, ...filter }, sort, { limit: 1_000 });
  const inputs = await getInputs(
    store,
    scores.map(({ id }) => id),
  );
  return scores.map((score, i) => ({ ...score, inputs: inputs[i]! }));
}

/** All reasons, actions and notes, as the customer's page shows them. */
export function detailsOf(test: Test, score: CustomerScore): Promise<ScoreDetails> {
  return computeDetails(scoreStore(test), test.context.config.modelsDir, score);
}

/** As if every score had a newer one elsewhere. */
export async function forgetLatest({ context: { db } }: Test): Promise<void> {
  await db('latest_rows').delete();
  await db('batches').update({ latest_count: 0 });
  await db('predictions').update({ is_latest: 0 });
}
