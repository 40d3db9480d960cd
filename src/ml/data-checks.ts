/**
 * What stands in the way of learning from a table, or makes a model look better than it will be.
 *
 * A leak is sought column by column: a rule learned on one half of the rows (share of leavers in each level, or
 * in each of up to 32 stretches of a number, missing ones apart, drawn towards the whole) is measured on the
 * other half, and the other way round. Being measured out of sample it cannot be fooled by columns with many
 * values. An honest column hardly ever ranks customers with an AUC of 0.9; one that knows the end of the story
 * does (Kaufman et al. 2012, Leakage in data mining). Columns are looked at one by one: a leak that only two
 * columns together make is not found.
 */
import { associationMatrix } from './association.ts';
import { rocAuc } from './metrics.ts';
import { createRandom, shuffle } from './random.ts';
import { takeRows } from './table.ts';
import type { Column, Table } from './table.ts';

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
  | 'duplicate-column';

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
}

/** Below these a model is a coin toss, or an anecdote. */
const limits = { rows: 50, classRows: 10, goodRows: 500, goodLeavers: 50, columns: 2_000, levels: 50 };
/** One column alone that ranks so well knows more than it should. */
const nearCopyAuc = 0.95;
const leakAuc = 0.9;
/** Two columns that go together so tightly tell the same. */
const duplicateStrength = 0.9995;
const maxRows = 50_000;
const maxPairColumns = 100;
const stretches = 32;
/** Rows' worth of the whole that each level's share of leavers is drawn towards it. */
const pull = 10;

/** Every issue, in no order. `table` holds features only; `target` 0 or 1, one a row. */
export function checkTrainingTable(table: Table, target: Uint8Array): DataIssue[] {
  const whole = checkAmounts(table, target);
  if (table.rowCount === 0) return whole;
  const { sample, labels } = sampleOf(table, target);
  const canRank = labels.includes(0) && labels.includes(1);
  const halves = splitInHalves(sample.rowCount);
  const columns = sample.columns.flatMap((column) => {
    const plain = checkColumn(column);
    if (plain?.severity === 'warns' || !canRank) return plain ? [plain] : [];
    const leak = checkLeak(column, labels, halves);
    return [plain, leak].filter((issue) => issue !== null);
  });
  return [...whole, ...columns, ...checkDuplicates(sample)];
}

/** AUC of the best rule on one column alone, out of sample; 0.5 where it says nothing. */
export function soloAuc(column: Column, target: Uint8Array, halves: Uint8Array): number {
  const { groupOf, groupCount } = groupsOf(column);
  const scores = new Float64Array(target.length);
  for (const half of [0, 1]) {
    const left = new Float64Array(groupCount);
    const count = new Float64Array(groupCount);
    let [allLeft, all] = [0, 0];
    for (let row = 0; row < target.length; row++) {
      if (halves[row] === half) continue;
      left[groupOf[row]!]! += target[row]!;
      count[groupOf[row]!]!++;
      allLeft += target[row]!;
      all++;
    }
    const rate = all === 0 ? 0 : allLeft / all;
    for (let row = 0; row < target.length; row++) {
      if (halves[row] !== half) continue;
      const group = groupOf[row]!;
      scores[row] = (left[group]! + pull * rate) / (count[group]! + pull);
    }
  }
  const auc = rocAuc(scores, target);
  return Number.isNaN(auc) ? 0.5 : auc;
}

function checkAmounts(table: Table, target: Uint8Array): DataIssue[] {
  const issues: DataIssue[] = [];
  const leavers = target.reduce((sum, label) => sum + label, 0);
  const stayers = target.length - leavers;
  const add = (kind: IssueKind, severity: DataIssue['severity'], message: string, fix: string): void => {
    issues.push({ kind, severity, column: null, message, fix });
  };
  if (target.length < limits.rows)
    add(
      'too-few-rows',
      'blocks',
      `There are ${target.length} rows with a known outcome.`,
      `Bring ${limits.rows} at least; ${limits.goodRows} make a model that can be measured.`,
    );
  else if (target.length < limits.goodRows)
    add(
      'too-few-rows',
      'warns',
      `There are only ${target.length} rows with a known outcome.`,
      `With fewer than ${limits.goodRows} the figures have wide intervals. Bring more history where there is some.`,
    );
  if (leavers === 0 || stayers === 0)
    add(
      'one-class',
      'blocks',
      leavers === 0 ? 'Nobody left.' : 'Everybody left.',
      'Two outcomes are needed. Look at what is said about who left.',
    );
  else if (Math.min(leavers, stayers) < limits.classRows)
    add(
      'few-leavers',
      'blocks',
      `Only ${Math.min(leavers, stayers)} customers ${leavers < stayers ? 'left' : 'stayed'}.`,
      `Bring ${limits.classRows} at least, better ${limits.goodLeavers}.`,
    );
  else if (Math.min(leavers, stayers) < limits.goodLeavers)
    add(
      'few-leavers',
      'warns',
      `Only ${Math.min(leavers, stayers)} customers ${leavers < stayers ? 'left' : 'stayed'}.`,
      `With fewer than ${limits.goodLeavers} the model has little to go by.`,
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

function checkLeak(column: Column, target: Uint8Array, halves: Uint8Array): DataIssue | null {
  const auc = soloAuc(column, target, halves);
  if (auc < leakAuc) return null;
  const figure = `Alone it tells leavers from stayers with an AUC of ${auc.toFixed(3)}`;
  return auc >= nearCopyAuc
    ? {
        ...{ kind: 'near-copy', severity: 'warns', column: column.name },
        message: `${figure}: it nearly is the answer.`,
        fix: 'Leave it out unless it is known before a customer leaves. Otherwise the model learns what it will not know.',
      }
    : {
        ...{ kind: 'leak', severity: 'warns', column: column.name },
        message: `${figure}, more than honest columns do.`,
        fix: 'Ask when it is written: if only after a customer has left, leave it out.',
      };
}

function checkDuplicates(table: Table): DataIssue[] {
  const columns = table.columns.slice(0, maxPairColumns).filter((column) => valueCounts(column).size > 1);
  const { names, values } = associationMatrix({ ...table, columns }, 5_000);
  const issues: DataIssue[] = [];
  names.forEach((name, j) => {
    const twin = names.findIndex(
      (_, i) =>
        i < j &&
        isTwin(columns[i]!, columns[j]!) &&
        Math.abs(values[i * names.length + j]!) >= duplicateStrength,
    );
    if (twin >= 0)
      issues.push({
        ...{ kind: 'duplicate-column', severity: 'tells', column: name },
        message: `It tells the same as ${names[twin]!}.`,
        fix: 'One of the two may be left out; reasons are shared between them otherwise.',
      });
  });
  return issues;
}

/** A number and a category are not told apart by strength alone: η of 1 with few rows a level means little. */
function isTwin(a: Column, b: Column): boolean {
  return a.kind === b.kind;
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

function groupsOf(column: Column): { groupOf: Int32Array; groupCount: number } {
  if (column.kind === 'category') {
    const groupCount = column.levels.length + 1;
    return { groupOf: column.codes.map((code) => (code < 0 ? groupCount - 1 : code)), groupCount };
  }
  const sorted = column.values.filter((value) => !Number.isNaN(value)).sort();
  const edges = [
    ...new Set(
      Array.from(
        { length: stretches - 1 },
        (_, i) => sorted[Math.floor(((i + 1) * sorted.length) / stretches)]!,
      ),
    ),
  ];
  const groupOf = Int32Array.from(column.values, (value) =>
    Number.isNaN(value) ? edges.length + 1 : placeOf(edges, value),
  );
  return { groupOf, groupCount: edges.length + 2 };
}

/** How many edges are at or below the value. */
function placeOf(edges: readonly number[], value: number): number {
  let [from, to] = [0, edges.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if (edges[middle]! <= value) from = middle + 1;
    else to = middle;
  }
  return from;
}

function splitInHalves(rowCount: number): Uint8Array {
  const order = Int32Array.from({ length: rowCount }, (_, row) => row);
  shuffle(order, createRandom(1));
  const halves = new Uint8Array(rowCount);
  order.forEach((row, i) => (halves[row] = i % 2));
  return halves;
}

function sampleOf(table: Table, target: Uint8Array): { sample: Table; labels: Uint8Array } {
  if (table.rowCount <= maxRows) return { sample: table, labels: target };
  const rows = Int32Array.from({ length: maxRows }, (_, i) => Math.floor((i * table.rowCount) / maxRows));
  return { sample: takeRows(table, rows), labels: Uint8Array.from(rows, (row) => target[row]!) };
}
