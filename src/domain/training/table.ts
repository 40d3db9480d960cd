/** What is learned from: a table whose columns are known, and the parts of it that fits take. */
import { createHash } from 'node:crypto';
import { parse } from 'csv-parse/sync';
import { Unprocessable } from '../../errors.ts';
import { isSameLevel } from '../../ml/data/levels.ts';
import { groupRows } from '../../ml/data/row-groups.ts';
import type { RowGroups } from '../../ml/data/row-groups.ts';
import { inferColumns, positiveLevelOf, readColumn } from '../../ml/data/schema-inference.ts';
import type { InferredColumn } from '../../ml/data/schema-inference.ts';
import type { FeatureType, Label } from '../../ml/data/schema.ts';
import type { Table } from '../../ml/data/table.ts';
import { isBlank } from '../../ml/data/values.ts';
import { foldName } from '../csv/column-names.ts';
import type { FirstLine } from '../csv/first-line.ts';
import { readWholeCsv } from '../csv/whole.ts';
import type { WholeCsv } from '../csv/whole.ts';
import { findLabelProblem, labelProblem } from '../datasets/labels/problem.ts';

export interface TrainingTable extends WholeCsv {
  readonly columns: readonly InferredColumn[];
  /** The level that says 'left', where it was chosen. */
  readonly positive: string | null;
}

/** Which column is the label, where names do not tell. */
export interface LabelChoice {
  readonly label: string | null;
  readonly positive: string | null;
}

const byName: LabelChoice = { label: null, positive: null };

/** A table of our own making: commas, decimal points, UTF-8. @throws Unprocessable when a chosen label is not there. */
export function readTrainingTable(csv: string, choice: LabelChoice = byName): TrainingTable {
  const [header = [], ...rows]: string[][] = parse(csv, { bom: true });
  const cells = header.map((_, j) => rows.map((row) => row[j]!));
  const sha256 = createHash('sha256').update(csv).digest('hex');
  return toTrainingTable({ header, cells, decimal: '.', skippedRows: 0, sha256 }, choice);
}

/**
 * Any CSV file that an upload takes, whole: training data fits in memory.
 * @throws AppError 415 or 422 in words
 */
export async function readTrainingFile(
  path: string,
  choice: LabelChoice = byName,
  firstLine: FirstLine | null = null,
): Promise<TrainingTable> {
  return toTrainingTable(await readWholeCsv(path, undefined, firstLine), choice);
}

/** Rows without a label teach nothing: they are left out, never counted as customers who stayed. */
function toTrainingTable(csv: WholeCsv, { label, positive }: LabelChoice): TrainingTable {
  if (label !== null && !csv.header.includes(label))
    throw unusableLabel(`There is no column '${label}'. There are ${csv.header.join(', ')}.`);
  const infer = (cells: WholeCsv['cells']) =>
    inferColumns(csv.header, cells, csv.decimal).map((column) => chooseLabel(column, label));
  const columns = infer(csv.cells);
  const place = columns.findIndex(({ role }) => role === 'label');
  if (place < 0 || columns[place]!.missing === 0) return { ...csv, columns, positive };
  const isLabelled = csv.cells[place]!.map((text) => !isBlank(text));
  const cells = csv.cells.map((column) => column.filter((_, row) => isLabelled[row]));
  const skippedRows = csv.skippedRows + columns[place]!.missing;
  return { ...csv, cells, skippedRows, columns: infer(cells), positive };
}

/** The parts that fits take: typed features, the target, and what the columns are. */
export interface PreparedTraining {
  readonly data: Table;
  readonly types: readonly FeatureType[];
  readonly target: Uint8Array;
  /** Rows of one customer, and copies of a row, belong together. */
  readonly groups: RowGroups;
  readonly label: Label;
  readonly identifier: string | null;
  readonly value: string | null;
}

/** Another level than the positive one counts as stayed. @throws Unprocessable when the label cannot be used. */
export function prepareTraining(
  table: TrainingTable,
  only: readonly string[] | null,
  drop: readonly string[] = [],
): PreparedTraining {
  const label = labelOf(table);
  const features = featuresOf(table, only).filter(({ name }) => !drop.includes(name));
  const labels = cellsOf(table, label.name);
  const data = {
    rowCount: labels.length,
    columns: features.map(({ name, column }) =>
      readColumn(name, column.type as FeatureType, cellsOf(table, column.name), table.decimal),
    ),
  };
  const target = Uint8Array.from(labels, (level) => (isSameLevel(level, label.positive) ? 1 : 0));
  const identifiers = table.columns.filter(({ role }) => role === 'identifier');
  return {
    data,
    types: features.map(({ column }) => column.type as FeatureType),
    target,
    groups: groupRows(
      data,
      target,
      identifiers.map(({ name }) => cellsOf(table, name)),
    ),
    label,
    identifier: identifiers[0]?.name ?? null,
    value: features.find(({ column }) => column.role === 'value')?.name ?? null,
  };
}

function labelOf(table: TrainingTable): Label {
  const column = table.columns.find(({ role }) => role === 'label');
  if (!column) throw unusableLabel(missingLabel(table.columns));
  const { name, levels } = column;
  const problem = levels.length < 2 ? labelProblem(column) : null;
  if (problem)
    throw unusableLabel(`The column '${name}' cannot be the label. ${problem.message} ${problem.fix}`);
  const wanted = table.positive ?? positiveLevelOf(levels);
  const positive = wanted === null ? undefined : levels.find((level) => isSameLevel(level, wanted));
  if (positive === undefined)
    throw unusableLabel(
      `Which level of '${name}' means that a customer left? It has ${levels.slice(0, 10).join(', ')}.`,
    );
  return { name, positive, negative: levels.find((level) => level !== positive)! };
}

/** Why no column is the label, and what to do. */
export function missingLabel(columns: readonly InferredColumn[]): string {
  const problem = findLabelProblem(columns);
  return problem
    ? `The column '${problem.column}' cannot be the label as it is. ${problem.message} ${problem.fix}`
    : 'No column is the churn label. Name one Churn, with the values Yes and No.';
}

function unusableLabel(message: string): Unprocessable {
  return new Unprocessable([{ field: 'label', message }]);
}

/** A chosen label is the only one. */
function chooseLabel(column: InferredColumn, label: string | null): InferredColumn {
  if (label === null) return column;
  if (column.name === label) return { ...column, role: 'label' };
  return column.role === 'label' ? { ...column, role: 'ignored' } : column;
}

function featuresOf(
  table: TrainingTable,
  only: readonly string[] | null,
): { name: string; column: InferredColumn }[] {
  const usable = table.columns.filter((column) => column.role === 'feature' || column.role === 'value');
  if (only === null) return usable.map((column) => ({ name: column.name, column }));
  return only.flatMap((name) => {
    const column = usable.find((candidate) => foldName(candidate.name) === foldName(name));
    return column ? [{ name, column }] : [];
  });
}

function cellsOf(table: TrainingTable, name: string): readonly string[] {
  return table.cells[table.header.indexOf(name)]!;
}
