/** Models of Holdfast, exported as ONNX and imported again. */
import { describe, expect, it } from 'vitest';
import { convert } from '../../../../src/domain/import/convert.ts';
import { readOnnx } from '../../../../src/domain/import/onnx/read.ts';
import { onnxExport } from '../../../../src/domain/export/onnx/file.ts';
import { prepareTraining, readTrainingTable } from '../../../../src/domain/training/table.ts';
import { encodeTable } from '../../../../src/ml/data/encoding.ts';
import { addRow, createRowBatch, toTable } from '../../../../src/ml/data/row-reader.ts';
import { predictWith } from '../../../../src/ml/estimators.ts';
import { calibrate } from '../../../../src/ml/model/calibration.ts';
import { predictModel, type Model } from '../../../../src/ml/model/model.ts';
import { awkwardColumns, awkwardHistory, awkwardRows } from '../../../helpers/awkward-customers.ts';
import { awkwardBlend, awkwardModel, calibrations, withPairs } from '../../../helpers/awkward-models.ts';

const models = {
  logistic: awkwardModel('logistic'),
  forest: awkwardModel('forest'),
  boosting: awkwardModel('boosting'),
};
const features = models.logistic.schema.features;
/** What customers are usually like. */
const history = encodeTable(features, prepareTraining(readTrainingTable(awkwardHistory(900)), null).data);
const order = features.map(({ name }) => awkwardColumns.findIndex((column) => column === name));

/** Rows that a file of ONNX scores as Holdfast does: an unseen level is none of theirs. */
const table = (() => {
  const batch = createRowBatch(features, 4_000);
  for (const row of awkwardRows(4_000)) {
    const cells = order.map((j) => row[j] ?? '');
    const isKnown = cells.every((cell, j) => {
      const { levels } = features[j]!;
      return levels.length === 0 || cell === '' || levels.includes(cell);
    });
    if (isKnown) addRow(batch, cells, '.');
  }
  return toTable(batch);
})();

const label = models.logistic.schema.label;

function largestDifference(model: Model): number {
  const outside = readOnnx(onnxExport({ model, label: 'Model 1' }), label);
  const again = convert(outside, features);
  expect(again.features).toEqual(features);
  const estimator = again.estimatorFor(history);
  const own = predictModel(model, table);
  const back = calibrate(again.calibration, predictWith(estimator, table));
  return own.reduce((most, p, row) => Math.max(most, Math.abs(p - back[row]!)), 0);
}

describe('a model that was exported and imported again', () => {
  const cases = Object.entries(models).flatMap(([family, model]) =>
    [{ method: 'none' } as const, calibrations.platt, calibrations.isotonic].map(
      (calibration) => [family, calibration.method, { ...model, calibration: calibration }] as const,
    ),
  );
  it.each(cases)('gives the same probabilities: %s, calibration %s', (_family, _method, model) => {
    expect(table.rowCount).toBeGreaterThan(2_000);
    expect(largestDifference(model)).toBeLessThan(1e-9);
  });

  it('is refused where it is more than trees or a linear model', () => {
    const refuse = (model: Model) => () => largestDifference(model);
    expect(refuse(withPairs(models.logistic))).toThrow(/operator .* works on several inputs together/);
    const blend = awkwardBlend(Object.values(models), { method: 'none' });
    expect(refuse(blend)).toThrow(/operator .* works on several inputs together/);
  });
});
