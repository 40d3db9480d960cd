/**
 * Shapley values of any model by sampling orders of the features, for models without an exact method.
 *
 * Method: Castro, Gómez and Tejada (2009), Štrumbelj and Kononenko (2014). From each background row z the
 * features are set to the customer's values one after the other in a random order and in its reverse
 * (antithetic: Mitchell et al. 2022); the change of the prediction at each step belongs to the feature
 * set. A contribution is the mean over background rows. As every way begins at a background row and ends
 * at the customer, contributions add up exactly to prediction − mean background prediction, which is the
 * base: nothing is left to distribute. The standard error, s / √n over the n background rows, falls with
 * the square root of their number; a Shapley value is what it converges to.
 * Background rows, orders and so results depend on the seed only, not on the other rows of the table.
 * Steps that set a feature to the value it has already change nothing and are not predicted.
 */
import type { Explanation } from '../estimator.ts';
import { createRandom, shuffle } from '../math/random.ts';
import type { CategoryColumn, Column, NumberColumn, Table } from '../data/table.ts';

export interface SampledExplanation extends Explanation {
  /** Of each contribution, in the same places; NaN with a single background row. */
  readonly standardErrors: Float64Array;
}

/** The ways of some customers from the background rows to themselves. */
export interface Walks {
  readonly background: Table;
  /** The customers are its rows `start` to `end − 1`. */
  readonly table: Table;
  readonly start: number;
  readonly end: number;
  /** Orders in which features are set: 2b and 2b + 1 belong to background row b. */
  readonly orders: readonly Int32Array[];
  /** 1 where customer and background row differ in a feature: customers × background rows × features. */
  readonly differs: Uint8Array;
}

/** Changes within a background row are predicted this many rows at a time. */
const BATCH_ROWS = 16_384;

/**
 * Explains every row of `table`. `background`: rows with the same columns and levels, at least one.
 * Costs at most 2 × (features − 1) × background rows predictions a row.
 * `predictSteps`: a quicker way to what `predict` says after each step that changes something, but for the
 * last feature's: by customer, by order, by step.
 */
export function sampledShap(
  predict: (table: Table) => Float64Array,
  background: Table,
  table: Table,
  seed: number,
  predictSteps: (walks: Walks) => Float64Array = (walks) => predict(hybrids(walks)),
): SampledExplanation {
  if (background.rowCount === 0) throw new RangeError('background must have at least 1 row, found 0');
  const featureCount = table.columns.length;
  const orders = drawOrders(background.rowCount, featureCount, seed);
  const backgroundValues = predict(background);
  const values = predict(table);
  const contributions = new Float64Array(table.rowCount * featureCount);
  const standardErrors = new Float64Array(contributions.length);
  const most = orders.length * Math.max(1, featureCount - 1);
  const rowsAtOnce = Math.max(1, Math.floor(BATCH_ROWS / most));
  for (let start = 0; start < table.rowCount; start += rowsAtOnce) {
    const end = Math.min(start + rowsAtOnce, table.rowCount);
    const differs = differencesOf(background, table, start, end);
    const between = predictSteps({ background, table, start, end, orders, differs });
    let used = 0;
    for (let row = start; row < end; row++) {
      const at = row * featureCount;
      const customer = {
        value: values[row]!,
        differs: differs.subarray((row - start) * background.rowCount * featureCount),
        predictions: between.subarray(used),
        contributions: contributions.subarray(at, at + featureCount),
        standardErrors: standardErrors.subarray(at, at + featureCount),
      };
      used += addSteps(orders, backgroundValues, customer);
    }
  }
  const base = backgroundValues.reduce((sum, value) => sum + value, 0) / backgroundValues.length;
  return { featureCount, base, contributions, standardErrors };
}

/** Two orders a background row: a random one and its reverse. */
function drawOrders(backgroundRows: number, featureCount: number, seed: number): Int32Array[] {
  const random = createRandom(seed);
  return Array.from({ length: backgroundRows }, () => {
    const order = Int32Array.from({ length: featureCount }, (_, j) => j);
    shuffle(order, random);
    return [order, order.slice().reverse()];
  }).flat();
}

/** See Walks. */
function differencesOf(background: Table, table: Table, start: number, end: number): Uint8Array {
  const featureCount = table.columns.length;
  const differs = new Uint8Array((end - start) * background.rowCount * featureCount);
  table.columns.forEach((column, j) => {
    const own = cells(column);
    const other = cells(background.columns[j]!);
    for (let row = start, at = j; row < end; row++)
      for (let b = 0; b < background.rowCount; b++, at += featureCount)
        differs[at] = Object.is(own[row], other[b]) ? 0 : 1;
  });
  return differs;
}

/** The rows after each step that changes something, but for the last feature's. */
function hybrids({ background, table, start, end, orders, differs }: Walks): Table {
  const featureCount = table.columns.length;
  const customers: number[] = [];
  const orderOf: number[] = [];
  const steps: number[] = [];
  for (let row = start; row < end; row++)
    for (let o = 0; o < orders.length; o++) {
      const at = ((row - start) * background.rowCount + (o >> 1)) * featureCount;
      for (let step = 0; step + 1 < featureCount; step++) {
        if (differs[at + orders[o]![step]!] === 0) continue;
        customers.push(row);
        orderOf.push(o);
        steps.push(step);
      }
    }
  const ranks = orders.map((order) => rankOf(order));
  const rowCount = steps.length;
  const columns = table.columns.map((column, j) => {
    const own = cells(column);
    const other = cells(background.columns[j]!);
    const out = column.kind === 'number' ? new Float64Array(rowCount) : new Int32Array(rowCount);
    for (let i = 0; i < rowCount; i++) {
      const o = orderOf[i]!;
      out[i] = ranks[o]![j]! <= steps[i]! ? own[customers[i]!]! : other[o >> 1]!;
    }
    return withCells(column, out);
  });
  return { rowCount, columns };
}

interface CustomerWalks {
  /** The customer's own prediction. */
  readonly value: number;
  /** As Walks.differs, of this customer. */
  readonly differs: Uint8Array;
  /** After each step that changes something, of this customer and those after it. */
  readonly predictions: Float64Array;
  /** Of this customer, to be filled in. */
  readonly contributions: Float64Array;
  readonly standardErrors: Float64Array;
}

/** Adds one customer's steps. Returns how many of the predictions belong to this customer. */
function addSteps(
  orders: readonly Int32Array[],
  backgroundValues: Float64Array,
  { value, differs, predictions, contributions, standardErrors }: CustomerWalks,
): number {
  let used = 0;
  const featureCount = contributions.length;
  const n = backgroundValues.length;
  const squares = new Float64Array(featureCount);
  const pair = new Float64Array(featureCount);
  for (let b = 0; b < n; b++) {
    pair.fill(0);
    for (const order of [orders[2 * b]!, orders[2 * b + 1]!]) {
      let before = backgroundValues[b]!;
      for (let step = 0; step < featureCount; step++) {
        const feature = order[step]!;
        const changes = differs[b * featureCount + feature] === 1;
        const after = step + 1 === featureCount ? value : changes ? predictions[used++]! : before;
        pair[feature]! += (after - before) / 2;
        before = after;
      }
    }
    for (let j = 0; j < featureCount; j++) {
      contributions[j]! += pair[j]! / n;
      squares[j]! += pair[j]! ** 2;
    }
  }
  for (let j = 0; j < featureCount; j++) {
    const variance = Math.max(0, squares[j]! - n * contributions[j]! ** 2) / (n - 1);
    standardErrors[j] = Math.sqrt(variance / n);
  }
  return used;
}

function rankOf(order: Int32Array): Int32Array {
  const rank = new Int32Array(order.length);
  order.forEach((feature, place) => (rank[feature] = place));
  return rank;
}

function cells(column: Column): Float64Array | Int32Array {
  return column.kind === 'number' ? column.values : column.codes;
}

function withCells(column: Column, values: Float64Array | Int32Array): Column {
  return column.kind === 'number'
    ? ({ ...column, values } as NumberColumn)
    : ({ ...column, codes: values } as CategoryColumn);
}
