/** Figures of a dataset's columns, their correlation with churn, and findings, for the person who confirms them. */
import { associationMatrix, associationWithTarget } from '../../../ml/checks/association.ts';
import { checkTrainingTable } from '../../../ml/checks/data-checks.ts';
import type { DataIssue } from '../../../ml/checks/data-checks.ts';
import { countRepeatedRows } from '../../../ml/data/duplicates.ts';
import { countLevels, levelKey } from '../../../ml/data/levels.ts';
import { quantileBins } from '../../../ml/data/quantile-bins.ts';
import { isNamedAfterLeaving, readColumn } from '../../../ml/data/schema-inference.ts';
import type { FeatureType } from '../../../ml/data/schema.ts';
import { takeRows } from '../../../ml/data/table.ts';
import type { Column, Table } from '../../../ml/data/table.ts';
import { isBlank } from '../../../ml/data/values.ts';
import type { DatasetColumn, DatasetKind } from '../../../store/datasets.ts';
import type { WholeCsv } from '../../csv/whole.ts';
import { labelRows, undecided } from '../../training/dataset-table.ts';
import type { LabelDefinition } from '../labels/definition.ts';
import { findLabelProblem } from '../labels/problem.ts';

export interface ProfileGroup {
  readonly name: string;
  /** Of numbers and dates: least and greatest value of the group. Absent in profiles from before they were kept. */
  readonly from?: number;
  readonly to?: number;
  readonly count: number;
  /** Share of customers who left; null without a label or without a decided row. */
  readonly rate: number | null;
  /** Other spellings of the level; absent where there is one. */
  readonly alsoWritten?: readonly string[];
}

export interface ColumnProfile {
  readonly name: string;
  readonly missing: number;
  readonly distinct: number;
  /** Minimum, quartiles, maximum and mean of numbers; dates as days since 1970. */
  readonly numbers: {
    readonly min: number;
    readonly q1: number;
    readonly median: number;
    readonly q3: number;
    readonly max: number;
    readonly mean: number;
  } | null;
  /** Levels by size, or bins of a number. */
  readonly groups: readonly ProfileGroup[];
  /** The first different values, as the file has them. Absent in profiles from before they were kept. */
  readonly samples?: readonly string[];
  /** Correlation with churn, −1 to 1 for numbers, 0 to 1 for categories; null where it is not defined. */
  readonly association: number | null;
}

export interface DatasetProfile {
  /** Rows that the figures were made from: all, or an even sample. */
  readonly rows: number;
  /** Share of customers who left among rows with a known outcome; null without a label. */
  readonly positiveRate: number | null;
  readonly undecided: number;
  /** Rows that are the same as an earlier one in everything but the customer ID. */
  readonly duplicateRows: number;
  readonly columns: readonly ColumnProfile[];
  /** Correlations between columns, row-major. */
  readonly matrix: { readonly names: readonly string[]; readonly values: readonly number[] } | null;
  readonly issues: readonly DataIssue[];
}

const sampleCount = 3;
const maxSampleLength = 40;
const maxGroups = 12;
const binCount = 8;
const maxMatrixColumns = 40;

/** `label` null: not defined yet. In transactions, two customers may have the same row. */
export function profileDataset(
  csv: WholeCsv,
  columns: readonly DatasetColumn[],
  label: LabelDefinition | null,
  kind: DatasetKind = 'customers',
): DatasetProfile {
  const rows = csv.cells[0]?.length ?? 0;
  const { labels, usedColumns: used } =
    label === null ? { labels: null, usedColumns: [] } : labelRows(csv, label);
  const typed = typedColumns(csv, columns);
  const decided = labels === null ? null : takeDecided(typed, labels, label!);
  const learned = decided === null ? null : { ...decided, table: featuresOnly(decided.table, columns, used) };
  return {
    rows,
    positiveRate: decided === null ? null : rateOf(decided.target),
    undecided: labels === null ? 0 : labels.reduce((sum, one) => sum + Number(one === undecided), 0),
    duplicateRows:
      learned === null
        ? countSameCells(csv, kind === 'transactions' ? [] : identifiersAmong(columns))
        : countRepeatedRows(learned.table, learned.target),
    columns: columns.map((column) => profileColumn(csv, column, { typed, labels, decided })),
    matrix: matrixOf(typed),
    issues: learned === null ? findMissingLabel(columns) : checkFeatures(learned.table, learned.target),
  };
}

/** Checks values and names: a column named after churn may leak the outcome even where it does not correlate with a rule. */
function checkFeatures(table: Table, target: Uint8Array): DataIssue[] {
  const issues = checkTrainingTable(table, target);
  const isSuspect = (name: string): boolean =>
    issues.some(({ kind, column }) => column === name && (kind === 'leak' || kind === 'near-copy'));
  const named = table.columns.filter(({ name }) => isNamedAfterLeaving(name) && !isSuspect(name));
  return [
    ...issues,
    ...named.map(({ name }) => ({
      kind: 'leak' as const,
      severity: 'warns' as const,
      column: name,
      message: 'This column may leak the outcome: its name suggests that it records who churned.',
      fix: 'Find out when it is filled in. If that is after a customer has left, exclude it.',
    })),
  ];
}

/** Why no model can be trained yet. */
function findMissingLabel(columns: readonly DatasetColumn[]): DataIssue[] {
  const severity = 'blocks' as const;
  const problem = findLabelProblem(columns);
  if (problem) {
    const kind = columns.find(({ name }) => name === problem.column)!.distinct < 2 ? 'one-class' : 'no-label';
    return [{ kind, severity, ...problem }];
  }
  const fix = 'Choose a column in the step “Churn label”, or define a rule if no column records it.';
  return [{ kind: 'no-label', severity, column: null, message: 'There is no churn label yet.', fix }];
}

interface Decided {
  readonly table: Table;
  readonly target: Uint8Array;
  readonly association: ReadonlyMap<string, number>;
}

/** Every column but free text, including identifiers that are numbers. */
function typedColumns(csv: WholeCsv, columns: readonly DatasetColumn[]): Table {
  const usable = columns.filter(({ type, distinct }) => type !== 'text' && distinct > 0);
  return {
    rowCount: csv.cells[0]?.length ?? 0,
    columns: usable.map(({ name, type }) =>
      readColumn(name, type as FeatureType, cellsOf(csv, name), csv.decimal),
    ),
  };
}

function takeDecided(typed: Table, labels: Uint8Array, label: LabelDefinition): Decided | null {
  const rows = Int32Array.from(labels.keys()).filter((row) => labels[row] !== undecided);
  const others = typed.columns.filter(({ name }) => label.kind === 'proxy' || name !== label.column);
  const table = takeRows({ ...typed, columns: others }, rows);
  const target = Uint8Array.from(rows, (row) => labels[row]!);
  const rate = rateOf(target);
  if (rate === null || rate === 0 || rate === 1) return { table, target, association: new Map() };
  const strengths = associationWithTarget(table, target);
  const defined = table.columns.flatMap((column, j): [string, number][] =>
    hasCorrelation(column, target) ? [[column.name, strengths[j]!]] : [],
  );
  return { table, target, association: new Map(defined) };
}

/** Among the rows that have a value there must be two different ones, and both outcomes. */
function hasCorrelation(column: Column, target: Uint8Array): boolean {
  const cells = column.kind === 'number' ? column.values : column.codes;
  const values = new Set<number>();
  const outcomes = new Set<number>();
  for (let row = 0; row < cells.length; row++) {
    if (Number.isNaN(cells[row]!) || (column.kind === 'category' && cells[row]! < 0)) continue;
    if (values.size < 2) values.add(cells[row]!);
    outcomes.add(target[row]!);
    if (values.size === 2 && outcomes.size === 2) return true;
  }
  return false;
}

function profileColumn(
  csv: WholeCsv,
  { name, missing, distinct, levels, role }: DatasetColumn,
  { typed, labels, decided }: { typed: Table; labels: Uint8Array | null; decided: Decided | null },
): ColumnProfile {
  const column = typed.columns.find((one) => one.name === name);
  return {
    name,
    missing,
    distinct,
    samples: samplesOf(cellsOf(csv, name)),
    // An identifier has no meaningful median or groups.
    numbers: column?.kind === 'number' && role !== 'identifier' ? numbersOf(column.values) : null,
    groups:
      column === undefined || role === 'identifier'
        ? []
        : column.kind === 'number'
          ? numberGroups(column.values, labels)
          : levelGroups(cellsOf(csv, name), levels, labels),
    association: role === 'identifier' ? null : (decided?.association.get(name) ?? null),
  };
}

function samplesOf(cells: readonly string[]): string[] {
  const samples = new Set<string>();
  for (const text of cells) {
    if (!isBlank(text)) samples.add(text.trim().slice(0, maxSampleLength));
    if (samples.size === sampleCount) break;
  }
  return [...samples];
}

function numbersOf(values: Float64Array): ColumnProfile['numbers'] {
  const sorted = values.filter((value) => !Number.isNaN(value)).sort();
  if (sorted.length === 0) return null;
  /** Interpolates between two values, so that the median of 1 and 2 is 1.5. */
  const at = (share: number): number => {
    const place = share * (sorted.length - 1);
    const below = sorted[Math.floor(place)]!;
    const part = place - Math.floor(place);
    return part === 0 ? below : below * (1 - part) + sorted[Math.ceil(place)]! * part;
  };
  const mean = sorted.reduce((sum, value) => sum + value, 0) / sorted.length;
  return { min: at(0), q1: at(0.25), median: at(0.5), q3: at(0.75), max: at(1), mean };
}

function levelGroups(
  cells: readonly string[],
  levels: readonly string[],
  labels: Uint8Array | null,
): ProfileGroup[] {
  const written = new Map(countLevels(cells).map(({ level, spellings }) => [levelKey(level), spellings]));
  const spellingsOf = (level: string): readonly string[] => written.get(levelKey(level)) ?? [];
  const groups = levels.slice(0, maxGroups).map((level) => {
    const spellings = new Set(spellingsOf(level));
    const group = groupOf(level, cells, (text) => spellings.has(text), labels);
    const alsoWritten = [...spellings].filter((text) => text !== level);
    return alsoWritten.length === 0 ? group : { ...group, alsoWritten };
  });
  if (levels.length <= maxGroups) return groups;
  const others = levels.slice(maxGroups);
  const rest = new Set(others.flatMap(spellingsOf));
  return [...groups, groupOf(`${others.length} other levels`, cells, (text) => rest.has(text), labels)];
}

/** Bins with about as many rows each; a group for each value where there are few. */
function numberGroups(values: Float64Array, labels: Uint8Array | null): ProfileGroup[] {
  const { spans, binOf } = quantileBins(values, binCount);
  const groups = spans.map(({ from, to }, bin) => ({
    ...groupOf(from === to ? `${from}` : `${from} to ${to}`, binOf, (one) => one === bin, labels),
    from,
    to,
  }));
  return groups.filter(({ count }) => count > 0);
}

function groupOf<T>(
  name: string,
  cells: ArrayLike<T>,
  isIn: (cell: T) => boolean,
  labels: Uint8Array | null,
): ProfileGroup {
  let count = 0;
  let left = 0;
  let known = 0;
  for (let row = 0; row < cells.length; row++) {
    if (!isIn(cells[row]!)) continue;
    count++;
    if (labels === null || labels[row] === undecided) continue;
    known++;
    left += labels[row]!;
  }
  return { name, count, rate: known === 0 ? null : left / known };
}

function matrixOf(typed: Table): DatasetProfile['matrix'] {
  const columns = typed.columns.slice(0, maxMatrixColumns);
  if (columns.length < 2) return null;
  const { names, values } = associationMatrix({ rowCount: typed.rowCount, columns });
  return { names, values: Array.from(values, (value) => Math.round(value * 1000) / 1000) };
}

/** The inputs of a training run, without the columns that make the churn label. */
function featuresOnly(table: Table, columns: readonly DatasetColumn[], used: readonly string[]): Table {
  const roles = new Map(columns.map(({ name, role }) => [name, role]));
  const isFeature = ({ name }: Column): boolean =>
    ['feature', 'value'].includes(roles.get(name) ?? '') && !used.includes(name);
  return { ...table, columns: table.columns.filter(isFeature) };
}

function identifiersAmong(columns: readonly DatasetColumn[]): string[] {
  return columns.flatMap(({ name, role }) => (role === 'identifier' ? [name] : []));
}

/** Without a label: by the text of all columns but some. */
function countSameCells(csv: WholeCsv, leftOut: readonly string[]): number {
  const rows = csv.cells[0]?.length ?? 0;
  const cells = csv.cells.filter((_, j) => !leftOut.includes(csv.header[j]!));
  const seen = new Set<string>();
  for (let row = 0; row < rows; row++) seen.add(cells.map((column) => column[row]).join('\u001f'));
  return rows - seen.size;
}

function cellsOf(csv: WholeCsv, name: string): readonly string[] {
  return csv.cells[csv.header.indexOf(name)] ?? [];
}

function rateOf(target: Uint8Array): number | null {
  return target.length === 0 ? null : target.reduce((sum, one) => sum + one, 0) / target.length;
}
