import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { getModel } from '../../src/store/models.ts';
import { noFilter } from '../../src/store/prediction-filters.ts';
import { pageOfPredictions } from '../../src/store/prediction-lists.ts';
import { probabilityHistogram, sumPredictions } from '../../src/store/prediction-totals.ts';
import { activateSmallModel, createTestApp } from '../helpers/app.ts';
import type { TestApp } from '../helpers/app.ts';
import { storeScores } from '../helpers/predictions.ts';
import { queryPlans } from '../helpers/query-plans.ts';

let test: TestApp;
let modelId: number;
beforeAll(async () => {
  test = await createTestApp();
  modelId = await activateSmallModel(test);
  await storeScores(test, await getModel(test.context.db, modelId), 50);
});
afterAll(() => test.close());

describe('a filter by model', () => {
  it('keeps lists and totals on the index they are sorted by', async () => {
    const { db } = test.context;
    const population = { modelIds: [modelId], includesSample: false };
    const sort = { key: 'probability', descending: true } as const;
    for (const filter of [
      { ...noFilter, population },
      { ...noFilter, model: modelId },
    ]) {
      const plan = await queryPlans(db, async () => {
        await pageOfPredictions(db, filter, sort, { page: 1, size: 50 });
        await sumPredictions(db, filter);
        await probabilityHistogram(db, filter, 20);
      });
      expect(plan.some((step) => step.includes('predictions_overview'))).toBe(true);
      expect(plan.filter((step) => step.includes('predictions_model'))).toEqual([]);
    }
    expect(await sumPredictions(db, { ...noFilter, population })).toMatchObject({ count: 50 });
    const noModels = { ...noFilter, population: { modelIds: [], includesSample: false } };
    expect((await pageOfPredictions(db, noModels, sort, { page: 1, size: 50 })).total).toBe(0);
  });
});
