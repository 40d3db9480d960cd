/** Exported ONNX files in onnxruntime against Holdfast's own scores. */
import { describe, expect, it } from 'vitest';
import { onnxExport } from '../../../src/domain/export/onnx/file.ts';
import { familyNames } from '../../../src/ml/families.ts';
import { addRow, createRowBatch, toTable } from '../../../src/ml/data/row-reader.ts';
import { predictModel } from '../../../src/ml/model/model.ts';
import type { Model } from '../../../src/ml/model/model.ts';
import { awkwardColumns, awkwardRows } from '../../helpers/awkward-customers.ts';
import { awkwardBlend, awkwardModels, calibrations, withPairs } from '../../helpers/awkward-models.ts';
import { runOnnx } from '../../helpers/onnx-engine.ts';

const models = awkwardModels();
const texts = awkwardRows(10_000);
const [first] = Object.values(models);

async function expectSame(model: Model, within = 1e-6): Promise<void> {
  const { features } = model.schema;
  const order = features.map(({ name }) => awkwardColumns.findIndex((column) => column === name));
  const batch = createRowBatch(features, texts.length);
  const rows = texts.filter((row) => {
    const cells = order.map((j) => row[j] ?? '');
    const isPlain = cells.every(
      (cell, j) => features[j]!.levels.length === 0 || isAsWritten(cell, features[j]!.levels),
    );
    return isPlain && addRow(batch, cells, '.').problems.length === 0;
  });
  const table = toTable(batch);
  const own = predictModel(model, table);
  const cells = order.map((j) => rows.map((row) => row[j] ?? ''));
  const theirs = await runOnnx(onnxExport({ model, label: 'Model 1' }), features, table, cells);
  expect(theirs.length).toBeGreaterThan(5_000);
  const largest = own.reduce((most, p, i) => Math.max(most, Math.abs(p - theirs[i]!)), 0);
  expect(largest).toBeLessThan(within);
}

/** A level as it is written, or none in any spelling. */
function isAsWritten(cell: string, levels: readonly string[]): boolean {
  return (
    levels.includes(cell) ||
    !levels.some((level) => cell.trim().toLowerCase().startsWith(level.toLowerCase()))
  );
}

describe('an ONNX file', () => {
  it.each(familyNames)('of %s gives the probabilities of Holdfast', async (family) => {
    await expectSame(models[family]);
  });

  it('of a linear model with interactions does, too', async () => {
    await expectSame(withPairs(models.logistic));
  });

  it.each(['platt', 'isotonic'] as const)('of a blend with calibration %s does, too', async (method) => {
    await expectSame(awkwardBlend(Object.values(models), calibrations[method]));
  });

  it('puts typical values and limits in the place of others where the columns say so', async () => {
    const { schema, ...others } = first!;
    const policy = { missing: 'typical', unseen: 'missing', outOfRange: 'clip' } as const;
    const features = schema.features.map((feature) => ({ ...feature, policy }));
    await expectSame({ ...others, schema: { ...schema, features } });
  });
});
