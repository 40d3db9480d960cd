/** Logistic regression: what each cell adds to the log-odds, from the same tables that scoring looks them up in. */
import {
  contributionTablesOf,
  type ContributionTables,
  type LinearModel,
} from '../../../ml/linear/contribution-tables.ts';
import { MISSING, UNSEEN } from '../../../ml/data/table.ts';
import type { Dialect } from './dialects.ts';
import { addSigmoid, balanced, literal, pieceOf } from './expressions.ts';
import type { Steps } from './steps.ts';

type ColumnTable = ContributionTables['columns'][number];

export interface LinearColumns {
  readonly probability: string;
  /** One a feature: what it adds to the log-odds. */
  readonly contributions: readonly string[];
}

export function addLinear(steps: Steps, model: LinearModel, inputs: readonly string[]): LinearColumns {
  const { dialect } = steps;
  const { baseMargin, columns } = contributionTablesOf(model);
  const contributions = steps.add(
    'c',
    columns.map((column, j) => contributionSql(dialect, column, inputs[j]!)),
  );
  const probability = addSigmoid(steps, balanced([literal(dialect, baseMargin), ...contributions]));
  return { probability, contributions };
}

function contributionSql(dialect: Dialect, column: ColumnTable, input: string): string {
  if (column.kind === 'category') {
    const cases = Array.from(
      column.contributions.subarray(MISSING - UNSEEN),
      (contribution, i) => `WHEN ${i + MISSING} THEN ${literal(dialect, contribution)}`,
    );
    return `CASE ${input} ${cases.join(' ')} ELSE ${literal(dialect, column.contributions[0]!)} END`;
  }
  const { knots, anchors, atAnchors, slopes, noValue } = column;
  const pieces = Array.from(
    slopes,
    (slope, i) =>
      `${literal(dialect, atAnchors[i]!)} + ${literal(dialect, slope)} * (${input} - ${literal(dialect, anchors[i]!)})`,
  );
  const piece = pieceOf(dialect, input, [...knots], pieces, '<=');
  return `CASE WHEN ${input} IS NULL THEN ${literal(dialect, noValue)} ELSE ${piece} END`;
}
