import { describe, expect, it } from 'vitest';
import type { Evaluation } from '../../src/ml/model/model.ts';
import { presentCardTrials } from '../../src/presenters/model-card-trials.ts';
import { createViewHelpers } from '../../src/presenters/view-helpers.ts';
import type { ModelRecord } from '../../src/store/models.ts';

const h = createViewHelpers({ currency: 'EUR', timeZone: 'UTC' });
const candidates = [
  { family: 'logistic', rocAuc: 0.8, rocAucDeviation: null, logLoss: 0.42, settings: 3 },
  { family: 'forest', rocAuc: 0.8, rocAucDeviation: null, logLoss: 0.41, settings: 3 },
];

function reasonOf(evaluation: Partial<Evaluation>): string {
  const model = { family: 'auto', evaluation: { candidates, folds: 5, ...evaluation } };
  return presentCardTrials(h, model as unknown as ModelRecord).reason;
}

describe('why a blend was chosen', () => {
  const members = [{ family: 'logistic', share: 1 }] as const;

  it('names what was left out because it is slow, and what that costs', () => {
    const reason = reasonOf({ members, leftOut: [{ family: 'forest', gain: 0.0012, slowdown: 63.2 }] });
    expect(reason).toContain(
      '6 settings of 2 algorithms were compared. Logistic regression was chosen alone',
    );
    expect(reason).toContain(
      'Random forest was left out: with it the log loss would be 0.1 % lower, but scoring would take 63 times as long.',
    );
  });

  it('is the same as ever where nothing was left out', () => {
    expect(reasonOf({ members, leftOut: [] })).toBe(reasonOf({ members }));
    expect(reasonOf({ members })).not.toContain('left out');
  });
});
