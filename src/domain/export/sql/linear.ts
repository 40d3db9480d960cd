/**
 * Logistic regression: what each cell adds to the log-odds, from the same tables that scoring looks them up in, and what
 * pairs of columns that interact add to both.
 */
import {
  contributionTablesOf,
  type ContributionTables,
  type LinearModel,
} from '../../../ml/linear/contribution-tables.ts';
import type { PairTable } from '../../../ml/linear/pairs.ts';
import { binCount, NO_VALUE_BIN, type FeatureBins } from '../../../ml/tree/bins.ts';
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
  const { baseMargin, columns, pairs } = contributionTablesOf(model);
  const own = steps.add(
    'c',
    columns.map((column, j) => contributionSql(dialect, column, inputs[j]!)),
  );
  const contributions = addPairs(steps, pairs, inputs, own);
  const probability = addSigmoid(steps, balanced([literal(dialect, baseMargin), ...contributions]));
  return { probability, contributions };
}

/** The contributions of all columns with those of pairs. `own`: what each column adds alone. */
function addPairs(
  steps: Steps,
  pairs: readonly PairTable[],
  inputs: readonly string[],
  own: readonly string[],
): readonly string[] {
  if (pairs.length === 0) return own;
  const codes = steps.add(
    'j',
    pairs.map(({ first, second }) => {
      const [one, other] = [first, second].map(({ bins, column }) =>
        binSql(steps.dialect, bins, inputs[column]!),
      );
      return `(${one!}) * ${binCount(second.bins)} + (${other!})`;
    }),
  );
  const parts = own.map((contribution) => [contribution]);
  pairs.forEach(({ first, second }, k) => {
    for (const { column, contributions } of [first, second])
      parts[column]!.push(cellSql(steps.dialect, contributions, codes[k]!));
  });
  return steps.add(
    'c',
    parts.map((terms) => balanced(terms)),
  );
}

/** The bin that binOfCell gives. */
function binSql(dialect: Dialect, bins: FeatureBins, input: string): string {
  if (bins.kind === 'number') {
    const places = Array.from({ length: bins.edges.length + 1 }, (_, i) => String(i + 1));
    const bin = pieceOf(dialect, input, [...bins.edges], places, '<');
    return `CASE WHEN ${input} IS NULL THEN ${NO_VALUE_BIN} ELSE ${bin} END`;
  }
  const cases = Array.from(bins.binOfLevel, (bin, level) => `WHEN ${level} THEN ${bin}`);
  return `CASE ${input} ${cases.join(' ')} ELSE ${NO_VALUE_BIN} END`;
}

function cellSql(dialect: Dialect, contributions: Float64Array, code: string): string {
  const cases = Array.from(contributions, (value, i) => `WHEN ${i} THEN ${literal(dialect, value)}`);
  return `CASE ${code} ${cases.join(' ')} END`;
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
