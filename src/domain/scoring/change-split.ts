/**
 * Splits the difference between two scores of one customer among the customer, the quality of the data and the model, by
 * scoring again.
 *
 * Method: Shapley values of the three factors. Either model scores the customer with the earlier or the later values, and
 * with the earlier or the later data quality; a factor's part is its mean step over all orders in which the three can
 * change. So the parts add up to the whole difference, and no order is preferred. Within the customer and within data
 * quality each column has its mean step over all orders of the columns (Owen 1977): these add up to the factor's part.
 */
import { sampledShap } from '../../ml/explain/sampled-shap.ts';
import { shapleyValues } from '../../ml/explain/shapley.ts';
import { addRow, createRowBatch, toTable } from '../../ml/data/row-reader.ts';
import type { Schema } from '../../ml/data/schema.ts';
import { takeRows } from '../../ml/data/table.ts';
import type { Column, Table } from '../../ml/data/table.ts';
import type { CellValue } from '../../ml/data/values.ts';
import { predictModel } from '../../ml/model/model.ts';
import type { Model } from '../../ml/model/model.ts';
import type { InputValues } from '../../store/score-files/inputs.ts';
import { foldName } from '../csv/column-names.ts';
import { cellsOf } from './customer-cells.ts';

/** A customer as stored, and the model that scored them. */
export interface ScoredInputs {
  readonly model: Model;
  readonly inputs: InputValues;
}

export interface ColumnChange {
  readonly name: string;
  /** Quality: blank or not recognised by the model that scored it, before or after. */
  readonly kind: 'customer' | 'quality';
  readonly before: CellValue;
  readonly after: CellValue;
  /** In probability. */
  readonly part: number;
}

/** Probabilities and differences of probabilities: `before + customer + quality + model = after`. */
export interface ChangeSplit {
  readonly before: number;
  readonly after: number;
  readonly customer: number;
  readonly quality: number;
  readonly model: number;
  /** What changed, the largest part first. */
  readonly columns: readonly ColumnChange[];
  /** Columns that one of the models alone uses. Their other value is not known, so that they count as change of the model. */
  readonly notShared: readonly string[];
}

/** Null: one of the models cannot score what the other has scored. */
export function splitChange(before: ScoredInputs, after: ScoredInputs): ChangeSplit | null {
  const tables = [before, after].map((own) => readBoth(own, [before.inputs, after.inputs]));
  const [earlier, later] = tables;
  if (!earlier || !later) return null;
  const changed = changedColumns(before, after, [earlier, later]);
  const sides: Sides = [sideOf(before.model, earlier, changed), sideOf(after.model, later, changed)];
  const parts = [...partsOf('customer', changed, sides), ...partsOf('quality', changed, sides)];
  return {
    ...modelChange(changed, sides),
    customer: sumOf(parts, 'customer'),
    quality: sumOf(parts, 'quality'),
    columns: parts.sort((a, b) => Math.abs(b.part) - Math.abs(a.part)),
    notShared: [
      ...missingIn(after.model.schema, before.model.schema),
      ...missingIn(before.model.schema, after.model.schema),
    ],
  };
}

/** The earlier row and the later one as a model reads them. What only this model uses is as it scored it in both. */
function readBoth({ model, inputs }: ScoredInputs, rows: readonly InputValues[]): Table | null {
  const own = cellsOf(model.schema, inputs);
  const batch = createRowBatch(model.schema.features, rows.length);
  for (const row of rows) {
    const cells = cellsOf(model.schema, row).map((cell, place) => (cell === undefined ? own[place] : cell));
    if (addRow(batch, cells, '.').problems.length > 0) return null;
  }
  return toTable(batch);
}

type Changed = Omit<ColumnChange, 'part'>;

/** Columns of both models whose two values are not the same to one of them. */
function changedColumns(
  before: ScoredInputs,
  after: ScoredInputs,
  [earlier, later]: readonly [Table, Table],
): Changed[] {
  const earlierPlaces = placesOf(before.model.schema);
  const [cellsBefore, cellsAfter] = [before, after].map(({ model, inputs }) => cellsOf(model.schema, inputs));
  const unknown = [unknownCells(before), unknownCells(after)];
  return after.model.schema.features.flatMap(({ name }, place): Changed[] => {
    const earlierPlace = earlierPlaces.get(foldName(name));
    if (earlierPlace === undefined) return [];
    if (!differs(earlier.columns[earlierPlace]!) && !differs(later.columns[place]!)) return [];
    const kind = unknown.some((names) => names.has(foldName(name))) ? 'quality' : 'customer';
    const [was, is] = [cellsBefore![earlierPlace] ?? null, cellsAfter![place] ?? null];
    return [{ name, kind, before: was, after: is }];
  });
}

function placesOf({ features }: Schema): ReadonlyMap<string, number> {
  return new Map(features.map(({ name }, place) => [foldName(name), place]));
}

/** Folded names of cells that are blank or hold a level that the model has not seen. */
function unknownCells({ model, inputs }: ScoredInputs): ReadonlySet<string> {
  const batch = createRowBatch(model.schema.features, 1);
  const { notes } = addRow(batch, cellsOf(model.schema, inputs), '.');
  return new Set(notes.filter(({ kind }) => kind !== 'out-of-range').map(({ column }) => foldName(column)));
}

function differs(column: Column): boolean {
  const [before, after] = column.kind === 'number' ? column.values : column.codes;
  return !Object.is(before, after);
}

function missingIn(other: Schema, { features }: Schema): string[] {
  const known = placesOf(other);
  return features.filter(({ name }) => !known.has(foldName(name))).map(({ name }) => name);
}

/** One of the models with both rows. */
interface Side {
  readonly model: Model;
  readonly rows: Table;
  /** Of the changed columns in this model. */
  readonly places: readonly number[];
}
/** The earlier model and the later one. */
type Sides = readonly [Side, Side];

function sideOf(model: Model, rows: Table, changed: readonly Changed[]): Side {
  const known = placesOf(model.schema);
  return { model, rows, places: changed.map(({ name }) => known.get(foldName(name))!) };
}

/** Rows of earlier and later values: `isLater` says it of a row and a changed column. */
function mix(
  { rows, places }: Side,
  rowCount: number,
  isLater: (row: number, column: number) => boolean,
): Table {
  const changed = new Map(places.map((place, column) => [place, column]));
  const columns = rows.columns.map((values, place) => {
    const column = changed.get(place);
    const picked = new Int32Array(rowCount);
    if (column !== undefined)
      for (let row = 0; row < rowCount; row++) picked[row] = Number(isLater(row, column));
    return takeRows({ rowCount: 2, columns: [values] }, picked).columns[0]!;
  });
  return { rowCount, columns };
}

/** By how many of the two other factors have changed: the share of orders in which a factor comes then. */
const orderShares = [1 / 3, 1 / 6, 1 / 3] as const;
/** More columns than this have too many subsets; their orders are sampled. */
const mostExact = 10;
/** Pairs of an order and its reverse. */
const sampledOrders = 32;
const seed = 1;

/** What the columns of one factor have to do with the difference. */
function partsOf(kind: Changed['kind'], changed: readonly Changed[], sides: Sides): ColumnChange[] {
  const own = [...changed.keys()].filter((column) => changed[column]!.kind === kind);
  const parts = new Float64Array(own.length);
  if (own.length === 0) return [];
  sides.forEach((side, isLaterModel) => {
    for (const areOthersLater of [0, 1]) {
      const steps = stepsOf(side, own, areOthersLater === 1);
      const share = orderShares[isLaterModel + areOthersLater]!;
      for (let i = 0; i < parts.length; i++) parts[i]! += share * steps[i]!;
    }
  });
  return own.map((column, i) => ({ ...changed[column]!, part: parts[i]! }));
}

/** Of each of the `own` columns, while the model and the other columns stay as they are. */
function stepsOf(side: Side, own: readonly number[], areOthersLater: boolean): Float64Array {
  const predict = (table: Table): Float64Array => predictModel(side.model, table);
  if (own.length <= mostExact) {
    const isLater = (subset: number, column: number): boolean =>
      own.includes(column) ? ((subset >> own.indexOf(column)) & 1) === 1 : areOthersLater;
    return shapleyValues(predict(mix(side, 2 ** own.length, isLater)), own.length);
  }
  const from = mix(side, sampledOrders, (_, column) => areOthersLater && !own.includes(column));
  const to = mix(side, 1, (_, column) => areOthersLater || own.includes(column));
  const { contributions } = sampledShap(predict, from, to, seed);
  return Float64Array.from(own, (column) => contributions[side.places[column]!]!);
}

/** The model's part, and both probabilities: scored with each of the four mixtures of customer and data quality. */
function modelChange(
  changed: readonly Changed[],
  sides: Sides,
): Pick<ChangeSplit, 'before' | 'after' | 'model'> {
  const isLater = (mixture: number, column: number): boolean =>
    (mixture & (changed[column]!.kind === 'customer' ? 1 : 2)) !== 0;
  const [earlier, later] = sides.map((side) => predictModel(side.model, mix(side, 4, isLater)));
  const shares = [orderShares[0], orderShares[1], orderShares[1], orderShares[2]];
  const model = shares.reduce((sum, share, i) => sum + share * (later![i]! - earlier![i]!), 0);
  return { before: earlier![0]!, after: later![3]!, model };
}

function sumOf(parts: readonly ColumnChange[], kind: Changed['kind']): number {
  return parts.reduce((sum, one) => (one.kind === kind ? sum + one.part : sum), 0);
}
