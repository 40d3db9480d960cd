import { describe, expect, it } from 'vitest';
import { splitChange } from '../../../src/domain/scoring/change-split.ts';
import type { ChangeSplit, ScoredInputs } from '../../../src/domain/scoring/change-split.ts';
import { scoreInputs } from '../../../src/domain/models/promotion-tests.ts';
import { trainOnTable } from '../../../src/domain/training/fit.ts';
import { readTrainingTable } from '../../../src/domain/training/table.ts';
import type { Model } from '../../../src/ml/model/model.ts';
import type { InputValues } from '../../../src/store/score-files/inputs.ts';
import { customersCsv } from '../../helpers/app.ts';
import { planOf } from '../../helpers/plan.ts';

const columns = ['tenure', 'MonthlyCharges', 'Contract'];
const train = (seed: number, only: readonly string[] | null): Model =>
  trainOnTable(
    readTrainingTable(customersCsv(400, seed, true)),
    planOf(['logistic'], 1, { only }),
    () => undefined,
  );
const [first, second, wide] = [train(7, columns), train(8, columns), train(7, null)];

const customer = { tenure: 4, MonthlyCharges: 70, Contract: 'Month-to-month' };
const scoreOf = (model: Model, inputs: InputValues): number => scoreInputs(model, [inputs])[0]!;
const totalOf = ({ customer: one, quality, model }: ChangeSplit): number => one + quality + model;
const split = (before: ScoredInputs, after: ScoredInputs): ChangeSplit => splitChange(before, after)!;

describe('the change of a score', () => {
  it('has parts that add up to the whole difference of the two scores', () => {
    const later = { tenure: 9, MonthlyCharges: null, Contract: 'One year' };
    const found = split({ model: first, inputs: customer }, { model: second, inputs: later });
    expect(found.before).toBe(scoreOf(first, customer));
    expect(found.after).toBe(scoreOf(second, later));
    expect(totalOf(found)).toBeCloseTo(found.after - found.before, 12);
    for (const part of [found.customer, found.quality, found.model]) expect(part).not.toBe(0);
  });

  it('is the mean over all orders in which customer, data quality and model can change', () => {
    const later = { tenure: 30, MonthlyCharges: null, Contract: 'Two year' };
    const found = split({ model: first, inputs: customer }, { model: second, inputs: later });
    const score = (has: string): number =>
      scoreOf(has.includes('m') ? second : first, {
        ...customer,
        ...(has.includes('c') && { tenure: 30, Contract: 'Two year' }),
        ...(has.includes('q') && { MonthlyCharges: null }),
      });
    const orders = ['cqm', 'cmq', 'qcm', 'qmc', 'mcq', 'mqc'];
    const meanStep = (one: string): number =>
      orders.reduce((sum, order) => {
        const before = order.slice(0, order.indexOf(one));
        return sum + (score(before + one) - score(before)) / orders.length;
      }, 0);
    expect(found.customer).toBeCloseTo(meanStep('c'), 12);
    expect(found.quality).toBeCloseTo(meanStep('q'), 12);
    expect(found.model).toBeCloseTo(meanStep('m'), 12);
  });

  it('turns round with time: the same parts with the other sign', () => {
    const [a, b] = [
      { model: first, inputs: customer },
      { model: second, inputs: { tenure: 40, MonthlyCharges: 20, Contract: null } },
    ];
    const [there, back] = [split(a, b), split(b, a)];
    expect(back.customer).toBeCloseTo(-there.customer, 12);
    expect(back.quality).toBeCloseTo(-there.quality, 12);
    expect(back.model).toBeCloseTo(-there.model, 12);
  });
});

describe('the customer', () => {
  it('has every column that changed, with its part, and no other', () => {
    const later = { ...customer, tenure: 50, Contract: 'Two year' };
    const found = split({ model: first, inputs: customer }, { model: first, inputs: later });
    expect([found.quality, found.model]).toEqual([0, 0]);
    expect(found.columns).toHaveLength(2);
    expect(found.columns).toContainEqual(
      expect.objectContaining({ name: 'tenure', kind: 'customer', before: 4, after: 50 }),
    );
    expect(found.columns.reduce((sum, { part }) => sum + part, 0)).toBeCloseTo(found.customer, 12);
    expect(found.customer).toBeCloseTo(scoreOf(first, later) - scoreOf(first, customer), 12);
  });

  it('has parts that add up where more columns changed than can change in every order', () => {
    const rows = customersCsv(2, 31)
      .trim()
      .split('\n')
      .map((line) => line.split(','));
    const inputsOf = (row: number): InputValues =>
      Object.fromEntries(wide.schema.features.map(({ name }) => [name, rows[row]![rows[0]!.indexOf(name)]!]));
    const opposite = Object.fromEntries(
      wide.schema.features.map(({ name, levels, range }) => {
        const was = inputsOf(1)[name];
        return [name, levels.find((level) => level !== was) ?? range!.max];
      }),
    );
    const found = split({ model: wide, inputs: inputsOf(1) }, { model: wide, inputs: opposite });
    expect(found.columns.filter(({ kind }) => kind === 'customer').length).toBeGreaterThan(10);
    expect(totalOf(found)).toBeCloseTo(found.after - found.before, 12);
  });

  it('did not change where a value is only written otherwise', () => {
    const later = { tenure: '4.0', MonthlyCharges: 70, Contract: ' month-to-month ' };
    const found = split({ model: first, inputs: customer }, { model: first, inputs: later });
    expect(found).toMatchObject({ customer: 0, quality: 0, model: 0, columns: [] });
  });
});

describe('data quality', () => {
  it.each([
    ['went blank', customer, { ...customer, Contract: null }],
    ['came back', { ...customer, Contract: null }, customer],
    ['is not recognised', customer, { ...customer, Contract: 'Weekly' }],
    ['was not recognised', { ...customer, Contract: 'Weekly' }, customer],
    ['was blank and is not recognised', { ...customer, Contract: null }, { ...customer, Contract: 'Weekly' }],
  ])('has the part of a value that %s', (_what, before, after) => {
    const found = split({ model: first, inputs: before }, { model: first, inputs: after });
    expect([found.customer, found.model]).toEqual([0, 0]);
    expect(totalOf(found)).toBeCloseTo(scoreOf(first, after) - scoreOf(first, before), 12);
    for (const column of found.columns) expect(column).toMatchObject({ name: 'Contract', kind: 'quality' });
  });
});

describe('the model', () => {
  it('has the whole difference where the inputs are the same', () => {
    const found = split({ model: first, inputs: customer }, { model: second, inputs: customer });
    expect(found).toMatchObject({ customer: 0, quality: 0, columns: [], notShared: [] });
    expect(found.model).toBeCloseTo(scoreOf(second, customer) - scoreOf(first, customer), 12);
  });

  it('has the columns that only one of the models uses, and they are named', () => {
    const narrow = train(7, ['tenure', 'Contract']);
    const inputs = { tenure: 20, Contract: 'Month-to-month' };
    const wider = split({ model: narrow, inputs }, { model: first, inputs: { ...customer, tenure: 20 } });
    expect(wider).toMatchObject({ customer: 0, quality: 0, columns: [], notShared: ['MonthlyCharges'] });
    expect(wider.after).toBe(scoreOf(first, { ...customer, tenure: 20 }));
    const back = split({ model: first, inputs: customer }, { model: narrow, inputs });
    expect(back.notShared).toEqual(['MonthlyCharges']);
    expect(back.columns.map(({ name }) => name)).toEqual(['tenure']);
    expect(totalOf(back)).toBeCloseTo(back.after - back.before, 12);
  });

  it('must be able to score the inputs of both', () => {
    const features = first.schema.features.map((feature) =>
      feature.name === 'tenure'
        ? { ...feature, policy: { missing: 'refuse', unseen: 'use', outOfRange: 'use' } as const }
        : feature,
    );
    const strict = { ...first, schema: { ...first.schema, features } };
    const blank = { ...customer, tenure: null };
    expect(splitChange({ model: first, inputs: blank }, { model: strict, inputs: customer })).toBeNull();
  });
});
