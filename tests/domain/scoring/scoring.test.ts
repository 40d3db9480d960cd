import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { createScorer, scoreCustomers } from '../../../src/domain/scoring/scoring.ts';
import type { RawCustomer } from '../../../src/domain/scoring/customer-reading.ts';
import type { Scorer } from '../../../src/domain/scoring/scoring.ts';
import { trainOnTable } from '../../../src/domain/training/fit.ts';
import { readTrainingTable } from '../../../src/domain/training/table.ts';
import type { Family } from '../../../src/ml/estimators.ts';
import type { Model } from '../../../src/ml/model/model.ts';
import { customersCsv } from '../../helpers/app.ts';
import { planOf } from '../../helpers/plan.ts';

const rules = { mediumFrom: 0.3, highFrom: 0.6, valueMonths: 12, valueMargin: 1, rules: [] };
const table = readTrainingTable(customersCsv(1_500, 5, true));

function train(family: Family): Model {
  return trainOnTable(table, planOf([family], 3), () => undefined);
}

describe.each(['logistic', 'forest'] as const)('a score of the %s model', (family) => {
  let model: Model;
  let scorer: Scorer;
  beforeAll(() => {
    model = train(family);
    scorer = createScorer(model, rules, 500);
  });

  const customer = (row: number): RawCustomer => ({
    cells: model.schema.features.map(({ name }) => table.cells[table.header.indexOf(name)]![row]!),
  });
  const probability = (raw: RawCustomer): number => {
    const [result] = scoreCustomers(scorer, [raw], '.');
    if (!result?.ok) throw new Error('not scored');
    return result.customer.probability;
  };

  it('is the same to the last bit alone and among others, in any order', () => {
    const alone = Array.from({ length: 200 }, (_, row) => probability(customer(row)));
    const together = scoreCustomers(
      scorer,
      Array.from({ length: 200 }, (_, row) => customer(199 - row)),
      '.',
    );
    expect(together.map((result) => (result.ok ? result.customer.probability : NaN)).reverse()).toEqual(
      alone,
    );
  });

  it('adds up: base and reasons give the probability', () => {
    for (const result of scoreCustomers(
      scorer,
      Array.from({ length: 100 }, (_, row) => customer(row)),
      '.',
    )) {
      if (!result.ok) throw new Error('not scored');
      const { base, reasons } = result.customer;
      expect(reasons.reduce((sum, reason) => sum + reason.points, base)).toBeCloseTo(
        result.customer.probability,
        9,
      );
    }
  });

  it('can be changed by every field that the model uses', () => {
    const unmoved = model.schema.features.filter((feature, j) => {
      const values = feature.range
        ? [String(feature.range.min), String(feature.range.median), String(feature.range.max)]
        : feature.levels;
      return Array.from({ length: 40 }, (_, row) => customer(row)).every(({ cells }) => {
        const scores = values.map((value) =>
          probability({ cells: cells.map((cell, k) => (k === j ? value : cell)) }),
        );
        return new Set(scores).size === 1;
      });
    });
    // A forest may have found no use for a column; then its importance says so too.
    const importance = new Map(model.importance.map(({ feature, points }) => [feature, points]));
    expect(unmoved.filter(({ name }) => (importance.get(name) ?? 0) > 0)).toEqual([]);
  });

  it('takes a blank as missing and an unseen level as having no effect, and notes both', () => {
    const { cells } = customer(0);
    const place = model.schema.features.findIndex(({ name }) => name === 'Contract');
    const changed = (value: string) => ({ cells: cells.map((cell, k) => (k === place ? value : cell)) });
    const [blank, unseen] = scoreCustomers(scorer, [changed(' '), changed('Three year')], '.');
    expect(blank?.ok && blank.customer.notes).toEqual([expect.stringContaining('Contract is missing')]);
    expect(unseen?.ok && unseen.customer.notes).toEqual([
      expect.stringContaining("'Three year' is not recognised"),
    ]);
    if (family === 'logistic' && unseen?.ok)
      expect(unseen.customer.reasons.find(({ feature }) => feature === 'Contract')?.points).toBeCloseTo(
        0,
        12,
      );
  });

  it('is a probability whatever is in the cells, or the row is refused with its reasons', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string(), {
          minLength: model.schema.features.length,
          maxLength: model.schema.features.length,
        }),
        (cells) => {
          const [result] = scoreCustomers(scorer, [{ cells }], '.');
          if (result!.ok) expect(result!.customer.probability).toSatisfy((p: number) => p >= 0 && p <= 1);
          else expect(result!.problems.length).toBeGreaterThan(0);
        },
      ),
    );
  });

  it('needs no difference between a decimal comma and a decimal point', () => {
    const { cells } = customer(3);
    const comma = { cells: cells.map((cell) => cell?.toString().replace(/^(\d+)\.(\d+)$/, '$1,$2')) };
    const [a] = scoreCustomers(scorer, [{ cells }], '.');
    const [b] = scoreCustomers(scorer, [comma], ',');
    expect(a?.ok && a.customer.probability).toBe(b?.ok && b.customer.probability);
  });
});
