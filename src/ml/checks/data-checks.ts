/**
 * Checks of a table before training: too few rows, columns without information, leaks (leak.ts), and duplicate columns
 * and rows (../data/duplicates.ts).
 *
 * Method: fixed limits, below, on counts and shares of values; leaks by the AUC of each column alone.
 * Assumptions: above 50,000 rows an evenly spaced sample stands for all rows of a column, above 5,000 rows for pairs of
 * columns.
 */
import { countRepeatedRows, findDuplicateColumns, repeatsByChance } from '../data/duplicates.ts';
import { pureGroupOf, soloAucs } from './leak.ts';
import { takeRows } from '../data/table.ts';
import type { Column, Table } from '../data/table.ts';

export type IssueKind =
  | 'no-label'
  | 'too-few-rows'
  | 'few-leavers'
  | 'one-class'
  | 'too-wide'
  | 'all-missing'
  | 'mostly-missing'
  | 'constant'
  | 'nearly-constant'
  | 'many-levels'
  | 'identifier'
  | 'near-copy'
  | 'leak'
  | 'duplicate-column'
  | 'duplicate-rows';

export interface DataIssue {
  readonly kind: IssueKind;
  /** blocks: no model can be trained; warns: needs a decision; tells: good to know. */
  readonly severity: 'blocks' | 'warns' | 'tells';
  /** Null: the table as a whole. */
  readonly column: string | null;
  /** What was found, a sentence. */
  readonly message: string;
  /** What to do, a sentence. */
  readonly fix: string;
  /** The AUC of a leak, the count of duplicate rows. */
  readonly figure?: number;
}

/** Below `rows` and `classRows` nothing can be trained or measured; below `good…` intervals are wide. */
const limits = { rows: 50, classRows: 10, goodRows: 500, goodClassRows: 50, columns: 2_000, levels: 50 };
/** A single column that ranks customers this well probably holds the outcome. */
const nearCopyAuc = 0.95;
const leakAuc = 0.9;
/** Fewer duplicate rows are chance, or do no harm. */
const duplicateShare = 0.01;
const maxRows = 50_000;
const maxPairRows = 5_000;

/** Every issue, in no order. `table` holds features only; `target` 0 or 1, one a row. */
export function checkTrainingTable(table: Table, target: Uint8Array): DataIssue[] {
  const whole = checkAmounts(table, target);
  if (table.rowCount === 0) return whole;
  const { sample, labels } = sampleOf(table, target, maxRows);
  const canRank = labels.includes(0) && labels.includes(1);
  return [
    ...whole,
    ...sample.columns.flatMap((column) => checkColumn(column) ?? []),
    ...(canRank ? checkLeaks(sample, labels) : []),
    ...checkDuplicateColumns(sampleOf(table, target, maxPairRows).sample),
    ...checkRepeatedRows(table, target),
  ];
}

function checkAmounts(table: Table, target: Uint8Array): DataIssue[] {
  const issues: DataIssue[] = [];
  const rows = target.length;
  const left = target.reduce((sum, label) => sum + label, 0);
  const fewer = Math.min(left, rows - left);
  const add = (kind: IssueKind, severity: DataIssue['severity'], message: string, fix: string): void => {
    issues.push({ kind, severity, column: null, message, fix });
  };
  if (rows < limits.goodRows)
    add(
      'too-few-rows',
      rows < limits.rows ? 'blocks' : 'warns',
      `There are only ${rows} rows with a known outcome.`,
      `Use at least ${limits.rows}. With fewer than ${limits.goodRows} the model’s figures are uncertain.`,
    );
  if (fewer === 0)
    add(
      'one-class',
      'blocks',
      left === 0
        ? 'According to the churn label, no customer left.'
        : 'According to the churn label, every customer left.',
      'Check the churn label: a model needs customers who left and customers who stayed.',
    );
  else if (fewer < limits.goodClassRows)
    add(
      'few-leavers',
      fewer < limits.classRows ? 'blocks' : 'warns',
      `Only ${fewer} customers ${fewer === left ? 'left' : 'stayed'}.`,
      `Use at least ${limits.classRows}. With fewer than ${limits.goodClassRows} the model has little to learn from.`,
    );
  if (table.columns.length === 0)
    add('too-wide', 'blocks', 'No column is used as an input.', 'Set at least one column to “Use as input”.');
  if (table.columns.length > limits.columns)
    add(
      'too-wide',
      'warns',
      `There are ${table.columns.length} columns.`,
      'Exclude columns that do not describe the customer. With this many, training is slow and finds patterns that are chance.',
    );
  return issues;
}

/** Findings about one column without the others. */
function checkColumn(column: Column): DataIssue | null {
  const { name } = column;
  const rowCount = column.kind === 'number' ? column.values.length : column.codes.length;
  const counts = valueCounts(column);
  const present = [...counts.values()].reduce((sum, count) => sum + count, 0);
  const most = Math.max(0, ...counts.values());
  const issue = (
    kind: IssueKind,
    severity: DataIssue['severity'],
    message: string,
    fix: string,
  ): DataIssue => ({
    kind,
    severity,
    column: name,
    message,
    fix,
  });
  if (present === 0) return issue('all-missing', 'warns', 'It has no values.', 'Exclude it.');
  if (counts.size === 1 && present === rowCount)
    return issue(
      'constant',
      'warns',
      'It has the same value in every row.',
      'Exclude it: it cannot tell customers apart.',
    );
  if (isIdentifier(column, counts, present))
    return issue(
      'identifier',
      'warns',
      'Nearly every row has a different value, so it is probably an identifier.',
      'Exclude it, or set it to “Customer ID”.',
    );
  if (column.kind === 'category' && counts.size > limits.levels)
    return issue(
      'many-levels',
      'tells',
      `It has ${counts.size} different values.`,
      'Rare values have little influence on the model. Group values that mean the same.',
    );
  if (present < rowCount * 0.2)
    return issue(
      'mostly-missing',
      'tells',
      `${Math.round((1 - present / rowCount) * 100)} % of it is missing.`,
      'You can exclude it. A missing value is treated as a value of its own.',
    );
  if (most > rowCount * 0.995)
    return issue(
      'nearly-constant',
      'tells',
      'More than 99.5 % of its values are the same.',
      'You can exclude it.',
    );
  return null;
}

function checkLeaks(table: Table, target: Uint8Array): DataIssue[] {
  const aucs = soloAucs(table, target);
  return table.columns.flatMap((column, j) => leakOf(column, aucs[j]!, target) ?? []);
}

function leakOf(column: Column, auc: number, target: Uint8Array): DataIssue | null {
  const { name } = column;
  const found = `On its own it predicts who left with an AUC of ${auc.toFixed(3)}`;
  if (auc >= nearCopyAuc)
    return {
      kind: 'near-copy',
      severity: 'warns',
      column: name,
      figure: auc,
      message: `${found}: it is almost a copy of the outcome.`,
      fix: 'Exclude it unless its value is known before a customer leaves. Otherwise the model learns from something it will not have when it scores customers.',
    };
  const fix = 'Find out when it is filled in. If that is only after a customer has left, exclude it.';
  if (auc >= leakAuc)
    return {
      kind: 'leak',
      severity: 'warns',
      column: name,
      figure: auc,
      fix,
      message: `${found}, which is suspiciously high for one column.`,
    };
  const pure = pureGroupOf(column, target);
  if (pure === null) return null;
  return {
    kind: 'leak',
    severity: 'warns',
    column: name,
    figure: auc,
    fix,
    message: `It is ${pure.is} for ${pure.count} customers, and at least 99 % of them left.`,
  };
}

function checkDuplicateColumns({ columns }: Table): DataIssue[] {
  const originals = findDuplicateColumns(columns);
  return columns.flatMap(({ name }, j): DataIssue[] => {
    const original = columns[originals[j]!];
    if (original === undefined) return [];
    return [
      {
        kind: 'duplicate-column',
        severity: 'tells',
        column: name,
        message: `It holds the same information as ${original.name}.`,
        fix: 'You can exclude one of the two. Otherwise their reasons are split between them.',
      },
    ];
  });
}

function checkRepeatedRows(table: Table, target: Uint8Array): DataIssue[] {
  const repeated = countRepeatedRows(table, target);
  if (repeated < duplicateShare * table.rowCount || repeatsByChance(table, repeated)) return [];
  return [
    {
      kind: 'duplicate-rows',
      severity: 'warns',
      column: null,
      figure: repeated,
      message: `${repeated} rows are the same as an earlier one in every input and in the outcome.`,
      fix: 'Remove the duplicates unless they are different customers. Duplicates are kept together when customers are held out, so the model is not measured on rows it was trained with, but each of them counts.',
    },
  ];
}

/** How often each value occurs, missing values apart. */
function valueCounts(column: Column): Map<number, number> {
  const counts = new Map<number, number>();
  const cells = column.kind === 'number' ? column.values : column.codes;
  for (const cell of cells) {
    if (Number.isNaN(cell) || (column.kind === 'category' && cell < 0)) continue;
    counts.set(cell, (counts.get(cell) ?? 0) + 1);
  }
  return counts;
}

/** Whole numbers or text that hardly ever repeat; measured amounts are fractions or repeat. */
function isIdentifier(column: Column, counts: ReadonlyMap<number, number>, present: number): boolean {
  if (present < limits.rows || counts.size < present * 0.98) return false;
  if (column.kind === 'category') return true;
  let smallest = Infinity;
  let largest = -Infinity;
  for (const value of counts.keys()) {
    if (!Number.isInteger(value)) return false;
    smallest = Math.min(smallest, value);
    largest = Math.max(largest, value);
  }
  // Consecutive numbers fill their range; amounts in whole units leave most of it empty.
  return largest - smallest < 20 * counts.size;
}

function sampleOf(
  table: Table,
  target: Uint8Array,
  most: number,
): { readonly sample: Table; readonly labels: Uint8Array } {
  if (table.rowCount <= most) return { sample: table, labels: target };
  const rows = Int32Array.from({ length: most }, (_, i) => Math.floor((i * table.rowCount) / most));
  return { sample: takeRows(table, rows), labels: Uint8Array.from(rows, (row) => target[row]!) };
}
