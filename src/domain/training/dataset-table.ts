/** A dataset's file as fits take it: the columns as they were confirmed, the label as it was defined. */
import { isSameLevel } from '../../ml/data/levels.ts';
import { inferColumns } from '../../ml/data/schema-inference.ts';
import type { InferredColumn } from '../../ml/data/schema-inference.ts';
import { isBlank } from '../../ml/data/values.ts';
import type { DatasetColumn } from '../../store/datasets.ts';
import { readTakenCsv } from '../csv/whole.ts';
import type { WholeCsv } from '../csv/whole.ts';
import { applyProxy } from '../datasets/labels/proxy-label.ts';
import { columnsOf } from '../datasets/labels/definition.ts';
import type { LabelDefinition } from '../datasets/labels/definition.ts';
import type { TrainingTable } from './table.ts';

/** The most rows on which settings are chosen and figures measured; of a larger file they are taken evenly. */
export const maxTrainingRows = 500_000;

/** The name of the column that a proxy label becomes. */
export const proxyColumn = 'Left (by rule)';

/** A row whose churn label is not known. */
export const undecided = 255;

export interface RowLabels {
  /** One a row: 1 left, 0 stayed, or `undecided`. */
  readonly labels: Uint8Array;
  /** Columns of the churn label, which must not be inputs. */
  readonly usedColumns: readonly string[];
}

/**
 * Reads the file and joins it with what an analyst confirmed. Rows whose label is not known are left out.
 * @throws AppError 415 or 422 with the reason
 */
export async function readDatasetTable(
  path: string,
  columns: readonly DatasetColumn[],
  label: LabelDefinition,
): Promise<TrainingTable> {
  return toLabelledTable(await readTakenCsv(path, maxTrainingRows), columns, label);
}

/** The columns with the roles that the label gives them: its own columns are no inputs. */
export function labelledColumns<C extends InferredColumn>(
  columns: readonly C[],
  label: LabelDefinition,
): C[] {
  const used = columnsOf(label);
  return columns.map((column) => {
    if (label.kind === 'column' && column.name === label.column) return { ...column, role: 'label' };
    const isNone = used.includes(column.name) || column.role === 'label';
    return isNone ? { ...column, role: 'ignored' } : column;
  });
}

export function toLabelledTable(
  csv: WholeCsv,
  columns: readonly DatasetColumn[],
  label: LabelDefinition,
): TrainingTable {
  const { labels } = labelRows(csv, label);
  const known = labelledColumns(columns, label);
  if (label.kind === 'column')
    return { ...decidedRows(csv, labels), columns: known, positive: label.positive };
  const answers = Array.from(labels, (value) => (value === 1 ? 'Yes' : 'No'));
  const labelled = { ...csv, header: [...csv.header, proxyColumn], cells: [...csv.cells, answers] };
  const kept = decidedRows(labelled, labels);
  const [made] = inferColumns([proxyColumn], [kept.cells.at(-1)!], csv.decimal);
  return { ...kept, columns: [...known, { ...made!, role: 'label' as const }], positive: 'Yes' };
}

/** The churn label of each row. @throws Unprocessable when a column of the definition is not there. */
export function labelRows(csv: WholeCsv, label: LabelDefinition): RowLabels {
  if (label.kind === 'proxy') return applyProxy(label.rule, csv);
  const cells = csv.cells[csv.header.indexOf(label.column)] ?? [];
  const labels = Uint8Array.from(cells, (text) =>
    isBlank(text) ? undecided : isSameLevel(text, label.positive) ? 1 : 0,
  );
  return { labels, usedColumns: [label.column] };
}

function decidedRows(csv: WholeCsv, labels: Uint8Array): WholeCsv {
  const rows = Array.from(labels.keys()).filter((row) => labels[row] !== undecided);
  if (rows.length === labels.length) return csv;
  return {
    ...csv,
    cells: csv.cells.map((column) => rows.map((row) => column[row]!)),
    skippedRows: csv.skippedRows + labels.length - rows.length,
  };
}
