import { expect, it } from 'vitest';
import { scoreInputs } from '../../../src/domain/models/promotion-tests.ts';
import { scoreColumns } from '../../../src/domain/scoring/column-scoring.ts';
import { generateCustomers } from '../../../src/domain/sample/generator.ts';
import { trainOnTable } from '../../../src/domain/training/fit.ts';
import { readTrainingTable } from '../../../src/domain/training/table.ts';
import { createRandom } from '../../../src/ml/math/random.ts';
import type { Feature } from '../../../src/ml/data/schema.ts';
import type { Model } from '../../../src/ml/model/model.ts';
import { cellOf } from '../../../src/store/score-files/cells.ts';
import type { InputColumn, ScoredFeature } from '../../../src/store/score-files/group.ts';
import { customersCsv } from '../../helpers/app.ts';
import { planOf } from '../../helpers/plan.ts';

const rowCount = 400;
const table = readTrainingTable(customersCsv(400, 11, true));
const trained = trainOnTable(table, planOf(['logistic'], 2), () => undefined);

/** The trained model with other policies and limits. */
function withPolicies(change: (feature: Feature) => Partial<Feature>): Model {
  const features = trained.schema.features.map((feature) => ({ ...feature, ...change(feature) }));
  return { ...trained, schema: { ...trained.schema, features } };
}

interface Difference {
  /** The first column is not stored. */
  readonly isColumnMissing: boolean;
  /** Numbers are stored as texts. */
  readonly isTypeOther: boolean;
}

const policies: readonly (readonly [string, Model, Difference])[] = [
  ['as trained', trained, { isColumnMissing: true, isTypeOther: false }],
  ['with other types of columns', trained, { isColumnMissing: true, isTypeOther: true }],
  [
    'typical values and clipping',
    withPolicies(() => ({ policy: { missing: 'typical', unseen: 'missing', outOfRange: 'clip' } })),
    { isColumnMissing: true, isTypeOther: false },
  ],
  [
    'everything refused',
    withPolicies(() => ({ policy: { missing: 'refuse', unseen: 'refuse', outOfRange: 'refuse' } })),
    { isColumnMissing: false, isTypeOther: false },
  ],
];

/** Stored with another spelling of the columns' names, other texts, and numbers out of range. */
function storedColumns({ isColumnMissing, isTypeOther }: Difference): {
  readonly features: readonly ScoredFeature[];
  readonly inputs: readonly InputColumn[];
} {
  const random = createRandom(5);
  const customers = [...generateCustomers(rowCount, 99)];
  const stored = trained.schema.features.slice(Number(isColumnMissing)).map((feature) => {
    const type = isTypeOther && feature.type === 'number' ? ('category' as const) : feature.type;
    return { ...feature, type, levels: feature.levels.slice(0, -1) };
  });
  const inputs = stored.map(({ name, type, levels }): InputColumn => {
    const cells = customers.map((customer) => {
      if (random.next() < 0.02) return '';
      if (random.next() < 0.02) return type === 'number' ? '-1e6' : 'Something else';
      return customer[name as keyof typeof customer];
    });
    if (type === 'number') {
      const values = Float64Array.from(cells, (text) => (text === '' ? NaN : Number(text)));
      return { kind: 'number', values };
    }
    const others = [...new Set(cells.filter((text) => text !== '' && !levels.includes(text)))];
    const codes = Int32Array.from(cells, (text) => (text === '' ? -1 : [...levels, ...others].indexOf(text)));
    return { kind: 'level', codes, others };
  });
  return { features: stored.map((feature) => ({ ...feature, name: feature.name.toUpperCase() })), inputs };
}

it.each(policies)('gives what each customer on its own would get: %s', (_, model, difference) => {
  const { features, inputs } = storedColumns(difference);
  const objects = Array.from({ length: rowCount }, (_row, i) =>
    Object.fromEntries(features.map((feature, j) => [feature.name, cellOf(feature, inputs[j]!, i)])),
  );
  const expected = scoreInputs(model, objects);
  const found = scoreColumns(model, { header: { features, actions: [] }, rowCount, inputs });
  expect([...found].map((value) => (Number.isNaN(value) ? null : value))).toEqual(expected);
  expect(expected.filter((value) => value !== null).length).toBeGreaterThan(rowCount / 5);
});
