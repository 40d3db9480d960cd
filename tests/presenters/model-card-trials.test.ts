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

function trialsOf(evaluation: Partial<Evaluation>) {
  const model = { family: 'auto', evaluation: { candidates, folds: 5, ...evaluation } };
  return presentCardTrials(h, model as unknown as ModelRecord);
}

const reasonOf = (evaluation: Partial<Evaluation>): string => trialsOf(evaluation).reason;

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

describe('what a blend gains', () => {
  const selection = {
    logLoss: 0.41,
    rocAuc: 0.849,
    overBest: { family: 'logistic', rocAuc: { value: 0.0012, low: 0.0003, high: 0.0021 } },
    overRunnerUp: { family: 'forest', rocAuc: { value: -0.0004, low: -0.001, high: 0.0002 } },
  } as const;
  const members = [
    { family: 'logistic', settings: 1, share: 0.4 },
    { family: 'boosting', settings: 2, share: 0.6 },
  ] as const;

  it('stands beside the best family and the next one, with intervals', () => {
    expect(trialsOf({ members, selection }).gain).toBe(
      'Repeated without each fold and measured on that fold, the choice has a ROC AUC of 0.849: ' +
        '+0.0012 beside the best setting of logistic regression alone (95 % interval +0.0003 to +0.0021), and ' +
        '−0.0004 beside the best setting of random forest alone (95 % interval −0.0010 to +0.0002). ' +
        'A difference whose interval includes 0 may be chance.',
    );
  });

  it('is not told of a family beside itself, nor where nothing was measured', () => {
    const alone = [{ family: 'logistic', settings: 1, share: 1 }] as const;
    expect(trialsOf({ members: alone, selection }).gain).not.toContain('logistic');
    expect(trialsOf({ members: alone, selection: { ...selection, overRunnerUp: null } }).gain).toBeNull();
    expect(trialsOf({ members }).gain).toBeNull();
  });

  it('comes after how many settings of a family are blended', () => {
    expect(reasonOf({ members })).toContain(
      'logistic regression (40.0 %), 2 settings of gradient boosting (60.0 %).',
    );
  });

  it('says of a family that was left behind on how many folds it was tried', () => {
    const [left, others] = [
      { ...candidates[0]!, foldsTried: 1 },
      { ...candidates[1]!, foldsTried: 5 },
    ];
    const { rows } = trialsOf({ candidates: [left, others] as Evaluation['candidates'] });
    expect(rows.map(({ onFolds }) => onFolds)).toEqual(['on 1 fold', null]);
  });
});
