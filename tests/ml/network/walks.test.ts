import { expect, it } from 'vitest';
import { network } from '../../../src/ml/network/network.ts';
import { walkMargins } from '../../../src/ml/network/walks.ts';
import { createRandom } from '../../../src/ml/math/random.ts';
import { sampledShap, type Walks } from '../../../src/ml/explain/sampled-shap.ts';
import { takeRows } from '../../../src/ml/data/table.ts';
import { fromCells } from '../../../src/ml/explain/typical-rows.ts';
import { sampleData, spoil } from '../tree/sample-tables.ts';

const data = sampleData(400, 5, 1);
const customers = takeRows(
  spoil(data.table),
  Int32Array.from({ length: 40 }, (_, i) => i),
);

for (const hidden of [[6], [7, 5], [6, 5, 4]])
  it(`walks of ${hidden.length} hidden layers give the reasons that whole rows give`, () => {
    const params = { ...network.defaults, hidden, maxEpochs: 2 };
    const model = network.fit(params, data, createRandom(1));
    const background = fromCells(data.table, model.background);
    const whole = sampledShap((rows) => network.predict(model, rows), background, customers, 1);
    const walked = network.explain(model, customers);
    expect(walked.base).toBe(whole.base);
    walked.contributions.forEach((c, i) => {
      expect(c).toBeCloseTo(whole.contributions[i]!, 12);
      expect(walked.standardErrors[i]).toBeCloseTo(whole.standardErrors[i]!, 9);
    });
  });

it('a walk on which nothing changes has no steps', () => {
  const model = network.fit({ ...network.defaults, maxEpochs: 1 }, data, createRandom(1));
  const background = takeRows(data.table, Int32Array.of(3));
  const order = Int32Array.of(0, 1, 2, 3, 4);
  const walks: Walks = {
    background,
    table: background,
    start: 0,
    end: 1,
    orders: [order, order],
    differs: new Uint8Array(5),
  };
  expect(walkMargins(model.inputs, model.networks, walks)).toHaveLength(0);
});
