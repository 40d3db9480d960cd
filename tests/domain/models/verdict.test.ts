import { describe, expect, it } from 'vitest';
import { judge } from '../../../src/domain/models/verdict.ts';
import type { Evaluation } from '../../../src/ml/model/model.ts';
import { presentVerdict } from '../../../src/presenters/model-verdict.ts';
import { createViewHelpers } from '../../../src/presenters/view-helpers.ts';

const h = createViewHelpers({ currency: 'EUR', timeZone: 'UTC' });

type Ends = readonly [low: number, high: number];

/** A model with this ROC AUC, whose best rule on one column has 0.7. */
function evaluationOf(rocAuc: number, interval: Ends | null, gain: Ends | null = null): Evaluation {
  const range = ([low, high]: Ends) => ({ low, high });
  return {
    holdout: { rocAuc },
    oneColumn: { rocAuc: 0.7 },
    ...(interval ? { report: { intervals: { rocAuc: range(interval) } } } : {}),
    ...(gain
      ? { overOneColumn: { column: 'monthsActive', rocAuc: { value: rocAuc - 0.7, ...range(gain) } } }
      : {}),
  } as unknown as Evaluation;
}

const textOf = (evaluation: Evaluation) => presentVerdict(h, judge(evaluation));

describe('the verdict on a model', () => {
  it.each<[string, Evaluation, string]>([
    ['chance', evaluationOf(0.52, [0.47, 0.57], [-0.2, -0.1]), 'No better than chance.'],
    ['worse', evaluationOf(0.65, [0.6, 0.7], [-0.08, -0.02]), 'Worse than asking only about Months active.'],
    [
      'barely',
      evaluationOf(0.71, [0.68, 0.74], [-0.01, 0.03]),
      'Barely better than asking only about Months active: the difference may be chance.',
    ],
    [
      'barely',
      evaluationOf(0.69, [0.66, 0.72], [-0.03, 0.01]),
      'No better than asking only about Months active: the difference may be chance.',
    ],
    [
      'slightly',
      evaluationOf(0.71, [0.7, 0.72], [0.005, 0.015]),
      'Slightly better than asking only about Months active.',
    ],
    [
      'clearly',
      evaluationOf(0.85, [0.83, 0.87], [0.12, 0.17]),
      'Ranks customers clearly better than its best single column, Months active.',
    ],
  ])('is %s by the intervals', (level, evaluation, sentence) => {
    expect(judge(evaluation).level).toBe(level);
    expect(textOf(evaluation).sentence).toBe(sentence);
  });

  it('names the figures that it rests on', () => {
    expect(textOf(evaluationOf(0.85, [0.83, 0.87], [0.12, 0.17])).evidence).toBe(
      'ROC AUC on held-out customers: 0.850 (95 % interval 0.830 to 0.870); chance is 0.5, and the best rule on one ' +
        'column has 0.700. The difference is 0.150 (95 % interval 0.120 to 0.170).',
    );
  });

  it('advises against a model that adds nothing, and only then', () => {
    expect(textOf(evaluationOf(0.71, [0.68, 0.74], [-0.01, 0.03])).advice).toMatch(/more customers/);
    expect(textOf(evaluationOf(0.85, [0.83, 0.87], [0.12, 0.17])).advice).toBeNull();
  });

  it('of an earlier model compares the rule with the model’s own interval', () => {
    expect(judge(evaluationOf(0.71, [0.68, 0.74])).level).toBe('barely');
    expect(judge(evaluationOf(0.85, [0.83, 0.87]))).toMatchObject({
      level: 'clearly',
      rule: { column: null },
    });
    expect(textOf(evaluationOf(0.85, [0.83, 0.87])).sentence).toBe(
      'Ranks customers clearly better than its best single column.',
    );
  });

  it('is open without intervals or without a rule', () => {
    expect(judge(evaluationOf(0.85, null)).level).toBe('unmeasured');
    const { holdout, report } = evaluationOf(0.85, [0.83, 0.87]);
    expect(judge({ holdout, report } as Evaluation).level).toBe('above-chance');
  });
});
