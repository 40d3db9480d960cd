import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { agrees, verifyScores } from '../../../src/domain/export/verify.ts';
import type { Verification, VerifyOptions } from '../../../src/domain/export/verify.ts';
import { createScorer, scoreCustomers } from '../../../src/domain/scoring/scoring.ts';
import { trainOnTable } from '../../../src/domain/training/fit.ts';
import { readTrainingTable } from '../../../src/domain/training/table.ts';
import { awkwardColumns, awkwardHistory } from '../../helpers/awkward-customers.ts';
import { planOf } from '../../helpers/plan.ts';

const folder = mkdtempSync(join(tmpdir(), 'holdfast-verify-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const model = trainOnTable(readTrainingTable(awkwardHistory(300)), planOf(['logistic'], 3), () => undefined);
const options: VerifyOptions = { column: null, tolerance: 1e-9, allowMissing: false, firstLine: null };
const cells = [
  ['12', '40.5', '2021-03-04', 'Basic', '1', 'True', '3.25'],
  ['60', '99', '2022-01-01', '100 %', 'abroad', 'False', ''],
  ['1', '5.75', '2019-06-30', 'Basic', '10', 'True', '70'],
];
const scorer = createScorer(
  model,
  { mediumFrom: 0.3, highFrom: 0.6, valueMonths: 12, valueMargin: 1, rules: [] },
  3,
);
const order = model.schema.features.map(({ name }) => awkwardColumns.findIndex((column) => column === name));
const own = scoreCustomers(
  scorer,
  cells.map((row) => ({ cells: order.map((j) => row[j]!) })),
  '.',
).map((result) => (result.ok ? result.customer.probability : NaN));

function verify(
  rows: readonly (readonly string[])[],
  column = 'churn_probability',
  change: Partial<VerifyOptions> = {},
): Promise<Verification> {
  const path = join(folder, 'scores.csv');
  const lines = rows.map((row, i) => [`c${i}`, ...row].join(','));
  writeFileSync(path, `${[`id,${awkwardColumns.join(',')},${column}`, ...lines].join('\n')}\n`);
  return verifyScores(model, path, { ...options, ...change });
}

const scored = (...probabilities: (number | string)[]) =>
  cells.map((row, i) => [...row, String(probabilities[i]!)]);

describe('scores of a warehouse', () => {
  it('agree where they are the same', async () => {
    const result = await verify(scored(...own));
    expect(result).toMatchObject({ compared: 3, largestDifference: 0, overTolerance: 0, worst: null });
    expect(agrees(result)).toBe(true);
  });

  it('do not where one is off, and the row is named', async () => {
    const result = await verify(scored(own[0]!, own[1]! + 1e-6, own[2]!));
    expect(result).toMatchObject({ compared: 3, overTolerance: 1, worst: { row: 3, customer: 'c1' } });
    expect(result.largestDifference).toBeCloseTo(1e-6, 9);
    expect(agrees(result)).toBe(false);
  });

  it('may differ by the tolerance, and be in a column of any name', async () => {
    const column = 'score from the warehouse';
    const result = await verify(scored(own[0]!, own[1]! + 1e-6, own[2]!), column, {
      column,
      tolerance: 1e-5,
    });
    expect(agrees(result)).toBe(true);
  });

  it('must be there for the rows that Holdfast scores, and for no others', async () => {
    const rows = scored(own[0]!, '', own[2]!);
    rows.push(['many', ...cells[0]!.slice(1), ''], ['many', ...cells[0]!.slice(1), '0.5']);
    const result = await verify(rows);
    expect(result).toMatchObject({ compared: 2, scoredByOne: 2, scoredByNone: 1 });
    expect(agrees(result)).toBe(false);
  });

  it('cannot be compared where the file has no probability, or lacks a column of the model', async () => {
    await expect(verify(scored(...own), 'p')).rejects.toThrow(/no column churn_probability or probability/);
    const path = join(folder, 'few.csv');
    writeFileSync(path, 'id,tenure,churn_probability\na,1,0.5\nb,2,0.5\n');
    await expect(verifyScores(model, path, options)).rejects.toThrow(/no column for: .*plan/);
  });
});
