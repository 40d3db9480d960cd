/**
 * Scores inputs that are stored as columns with another model: as `scoreInputs` does for objects, for very many rows.
 * Whatever a column does not hold as the model takes it is read by `addRow`, once a value.
 */
import { addRow, clearRows, createRowBatch, isNumeric } from '../../ml/data/row-reader.ts';
import type { Feature, Schema } from '../../ml/data/schema.ts';
import { MISSING } from '../../ml/data/table.ts';
import type { Column } from '../../ml/data/table.ts';
import type { CellValue } from '../../ml/data/values.ts';
import { predictModel, scoreModel } from '../../ml/model/model.ts';
import type { Model } from '../../ml/model/model.ts';
import { cellOf } from '../../store/score-files/cells.ts';
import type { BatchInputs } from '../../store/score-files/challengers.ts';
import type { InputColumn, ScoredFeature } from '../../store/score-files/group.ts';
import { foldName } from '../csv/column-names.ts';
import { createCustomerReader, largestAmount } from './customer-reading.ts';

/** Probabilities, one a row; NaN: the model cannot score the customer. */
export function scoreColumns(model: Model, stored: BatchInputs): Float64Array {
  const { rowCount } = stored;
  const isRefused = new Uint8Array(rowCount);
  const probability = predictModel(model, { rowCount, columns: columnsFor(model, stored, isRefused) });
  for (let row = 0; row < rowCount; row++) if (isRefused[row] === 1) probability[row] = NaN;
  return probability;
}

/** In probability: that of row i and feature j is entry `i × featureCount + j`. */
export function contributionsOf(model: Model, stored: BatchInputs): Float64Array {
  const { rowCount } = stored;
  const columns = columnsFor(model, stored, new Uint8Array(rowCount));
  return scoreModel(model, { rowCount, columns }).explanation.contributions;
}

/** Marks the rows that the model refuses. */
function columnsFor(model: Model, { header, inputs }: BatchInputs, isRefused: Uint8Array): Column[] {
  const { features } = model.schema;
  const places = new Map(header.features.map(({ name }, place) => [foldName(name), place]));
  const columns = features.map((feature) => {
    const place = places.get(foldName(feature.name));
    const source = place === undefined ? null : { feature: header.features[place]!, input: inputs[place]! };
    return columnOf(feature, source, isRefused);
  });
  refuseAmounts(model.schema, columns, isRefused);
  return columns;
}

/** What is stored of a column of the same name. */
interface Source {
  readonly feature: ScoredFeature;
  readonly input: InputColumn;
}

/** As the model takes it: after its policies. Marks the rows that it refuses. */
function columnOf(feature: Feature, source: Source | null, isRefused: Uint8Array): Column {
  const rowCount = isRefused.length;
  const target = isNumeric(feature) ? new Float64Array(rowCount) : new Int32Array(rowCount);
  const read = createReader(feature);
  const store = (row: number, { value, isProblem }: ReadValue): void => {
    target[row] = value;
    if (isProblem) isRefused[row] = 1;
  };
  if (source === null) for (let row = 0; row < rowCount; row++) store(row, read(null));
  else if (isNumeric(feature) && source.feature.type === feature.type)
    storeNumbers(feature, source, { target, read, store });
  else for (let row = 0; row < rowCount; row++) store(row, read(cellOf(source.feature, source.input, row)));
  return target instanceof Float64Array
    ? { kind: 'number', name: feature.name, values: target }
    : { kind: 'category', name: feature.name, levels: feature.levels, codes: target };
}

interface NumberTarget {
  readonly target: Float64Array | Int32Array;
  readonly read: (cell: CellValue) => ReadValue;
  readonly store: (row: number, value: ReadValue) => void;
}

/** Numbers within the limits are taken as they are. */
function storeNumbers(
  { allowed, range }: Feature,
  { feature, input }: Source,
  { target, read, store }: NumberTarget,
): void {
  const { min, max } = allowed ?? range ?? { min: null, max: null };
  const [low, high] = [min ?? -Infinity, max ?? Infinity];
  const values = input.kind === 'number' ? input.values : new Float64Array(target.length).fill(NaN);
  for (let row = 0; row < values.length; row++) {
    const value = values[row]!;
    if (value >= low && value <= high) target[row] = value;
    else store(row, read(cellOf(feature, input, row)));
  }
}

interface ReadValue {
  readonly value: number;
  readonly isProblem: boolean;
}

/** Each value is read once. */
function createReader(feature: Feature): (cell: CellValue) => ReadValue {
  const batch = createRowBatch([feature], 1);
  const known = new Map<CellValue, ReadValue>();
  return (cell) => {
    const before = known.get(cell);
    if (before) return before;
    clearRows(batch);
    const { problems } = addRow(batch, [cell], '.');
    const [column] = batch.columns;
    const isProblem = problems.length > 0;
    const nothing = isNumeric(feature) ? NaN : MISSING;
    const value = isNumeric(feature) ? column!.values[0]! : column!.codes[0]!;
    const result = { value: isProblem ? nothing : value, isProblem };
    known.set(cell, result);
    return result;
  };
}

/** Where the monthly revenue is an input, as `readCustomer` does it. */
function refuseAmounts(schema: Schema, columns: readonly Column[], isRefused: Uint8Array): void {
  const column = columns[createCustomerReader(schema).valuePlace];
  if (column?.kind !== 'number') return;
  for (let row = 0; row < isRefused.length; row++)
    if (Math.abs(column.values[row]!) > largestAmount) isRefused[row] = 1;
}
