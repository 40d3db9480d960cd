import { describe, expect, it } from 'vitest';

import { createRandom } from '../../../src/ml/math/random.ts';
import { resample } from '../../../src/ml/data/resampling.ts';
import { trainModel } from '../../../src/ml/model/training.ts';
import { sampleData } from '../tree/sample-tables.ts';

const rows = 100;
const values = Float64Array.from({ length: rows }, (_, row) => row);
const data = {
  table: { rowCount: rows, columns: [{ kind: 'number' as const, name: 'row', values }] },
  target: Uint8Array.from({ length: rows }, (_, row) => Number(row < 20)),
  weights: Float64Array.from({ length: rows }, (_, row) => row + 1),
};
const rowsOf = (resampled: typeof data): number[] => [...resampled.table.columns[0]!.values];

describe.each(['over', 'under'] as const)('resampling %s', (kind) => {
  const resampled = resample(data, kind, createRandom(1)) as typeof data;

  it('makes both classes equally frequent, out of the rows that there are', () => {
    const left = resampled.target.reduce((sum, label) => sum + label, 0);
    expect(left).toBe(resampled.target.length / 2);
    expect(resampled.target.length).toBe(kind === 'over' ? 160 : 40);
    for (const row of rowsOf(resampled)) expect(values).toContain(row);
  });

  it('keeps label and weight with their row', () => {
    rowsOf(resampled).forEach((row, i) => {
      expect(resampled.target[i]).toBe(data.target[row]);
      expect(resampled.weights[i]).toBe(data.weights[row]);
    });
  });

  it('is the same for the same seed', () => {
    expect(rowsOf(resample(data, kind, createRandom(1)) as typeof data)).toEqual(rowsOf(resampled));
  });
});

describe('resampling', () => {
  it('over keeps every row, under every row of the rarer class', () => {
    const over = new Set(rowsOf(resample(data, 'over', createRandom(2)) as typeof data));
    expect(over.size).toBe(rows);
    const under = rowsOf(resample(data, 'under', createRandom(2)) as typeof data);
    expect(new Set(under).size).toBe(40);
    expect(under.filter((row) => row < 20)).toHaveLength(20);
  });

  it.each(['over', 'under', 'weights'] as const)(
    'inside training (%s) leaves probabilities that can be taken at their word',
    (imbalance) => {
      const { table, target } = sampleData(1_500, 4, 3);
      const rare = Uint8Array.from(target, (label, row) => (row % 3 === 0 ? label : 0));
      const { evaluation, calibration } = trainModel({
        table,
        target: rare,
        types: ['number', 'category', 'number', 'category'],
        label: { name: 'left', positive: 'yes', negative: 'no' },
        identifier: null,
        value: null,
        families: ['logistic'],
        folds: 5,
        seed: 1,
        imbalance,
        datasetName: 'sample',
        datasetHash: '0'.repeat(64),
        softwareVersion: '0.0.0',
        now: () => 0,
      });
      expect(calibration?.method).not.toBe('none');
      expect(evaluation.holdout.ece).toBeLessThan(0.08);
    },
  );
});
