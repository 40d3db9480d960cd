/** The columns of a dataset before anything is trained: histograms, who left in each bin, and which columns go together. */
import { cramersV, evenSample, pearson } from '../../../ml/checks/association.ts';
import { spearman } from '../../../ml/checks/rank-correlation.ts';
import { readColumn } from '../../../ml/data/schema-inference.ts';
import type { FeatureType } from '../../../ml/data/schema.ts';
import { isConstant } from '../../../ml/data/table.ts';
import type { CategoryColumn, Column, NumberColumn, Table } from '../../../ml/data/table.ts';
import { wilsonInterval } from '../../../ml/evaluation/wilson.ts';
import type { Interval } from '../../../ml/evaluation/wilson.ts';
import type { Dataset, DatasetColumn } from '../../../store/datasets.ts';
import type { WholeCsv } from '../../csv/whole.ts';
import { labelRows, undecided } from '../../training/dataset-table.ts';
import { readLabel } from '../labels/definition.ts';
import { binColumn } from './bins.ts';

export interface ExploredBin {
  readonly name: string;
  readonly rows: number;
  /** Rows whose outcome is known, and of these the ones that left. */
  readonly known: number;
  readonly left: number;
}

export interface ExploredColumn {
  readonly name: string;
  readonly bins: readonly ExploredBin[];
}

interface Pair {
  readonly a: string;
  readonly b: string;
}

export interface Exploration {
  readonly rows: number;
  /** Rows whose outcome is known, and of these the ones that left; 0 and 0 without a churn label. */
  readonly known: number;
  readonly left: number;
  readonly columns: readonly ExploredColumn[];
  /** Columns that were too many. */
  readonly leftOut: number;
  /** The strongest first. */
  readonly numberPairs: readonly (Pair & { readonly spearman: number; readonly pearson: number })[];
  readonly levelPairs: readonly (Pair & { readonly cramersV: number })[];
}

/** Of the share who left. */
export function intervalOfLeft({ left, known }: Pick<ExploredBin, 'left' | 'known'>): Interval {
  return wilsonInterval(left, known);
}

const mostColumns = 100;
/** Columns of a kind that are paired. */
const mostPaired = 40;
const mostPairs = 30;
const rowsPaired = 20_000;

export function exploreDataset(csv: WholeCsv, { columns, label }: Dataset): Exploration {
  const definition = readLabel(label);
  const marked = definition && labelRows(csv, definition);
  const labels = marked?.labels ?? null;
  const all = columns.filter((column) => isExplored(column) && !marked?.usedColumns.includes(column.name));
  const typed = all.slice(0, mostColumns).map((column) => typedColumn(csv, column));
  const rowCount = csv.cells[0]?.length ?? 0;
  const sample = evenSample({ rowCount, columns: typed.map(({ column }) => column) }, rowsPaired);
  return {
    rows: rowCount,
    known: labels?.filter((outcome) => outcome !== undecided).length ?? 0,
    left: labels?.filter((outcome) => outcome === 1).length ?? 0,
    columns: typed.map((one) => ({ name: one.column.name, bins: countBins(one, labels) })),
    leftOut: all.length - typed.length,
    numberPairs: pairNumbers(sample),
    levelPairs: pairLevels(sample),
  };
}

interface TypedColumn {
  readonly column: Column;
  readonly type: FeatureType;
}

function isExplored({ type, role, distinct }: DatasetColumn): boolean {
  return type !== 'text' && role !== 'identifier' && distinct > 0;
}

function typedColumn(csv: WholeCsv, { name, type }: DatasetColumn): TypedColumn {
  const cells = csv.cells[csv.header.indexOf(name)] ?? [];
  const known = type as FeatureType;
  return { column: readColumn(name, known, cells, csv.decimal), type: known };
}

function countBins({ column, type }: TypedColumn, labels: Uint8Array | null): ExploredBin[] {
  const { names, binOf } = binColumn(column, type);
  const bins = names.map((name) => ({ name, rows: 0, known: 0, left: 0 }));
  binOf.forEach((place, row) => {
    const bin = bins[place]!;
    bin.rows++;
    if (labels === null || labels[row] === undecided) return;
    bin.known++;
    bin.left += labels[row]!;
  });
  return bins;
}

/** A constant column goes together with nothing. */
function pairNumbers({ columns }: Table): Exploration['numberPairs'] {
  const numbers = columns.filter(
    (column): column is NumberColumn => column.kind === 'number' && !isConstant(column),
  );
  const pairs = pairsOf(numbers).map(([a, b]) => ({
    a: a.name,
    b: b.name,
    spearman: spearman(a.values, b.values),
    pearson: pearson(a.values, b.values),
  }));
  return pairs.sort((x, y) => Math.abs(y.spearman) - Math.abs(x.spearman)).slice(0, mostPairs);
}

function pairLevels({ columns }: Table): Exploration['levelPairs'] {
  const levels = columns.filter((column): column is CategoryColumn => column.kind === 'category');
  const pairs = pairsOf(levels).map(([a, b]) => ({
    a: a.name,
    b: b.name,
    cramersV: cramersV(a.codes, a.levels.length, b.codes, b.levels.length),
  }));
  return pairs.sort((x, y) => y.cramersV - x.cramersV).slice(0, mostPairs);
}

function pairsOf<T>(columns: readonly T[]): [T, T][] {
  const paired = columns.slice(0, mostPaired);
  return paired.flatMap((a, i) => paired.slice(i + 1).map((b): [T, T] => [a, b]));
}
