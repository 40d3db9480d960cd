import { describe, expect, it } from 'vitest';
import type { Family } from '../../../src/ml/estimators.ts';
import { predictModel } from '../../../src/ml/model/model.ts';
import { trainModel } from '../../../src/ml/model/training.ts';
import type { TrainingRequest } from '../../../src/ml/model/training.ts';
import { encodeTable } from '../../../src/ml/data/encoding.ts';
import { takeRows } from '../../../src/ml/data/table.ts';
import { createRandom } from '../../../src/ml/math/random.ts';
import { categoryColumn, numberColumn } from '../tree/sample-tables.ts';

const count = 3_000;

const customers = (): Int32Array => Int32Array.from({ length: count }, (_, row) => Math.floor(row / 30));

/** Each customer has thirty rows, and a level. */
const allRows = (families: readonly Family[]): TrainingRequest => {
  const random = createRandom(5);
  const numbers = Float64Array.from({ length: count }, () => random.next());
  const levels = Array.from({ length: 100 }, (_, who) => `customer ${who}`);
  return {
    table: {
      rowCount: count,
      columns: [numberColumn('x', [...numbers]), categoryColumn('who', levels, [...customers()])],
    },
    types: ['number', 'category'],
    target: Uint8Array.from(numbers, (x) => Number(x + 0.3 * random.normal() > 0.5)),
    label: { name: 'Churn', positive: 'Yes', negative: 'No' },
    identifier: null,
    value: null,
    families,
    folds: 3,
    seed: 4,
    datasetName: 'Generated',
    datasetHash: '',
    softwareVersion: '1',
    now: () => 0,
  };
};

/** Every third row is drawn. */
const request = (families: readonly Family[], change: Partial<TrainingRequest> = {}): TrainingRequest => {
  const drawn = Int32Array.from({ length: count / 3 }, (_, i) => 3 * i);
  return { ...allRows(families), drawn, ...change };
};

describe('a model of drawn rows', () => {
  it('learns from all rows but the held-out ones', () => {
    const { evaluation, provenance } = trainModel(request(['logistic']));
    expect(evaluation).toMatchObject({ chosenOn: 1_000, holdoutRows: 200, trainingRows: 2_800 });
    expect(provenance.rowCount).toBe(count);
  });

  it('never learns from a customer who measures it, drawn or not', () => {
    const { evaluation, schema } = trainModel(request(['logistic'], { groups: customers() }));
    const held = evaluation.holdoutCustomers!;
    expect(held).toBeGreaterThan(15);
    expect(evaluation.trainingRows).toBe(count - 30 * held);
    // Each customer has a level of his own: the model knows those of the others only.
    expect(schema.features[1]!.levels).toHaveLength(100 - held);
  });

  it.each<readonly [Family, Partial<TrainingRequest>]>([
    ['auto', {}],
    ['auto', { imbalance: 'weights' }],
    ['auto', { groups: customers() }],
    ['boosting', { imbalance: 'over' }],
  ])(
    'is fitted as one of all these rows: %s',
    (family, change) => {
      const model = trainModel(request([family], change));
      const { table, target } = request([family]);
      const rows = takeRows(
        table,
        Int32Array.from({ length: 300 }, (_, i) => 10 * i),
      );
      const scores = predictModel(model, encodeTable(model.schema.features, rows));
      const mean = (label: number) => {
        const own = scores.filter((_, i) => target[10 * i] === label);
        return own.reduce((sum, score) => sum + score, 0) / own.length;
      };
      expect(mean(1) - mean(0)).toBeGreaterThan(0.3);
      expect(model.evaluation.chosenOn).toBe(1_000);
    },
    60_000,
  );

  it('is one of all rows, to the last bit, where all are drawn', () => {
    const drawn = Int32Array.from({ length: count }, (_, row) => row);
    const { evaluation, ...model } = trainModel(request(['boosting'], { drawn }));
    const { evaluation: expected, ...other } = trainModel(allRows(['boosting']));
    expect(model).toEqual(other);
    expect(evaluation).toEqual({ ...expected, chosenOn: count });
  });
});
