import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { getModel } from '../../src/store/models.ts';
import { noFilter } from '../../src/store/prediction-filters.ts';
import { pageOfPredictions } from '../../src/store/score-files/lists.ts';
import { probabilityHistogram, sumPredictions } from '../../src/store/score-files/totals.ts';
import { activateSmallModel, createTestApp } from '../helpers/app.ts';
import type { TestApp } from '../helpers/app.ts';
import { isOnPostgres } from '../helpers/database.ts';
import { storeScores } from '../helpers/predictions.ts';
import { queryPlans } from '../helpers/query-plans.ts';
import { scoreStore } from '../helpers/scores.ts';

let test: TestApp;
let modelId: number;
beforeAll(async () => {
  test = await createTestApp();
  modelId = await activateSmallModel(test);
  await storeScores(test, await getModel(test.context.db, modelId), 50);
});
afterAll(() => test.close());

// PostgreSQL chooses its plans by what is in the tables.
describe.skipIf(isOnPostgres)('a filter by model', () => {
  it('reads the single scores once, in their order, whatever models there are', async () => {
    const store = scoreStore(test);
    const population = { modelIds: [modelId], includesSample: false };
    const sort = { key: 'probability', descending: true } as const;
    for (const filter of [
      { ...noFilter, population },
      { ...noFilter, model: modelId },
    ]) {
      const plan = await queryPlans(store.db, async () => {
        await pageOfPredictions(store, filter, sort, { page: 1, size: 50 });
        await sumPredictions(store, filter);
        await probabilityHistogram(store, filter, 20);
      });
      expect(plan.filter((step) => step.includes('TEMP B-TREE'))).toEqual([]);
      expect(plan.filter((step) => step.includes('predictions_model'))).toEqual([]);
    }
    expect(await sumPredictions(store, { ...noFilter, population })).toMatchObject({ count: 50 });
    const noModels = { ...noFilter, population: { modelIds: [], includesSample: false } };
    expect((await pageOfPredictions(store, noModels, sort, { page: 1, size: 50 })).total).toBe(0);
  });
});
