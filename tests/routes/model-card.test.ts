/** What the card says of the figures that models were chosen by, and that the documentation says the same. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { storeModel, trainOnTable } from '../../src/domain/training/fit.ts';
import type { TrainingPlan } from '../../src/domain/training/fit.ts';
import { readTrainingTable } from '../../src/domain/training/table.ts';
import { projectRoot } from '../../src/paths.ts';
import type { Family } from '../../src/ml/estimators.ts';
import type { Model } from '../../src/ml/model/model.ts';
import { createTestApp, customersCsv, setUpOrganisation, signIn } from '../helpers/app.ts';
import type { TestApp } from '../helpers/app.ts';
import type { Agent } from '../helpers/datasets.ts';
import { planOf } from '../helpers/plan.ts';

let test: TestApp;
let viewer: Agent;
beforeAll(async () => {
  test = await createTestApp();
  await setUpOrganisation(test);
  viewer = await signIn(test, 'viewer');
});
afterAll(() => test.close());

/** Trains, and gives the model with what its card says of what was tried. */
async function train(families: readonly Family[], imbalance: TrainingPlan['options']['imbalance'] = 'none') {
  const plan = planOf(families, 3, { only: ['Contract', 'tenure'] });
  const options = { ...plan.options, imbalance, folds: 2, budget: 1 };
  const table = readTrainingTable(customersCsv(300, 7, true));
  const model = trainOnTable(table, { ...plan, options }, () => undefined);
  const { db, config } = test.context;
  const names = { name: 'Tried', datasetId: null, isSample: false };
  const id = await storeModel(db, config.modelsDir, model, names);
  const { text } = await viewer.get(`/models/${id}`).expect(200);
  return { model, card: /<h2>What was tried\?<\/h2>[\s\S]*?<\/section>/.exec(text)![0] };
}

const deviations = ({ evaluation }: Model) => evaluation.candidates.map((one) => one.rocAucDeviation);

describe('what was tried', () => {
  it('by auto is marked as selection scores: settings were chosen on the rows that they are measured on', async () => {
    const { model, card } = await train(['auto']);
    const { estimator, evaluation } = model;
    if (estimator.family !== 'auto') throw new Error('auto was asked for.');
    expect(new Set(deviations(model))).toEqual(new Set([null]));
    for (const { family, logLoss } of evaluation.candidates) {
      const own = estimator.model.trials.filter((trial) => trial.family === family);
      expect(logLoss, 'the best of several settings').toBe(Math.min(...own.map((trial) => trial.logLoss)));
    }
    expect(card).toContain('These are selection scores');
    expect(card).toContain('a little too good');
    expect(card).not.toContain('was taken');
    // The figures of the model are on other rows than those.
    expect(evaluation.holdoutRows + evaluation.trainingRows).toBe(300);
  });

  it('by comparing families is out of fold, and says what decided', async () => {
    const { model, card } = await train(['logistic', 'forest']);
    for (const deviation of deviations(model)) expect(deviation).toBeGreaterThanOrEqual(0);
    expect(card).toContain('Out-of-fold figures inside the training rows.');
    expect(card).toContain('The family with the least log loss was taken');
    expect(card).not.toContain('selection scores');
  });

  it('with weights or resampling was decided by the area under the curve', async () => {
    const { model, card } = await train(['logistic', 'forest'], 'weights');
    const best = model.evaluation.candidates.reduce((a, b) => (b.rocAuc > a.rocAuc ? b : a));
    expect(model.estimator.family).toBe(best.family);
    expect(card).toContain('The family with the highest AUC was taken');
  });

  it('is described so in the documentation', () => {
    const [honest, cards] = ['honest-figures', 'model-cards'].map((name) =>
      readFileSync(join(projectRoot, 'docs', `${name}.md`), 'utf8').replace(/\s+/g, ' '),
    );
    expect(honest).toContain('chooses settings, count of trees and blend on the same out-of-fold rows');
    expect(honest).toContain('are selection scores, a little too good');
    expect(honest).toContain('with weights or resampling the highest ROC AUC');
    expect(cards).toContain('selection scores: a little too good');
  });
});
