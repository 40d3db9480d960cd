import { describe, expect, it } from 'vitest';
import { evaluable, evaluateTable } from '../../../src/domain/training/evaluation.ts';
import type { EvaluationProtocol } from '../../../src/domain/training/evaluation.ts';
import { readTrainingTable } from '../../../src/domain/training/table.ts';
import { customersCsv } from '../../helpers/app.ts';

const protocol: EvaluationProtocol = { folds: 5, repeats: 1, seed: 42, foldColumns: [], drop: [] };
const [header, ...rows] = customersCsv(900, 6, true).trimEnd().split('\n');
const withFolds = (...foldsOf: ((i: number) => number | string)[]) =>
  readTrainingTable(
    [
      [header, ...foldsOf.map((_, k) => `fold_${k + 1}`)].join(','),
      ...rows.map((row, i) => [row, ...foldsOf.map((foldOf) => foldOf(i))].join(',')),
    ].join('\n'),
  );
const table = withFolds();

describe('an evaluation', () => {
  it('is the same again, and its models beat what they have to beat', () => {
    const auc = (family: 'majority' | 'one-column' | 'logistic') =>
      evaluateTable(table, family, protocol).metrics.rocAuc;
    expect(auc('majority')).toBe(0.5);
    expect(auc('one-column')).toBeGreaterThan(0.6);
    expect(auc('logistic')).toBeGreaterThan(auc('one-column'));
    expect(auc('logistic')).toBe(auc('logistic'));
    expect(evaluable.slice(0, 3)).toEqual(['majority', 'one-column', 'logistic']);
  });

  it('on fold columns tests each row once a repeat, whatever the folds are called', () => {
    const two = withFolds(
      (i) => i % 5,
      (i) => `part ${(i * 7) % 3}`,
    );
    const both = evaluateTable(two, 'logistic', { ...protocol, foldColumns: ['fold_1', 'fold_2'] });
    expect(both.rocAucByFold).toHaveLength(8);
    const numbers = evaluateTable(two, 'logistic', {
      ...protocol,
      foldColumns: ['fold_1'],
      drop: ['fold_2'],
    });
    expect(both.rocAucByFold.slice(0, 5)).toEqual(numbers.rocAucByFold);
  });

  it('never learns from a fold column: one that gives the label away changes nothing', () => {
    const honest = withFolds((i) => i % 5);
    const leaking = withFolds(
      (i) => i % 5,
      (i) => (rows[i]!.endsWith('Yes') ? `y${i % 2}` : `n${i % 2}`),
    );
    const folds = { ...protocol, foldColumns: ['fold_1'] };
    const clean = evaluateTable(honest, 'logistic', folds).metrics;
    expect(evaluateTable(leaking, 'logistic', { ...folds, drop: ['fold_2'] }).metrics).toEqual(clean);
    expect(evaluateTable(leaking, 'logistic', folds).metrics.rocAuc).toBeGreaterThan(0.99);
  });

  it.each<[string, ReturnType<typeof withFolds>, string[], RegExp]>([
    ['is not there', table, ['fold_1'], /'fold_1' does not say/],
    ['holds one fold', withFolds(() => 1), ['fold_1'], /does not say/],
    ['has blanks', withFolds((i) => (i === 3 ? '' : i % 5)), ['fold_1'], /does not say/],
    ['has hundreds of folds', withFolds((i) => i % 300), ['fold_1'], /does not say/],
    [
      'is the label again',
      withFolds((i) => rows[i]!.split(',').at(-1)!),
      ['fold_1'],
      /two classes are needed/,
    ],
    [
      'has a fold with one outcome only',
      withFolds((i) => (rows[i]!.endsWith('Yes') && i % 20 === 0 ? 9 : i % 5)),
      ['fold_1'],
      /same outcome, so its ROC AUC is undefined/,
    ],
  ])('whose fold column %s is refused with a reason', (_name, data, foldColumns, words) => {
    expect(() => evaluateTable(data, 'logistic', { ...protocol, foldColumns })).toThrow(words);
  });

  it('with labels that say nothing finds nothing', () => {
    const shuffled = readTrainingTable(
      [
        header,
        ...rows.map((row, i) => row.replace(/[^,]+$/, rows[(i + 11) % rows.length]!.split(',').at(-1)!)),
      ].join('\n'),
    );
    for (const family of ['logistic', 'forest', 'boosting', 'one-column'] as const)
      expect(Math.abs(evaluateTable(shuffled, family, protocol).metrics.rocAuc - 0.5)).toBeLessThan(0.08);
  });
});
