/** Models that the converters of other programs wrote, against the probabilities of those programs (tests/oracles/onnx_import.py). */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { convert } from '../../../../src/domain/import/convert.ts';
import { readOnnx } from '../../../../src/domain/import/onnx/read.ts';
import { prepareTraining, readTrainingTable } from '../../../../src/domain/training/table.ts';
import { encodeTable, fitEncoder } from '../../../../src/ml/data/encoding.ts';
import { estimators, explainWith, predictWith } from '../../../../src/ml/estimators.ts';
import { calibrate } from '../../../../src/ml/model/calibration.ts';

const oracle = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../../oracles/onnx-import.json'), 'utf8'),
) as {
  csv: string;
  models: Record<string, { onnx: string; given: number[] }>;
};
const { data, types, label } = prepareTraining(readTrainingTable(oracle.csv), null);
const encoder = fitEncoder(data, types);

function imported(name: string) {
  const outside = readOnnx(Buffer.from(oracle.models[name]!.onnx, 'base64'), label);
  const { features, calibration, estimatorFor } = convert(outside, encoder);
  const table = encodeTable(features, data);
  return { origin: outside.origin, features, table, calibration, estimator: estimatorFor(table) };
}

describe('a model of scikit-learn or XGBoost as ONNX', () => {
  const names = Object.keys(oracle.models).filter((name) => name !== 'linear regression');
  it.each(names)('gives the probabilities of %s', (name) => {
    const { features, table, calibration, estimator } = imported(name);
    const own = calibrate(calibration, predictWith(estimator, table));
    const { given } = oracle.models[name]!;
    const largest = given.reduce((most, p, row) => Math.max(most, Math.abs(p - own[row]!)), 0);
    expect(largest).toBeLessThan(1e-6);
    expect(estimators[estimator.family].check({ ...estimator.model }, features)).toBeNull();
    const { base, featureCount, contributions } = explainWith(estimator, table);
    const sum = contributions.subarray(0, featureCount).reduce((total, points) => total + points, base);
    expect(sum).toBeCloseTo(predictWith(estimator, table)[0]!, 9);
  });

  it('becomes the family that it is', () => {
    const familyOf = (name: string) => imported(name).estimator.family;
    expect(familyOf('multinomial logistic regression')).toBe('logistic');
    expect(familyOf('extra trees')).toBe('forest');
    expect(familyOf('gradient boosting by histograms')).toBe('boosting');
    expect(imported('random forest').origin).toBe('skl2onnx 1.14.1 (ONNX)');
  });

  it('has the columns that it uses, in the order of the dataset', () => {
    const { features } = imported('XGBoost of a matrix');
    expect(features.map(({ name }) => name)).toEqual(expect.arrayContaining(['tenure', 'Contract']));
    const places = features.map(({ name }) => encoder.findIndex((feature) => feature.name === name));
    expect(places).toEqual([...places].sort((a, b) => a - b));
  });

  it('says how likely leaving is for the rows of the dataset: reasons start from their mean', () => {
    const { estimator, table } = imported('random forest');
    const mean = predictWith(estimator, table).reduce((sum, p) => sum + p, 0) / table.rowCount;
    expect(explainWith(estimator, table).base).toBeCloseTo(mean, 6);
  });

  it('is refused where it gives no probability', () => {
    expect(() => imported('linear regression')).toThrow(/a number that is no probability/);
  });
});
