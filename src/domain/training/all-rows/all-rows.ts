/**
 * The rows of a dataset that is too large to decide everything on: all of them as typed columns, and which of them are drawn to
 * choose settings and to measure. See decision 24.
 */
import { keepMarked, keepMarkedRows } from '../../../ml/data/compaction.ts';
import { groupRows } from '../../../ml/data/row-groups.ts';
import { inferColumns } from '../../../ml/data/schema-inference.ts';
import type { InferredColumn } from '../../../ml/data/schema-inference.ts';
import type { OnStep } from '../../../ml/estimator.ts';
import type { FirstLine } from '../../csv/first-line.ts';
import { withPreparedCsv } from '../../csv/prepared.ts';
import { evenly } from '../../csv/whole.ts';
import { unknown } from '../../datasets/labels/condition-answers.ts';
import type { LabelDefinition } from '../../datasets/labels/definition.ts';
import { labelledColumns, maxTrainingRows, proxyColumn } from '../dataset-table.ts';
import { featuresOf, labelOf } from '../table.ts';
import type { NamedFeature, PreparedTraining } from '../table.ts';
import type { TrainingOptions } from '../options.ts';
import { labelSources, labelTypedRows } from './labels.ts';
import { rowsThatFit } from './memory.ts';
import type { MemoryLimit } from './memory.ts';
import { readTypedRows } from './reading.ts';
import type { PreparedFile, TypedRows, WantedRows } from './reading.ts';
import type { ColumnSource } from './wanted.ts';

export interface RowSource {
  readonly path: string;
  readonly columns: readonly InferredColumn[];
  readonly label: LabelDefinition;
  /** What the first line of the file holds. */
  readonly firstLine: FirstLine | null;
  readonly options: Pick<TrainingOptions, 'families' | 'imbalance' | 'drop'>;
  /** Of more rows than fit, as many are taken evenly. */
  readonly memory: MemoryLimit;
}

/**
 * Reads all rows whose label is known. Progress says how many have been read.
 * @throws AppError 415 or 422 with the reason
 */
export function readAllRows(source: RowSource, onStep: OnStep): Promise<PreparedTraining> {
  return withPreparedCsv(
    source.path,
    (path, file) => readPrepared(path, file, source, onStep),
    source.firstLine,
  );
}

function readPrepared(path: string, file: PreparedFile, source: RowSource, onStep: OnStep): PreparedTraining {
  const { label, options, memory } = source;
  const columns = labelledColumns(source.columns, label);
  // Before minutes of reading; the levels of a rule are known afterwards.
  if (label.kind === 'column') labelOf({ columns, positive: label.positive });
  const inputs = featuresOf(columns, null).filter(({ name }) => !options.drop.includes(name));
  const identifiers = columns.filter(({ role }) => role === 'identifier').map(({ name }) => name);
  const mostRows = Math.max(maxTrainingRows, rowsThatFit(inputs, options, memory));
  const wanted = wantedRows(file.header, { inputs, identifiers, label, mostRows });
  const read = readTypedRows(path, file, wanted, telling(file.rowCount, onStep));
  const { data, target, customers } = labelledRows(read, inputs.length, file.header, label);
  return {
    data,
    types: inputs.map(({ type }) => type),
    target,
    groups: groupRows(data, target, customers),
    label: labelOf(withLabel(columns, label, target)),
    identifier: identifiers[0] ?? null,
    value: inputs.find(({ column }) => column.role === 'value')?.name ?? null,
    ...drawnFrom(data.rowCount),
    ...(file.rowCount > mostRows ? { outOf: file.rowCount } : {}),
  };
}

interface Wanted {
  readonly inputs: readonly NamedFeature[];
  readonly identifiers: readonly string[];
  readonly label: LabelDefinition;
  readonly mostRows: number;
}

/** The inputs, then what the label is made of. */
function wantedRows(header: readonly string[], { inputs, identifiers, label, mostRows }: Wanted): WantedRows {
  const placeOf = (name: string): number => header.indexOf(name);
  const ofLabel = labelSources(label).filter(({ name }) => placeOf(name) >= 0);
  const columns = [...inputs.map(({ column }) => inputSource(column)), ...ofLabel];
  return {
    columns: columns.map((column) => ({ ...column, place: placeOf(column.name) })),
    identifiers: identifiers.map(placeOf),
    mostRows,
  };
}

/** The rows whose label is known, in the memory of those that were read. */
function labelledRows(
  { rowCount, columns, customers }: TypedRows,
  inputCount: number,
  header: readonly string[],
  label: LabelDefinition,
) {
  const labels = labelTypedRows(label, header, columns.slice(inputCount));
  const isKnown = labels.map((one) => Number(one !== unknown));
  return {
    data: keepMarkedRows({ rowCount, columns: columns.slice(0, inputCount) }, isKnown),
    target: keepMarked(labels, isKnown),
    customers: customers.map((keys) => keepMarked(keys, isKnown)),
  };
}

/** Tells of each percent of the rows that has been read. */
function telling(total: number, onStep: OnStep): (done: number) => void {
  let told = 0;
  return (done) => {
    if (done - told < total / 100) return;
    told = done;
    onStep({ stage: 'Reading the data', done, total, best: null });
  };
}

/** A level that only rows beyond those of the profile have becomes a level as well. */
function inputSource({ name, type, levels }: InferredColumn): ColumnSource {
  return type === 'number' || type === 'date'
    ? { name, type, levels: [] }
    : { name, type: 'category', levels };
}

/** The columns and the level that says 'left'; a rule has a column of its own. */
function withLabel(columns: readonly InferredColumn[], label: LabelDefinition, target: Uint8Array) {
  if (label.kind === 'column') return { columns, positive: label.positive };
  const answers = [0, 1].filter((one) => target.includes(one)).map((one) => (one === 1 ? 'Yes' : 'No'));
  const [made] = inferColumns([proxyColumn], [answers], '.');
  return { columns: [...columns, { ...made!, role: 'label' as const }], positive: 'Yes' };
}

/** The rows that decide, where there are more. */
function drawnFrom(rowCount: number): Pick<PreparedTraining, 'drawn'> {
  if (rowCount <= maxTrainingRows) return {};
  const isDrawn = evenly(rowCount, maxTrainingRows);
  const drawn = new Int32Array(maxTrainingRows);
  let count = 0;
  for (let row = 0; row < rowCount; row++) if (isDrawn(row)) drawn[count++] = row;
  return { drawn };
}
