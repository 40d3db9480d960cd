import { describe, expect, it } from 'vitest';
import { findLabelProblem } from '../../../../src/domain/datasets/labels/problem.ts';
import { inferColumns } from '../../../../src/ml/data/schema-inference.ts';

const problemOf = (name: string, cells: readonly string[]) =>
  findLabelProblem(inferColumns(['age', name], [cells.map((_, i) => String(20 + i)), cells], '.'));
const repeat = (cells: readonly string[]): string[] =>
  Array.from({ length: 60 }, (_, i) => cells[i % cells.length]!);
const dates = Array.from({ length: 60 }, (_, i) =>
  i % 3 === 0 ? `2026-01-${String((i % 28) + 1).padStart(2, '0')}` : '',
);

describe('a column that is named as if it said who left', () => {
  it.each([
    ['Churn', ['Yes'], 'one value only, Yes', 'customers who left and customers who stayed'],
    ['Churn', ['Yes', ''], 'and blank cells', 'the rule “Churn has a value”'],
    ['Churn', [''], 'no value in any row', 'filled in'],
    [
      'Churn',
      ['Yes', 'No', 'Unknown'],
      'It has 3 levels: Yes, No, Unknown.',
      'Choose the level that means left',
    ],
    ['Churn', ['0', '1', '2'], '3 different numbers', 'the rule “Churn is …”'],
  ])('%s of %j says why and what to do', (name, cells, message, fix) => {
    const problem = problemOf(name, repeat(cells));
    expect(problem?.column).toBe(name);
    expect(problem?.message).toContain(message);
    expect(problem?.fix).toContain(fix);
  });

  it.each(['Churn', 'churn_date', 'Cancelled on', 'exit date'])(
    '%s with dates points to the rule',
    (name) => {
      const problem = problemOf(name, dates);
      expect(problem?.message).toContain('dates');
      expect(problem?.fix).toContain(`“${name} has a value”`);
    },
  );

  it('has no problem with two levels, however they are written, nor where no name promises anything', () => {
    expect(problemOf('Churn', repeat(['TRUE', 'True', 'FALSE']))).toBeNull();
    expect(problemOf('colour', repeat(['red', 'green', 'blue']))).toBeNull();
  });
});
