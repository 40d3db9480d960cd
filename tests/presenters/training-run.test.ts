import { describe, expect, it } from 'vitest';
import { presentTrainingRun } from '../../src/presenters/training-run.ts';
import type { TrainingRunData } from '../../src/presenters/training-run.ts';
import { createViewHelpers } from '../../src/presenters/view-helpers.ts';
import type { Evaluation } from '../../src/ml/model/model.ts';
import type { Dataset } from '../../src/store/datasets.ts';
import type { ModelRecord } from '../../src/store/models.ts';
import type { TrainingRecord } from '../../src/store/trainings.ts';

const h = createViewHelpers({ currency: 'EUR', timeZone: 'UTC' });
const training = { id: 4, name: 'Bank', state: 'done', plan: {}, progress: {}, error: null };
const dataset = { id: 2, name: 'bank', columns: [], label: null, profile: null };
const candidate = (family: string, logLoss: number) => ({
  family,
  rocAuc: 0.8,
  rocAucDeviation: null,
  logLoss,
});
const candidates = [candidate('logistic', 0.42), candidate('forest', 0.41), candidate('boosting', 0.4)];

function present(family: string, evaluation: object, change: Partial<TrainingRecord> = {}) {
  const data: Omit<TrainingRunData, 'model'> = {
    training: { ...training, ...change } as TrainingRecord,
    dataset: dataset as unknown as Dataset,
    runsAhead: 2,
    seconds: 30,
  };
  const model = {
    id: 9,
    family,
    evaluation: evaluation as Evaluation,
    provenance: { params: { imbalance: 'none' } },
    schema: { features: [] },
  } as unknown as ModelRecord;
  return presentTrainingRun(h, { ...data, model });
}

describe('a training run', () => {
  it('shows which family was chosen, or its share of the blend', () => {
    const choices = (family: string, evaluation: object) =>
      present(family, evaluation).comparison?.rows.map(({ chosen }) => chosen);
    expect(choices('forest', { candidates })).toEqual(['', 'Chosen', '']);
    const members = [
      { family: 'logistic', share: 0.402 },
      { family: 'boosting', share: 0.598 },
    ];
    expect(choices('auto', { candidates, members })).toEqual(['40 % of the blend', '', '60 % of the blend']);
    expect(choices('auto', { candidates, members: [members[1]] })).toEqual(['', '', 'Chosen']);
    expect(present('auto', { candidates: [] }).comparison).toBeNull();
  });

  it('shows its place in the queue and the time left', () => {
    expect(present('forest', { candidates }).queue).toBe(
      '2 training runs are ahead of it. Training jobs run one at a time.',
    );
    const progress = { stage: 'Comparing families', done: 5, total: 15, best: null };
    const running = present('forest', { candidates }, { state: 'running', progress }).progress;
    expect(running).toMatchObject({ step: 'step 6 of 15', left: '60 seconds', best: '–' });
    const early = present('forest', { candidates }, { state: 'running', progress: { ...progress, done: 0 } });
    expect(early.progress.left).toBe('–');
  });
});
