import { beforeAll, describe, expect, it } from 'vitest';
import { trainOnTable } from '../../../src/domain/training/fit.ts';
import { readTrainingTable } from '../../../src/domain/training/table.ts';
import { checkModel } from '../../../src/ml/model/model-check.ts';
import type { Model } from '../../../src/ml/model/model.ts';
import { usualPolicy } from '../../../src/ml/data/schema.ts';
import { customersCsv } from '../../helpers/app.ts';
import { planOf } from '../../helpers/plan.ts';

let model: Model;
beforeAll(() => {
  model = trainOnTable(
    readTrainingTable(customersCsv(300, 3, true)),
    planOf(['logistic'], 1),
    () => undefined,
  );
});

/** The problem found when the first feature says this as well. */
const problemWith = (change: object): string | null => {
  const [first, ...others] = model.schema.features;
  return checkModel({
    ...model,
    schema: { ...model.schema, features: [{ ...first, ...change }, ...others] },
  });
};

describe('a feature of a model file', () => {
  it.each([
    {},
    { policy: usualPolicy },
    { policy: { missing: 'typical', unseen: 'missing', outOfRange: 'clip' } },
    { policy: { missing: 'refuse', unseen: 'refuse', outOfRange: 'refuse' } },
    { allowed: { min: 0, max: null } },
    { allowed: { min: null, max: null } },
    { allowed: { min: 5, max: 5 } },
  ])('may say %j', (change) => {
    expect(problemWith(change)).toBeNull();
  });

  it.each([
    { policy: null },
    { policy: {} },
    { policy: { ...usualPolicy, missing: 'clip' } },
    { policy: { ...usualPolicy, outOfRange: 'drop' } },
    { policy: { ...usualPolicy, unseen: undefined } },
    { allowed: null },
    { allowed: { min: 0 } },
    { allowed: { min: NaN, max: 1 } },
    { allowed: { min: '0', max: 1 } },
    { allowed: { min: 2, max: 1 } },
    { mode: 'a level that there is not' },
    { mode: 7 },
  ])('may not say %j', (change) => {
    expect(problemWith(change)).toMatch(
      /features\[0\]\.(policy|allowed|mode)|has a wrong mode|allows no number/,
    );
  });
});
