/**
 * What stands in the way of learning from a table, or makes a model look better than it will be: too little to learn
 * from, columns that say nothing, columns that give the answer away (see leak.ts), columns and rows that come twice
 * (see duplicates.ts). Above 50,000 rows columns are judged by an even sample.
 */
import { countRepeatedRows, findTwins, repeatsByChance } from '../data/duplicates.ts';
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
  /** blocks: nothing can be learned; warns: look at it; tells: good to know. */
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

/** Below these a model is a coin toss, or an anecdote. */
const limits = { rows: 50, classRows: 10, goodRows: 500, goodLeavers: 50, columns: 2_000, levels: 50 };
/** One column alone that ranks so well knows more than it should. */
const nearCopyAuc = 0.95;
const leakAuc = 0.9;
/** Fewer copies of rows are chance, or do no harm. */
const duplicateShare = 0.01;
const maxRows = 50_000;
const maxTwinRows = 5_000;

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
    ...checkTwins(sampleOf(table, target, maxTwinRows).sample),
    ...checkRepeatedRows(table, target),
  ];
}

function checkAmounts(table: Table, target: Uint8Array): DataIssue[] {
  const issues: DataIssue[] = [];
  const rows = target.length;
  const leavers = target.reduce((sum, label) => sum + label, 0);
  const fewer = Math.min(leavers, rows - leavers);
  const add = (kind: IssueKind, severity: DataIssue['severity'], message: string, fix: string): void => {
    issues.push({ kind, severity, column: null, message, fix });
  };
  if (rows < limits.goodRows)
    add(
      'too-few-rows',
      rows < limits.rows ? 'blocks' : 'warns',
      `There are only ${rows} rows with a known outcome.`,
      `Bring ${limits.rows} at least; with fewer than ${limits.goodRows} the figures have wide intervals.`,
    );
  if (fewer === 0)
    add(
      'one-class',
      'blocks',
      leavers === 0 ? 'Nobody left.' : 'Everybody left.',
      'Two outcomes are needed. Look at what is said about who left.',
    );
  else if (fewer < limits.goodLeavers)
    add(
      'few-leavers',
      fewer < limits.classRows ? 'blocks' : 'warns',
      `Only ${fewer} customers ${fewer === leavers ? 'left' : 'stayed'}.`,
      `Bring ${limits.classRows} at least; with fewer than ${limits.goodLeavers} the model has little to go by.`,
    );
  if (table.columns.length === 0)
    add(
      'too-wide',
      'blocks',
      'No column is left to learn from.',
      'Set the use of some columns to “Learn from it”.',
    );
  if (table.columns.length > limits.columns)
    add(
      'too-wide',
      'warns',
      `There are ${table.columns.length} columns.`,
      'Leave out those that do not describe the customer; training takes long and chance finds patterns.',
    );
  return issues;
}

/** What a column is by itself. */
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
    ...{ kind, severity, column: name, message, fix },
  });
  if (present === 0) return issue('all-missing', 'warns', 'It holds no value at all.', 'Leave it out.');
  if (counts.size === 1 && present === rowCount)
    return issue('constant', 'warns', 'It is the same for everybody.', 'Leave it out; it says nothing.');
  if (isIdentifier(column, counts, present))
    return issue(
      'identifier',
      'warns',
      'Nearly every row has a value of its own, as a number or name of the customer would.',
      'Leave it out, or set its use to “Names the customer”.',
    );
  if (column.kind === 'category' && counts.size > limits.levels)
    return issue(
      'many-levels',
      'tells',
      `It has ${counts.size} levels.`,
      'Rare levels are learned with caution. Group them where a person would.',
    );
  if (present < rowCount * 0.2)
    return issue(
      'mostly-missing',
      'tells',
      `${Math.round((1 - present / rowCount) * 100)} % of it is missing.`,
      'It may be left out; being missing is learned from like a value.',
    );
  if (most > rowCount * 0.995)
    return issue(
      'nearly-constant',
      'tells',
      'More than 99.5 % of its values are the same.',
      'It may be left out.',
    );
  return null;
}

function checkLeaks(table: Table, target: Uint8Array): DataIssue[] {
  const aucs = soloAucs(table, target);
  return table.columns.flatMap((column, j) => leakOf(column, aucs[j]!, target) ?? []);
}

function leakOf(column: Column, auc: number, target: Uint8Array): DataIssue | null {
  const { name } = column;
  const found = `Alone it tells leavers from stayers with an AUC of ${auc.toFixed(3)}`;
  if (auc >= nearCopyAuc)
    return {
      ...{ kind: 'near-copy', severity: 'warns', column: name, figure: auc },
      message: `${found}: it nearly is the answer.`,
      fix: 'Leave it out unless it is known before a customer leaves. Otherwise the model learns what it will not know.',
    };
  const fix = 'Ask when it is written: if only after a customer has left, leave it out.';
  if (auc >= leakAuc)
    return {
      ...{ kind: 'leak', severity: 'warns', column: name, figure: auc, fix },
      message: `${found}, more than honest columns do.`,
    };
  const pure = pureGroupOf(column, target);
  if (pure === null) return null;
  return {
    ...{ kind: 'leak', severity: 'warns', column: name, figure: auc, fix },
    message: `It is ${pure.is} for ${pure.count} customers, and practically all of them left.`,
  };
}

function checkTwins({ columns }: Table): DataIssue[] {
  const twins = findTwins(columns);
  return columns.flatMap(({ name }, j): DataIssue[] => {
    const twin = columns[twins[j]!];
    if (twin === undefined) return [];
    return [
      {
        ...{ kind: 'duplicate-column', severity: 'tells', column: name },
        message: `It tells the same as ${twin.name}.`,
        fix: 'One of the two may be left out; reasons are shared between them otherwise.',
      },
    ];
  });
}

function checkRepeatedRows(table: Table, target: Uint8Array): DataIssue[] {
  const repeated = countRepeatedRows(table, target);
  if (repeated < duplicateShare * table.rowCount || repeatsByChance(table, repeated)) return [];
  return [
    {
      ...{ kind: 'duplicate-rows', severity: 'warns', column: null, figure: repeated },
      message: `${repeated} rows are the same as an earlier one in every column that is learned from and in the outcome.`,
      fix: 'Keep one of each, unless they are different customers. Copies stay on one side of every split, so that the model is not measured on what it has learned; they still count more than once.',
    },
  ];
}

/** How often each value occurs; missing ones are left out. */
function valueCounts(column: Column): Map<number, number> {
  const counts = new Map<number, number>();
  const cells = column.kind === 'number' ? column.values : column.codes;
  for (const cell of cells) {
    if (Number.isNaN(cell) || (column.kind === 'category' && cell < 0)) continue;
    counts.set(cell, (counts.get(cell) ?? 0) + 1);
  }
  return counts;
}

/** Whole numbers or names that hardly ever repeat; measured amounts are fractions or repeat. */
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
  // Numbers dealt out one by one fill their range; amounts in whole units leave most of it empty.
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
