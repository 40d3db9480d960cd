/**
 * Checks that every fit makes on its data, and the row weights it works with.
 * Class weights `balanced`: weight of a class = total / (2 × total of the class) (King and Zeng 2001),
 * so that both classes weigh the same and the total does not change.
 */
import type { TrainingData } from '../estimator.ts';
import { sharedFloats } from '../parallel/shared-memory.ts';
import { takeGroups } from './row-groups.ts';
import { takeRows } from './table.ts';

export type ClassWeight = 'none' | 'balanced';

/** @throws RangeError without rows, columns or one of the classes, on wrong lengths and on bad weights. */
export function checkTrainingData(data: TrainingData): void {
  const { table, target, weights } = data;
  if (table.rowCount === 0) throw new RangeError('the table has no rows to learn from');
  if (table.columns.length === 0) throw new RangeError('the table has no columns to learn from');
  if (target.length !== table.rowCount)
    throw new RangeError(`target must have ${table.rowCount} labels, one a row, found ${target.length}`);
  if (data.groups !== undefined && data.groups.length !== table.rowCount)
    throw new RangeError(
      `groups must have ${table.rowCount} entries, one a row, found ${data.groups.length}`,
    );
  if (weights !== undefined) checkWeights(weights, table.rowCount);
  for (const column of table.columns) {
    const length = column.kind === 'number' ? column.values.length : column.codes.length;
    if (length !== table.rowCount)
      throw new RangeError(
        `column '${column.name}' must have ${table.rowCount} values, one a row, found ${length}`,
      );
  }
  checkClasses(target, weights);
}

/** Some rows, in the order given; a row may come more than once. */
export function takeTrainingRows(data: TrainingData, rows: Int32Array): TrainingData {
  const { table, target, weights, groups } = data;
  return {
    table: takeRows(table, rows),
    target: Uint8Array.from(rows, (row) => target[row]!),
    ...(weights === undefined ? {} : { weights: Float64Array.from(rows, (row) => weights[row]!) }),
    ...takeGroups(groups, rows),
  };
}

/** The weight of every row; a new array, in memory that threads can share. Call after checkTrainingData. */
export function rowWeights(data: TrainingData, classWeight: ClassWeight): Float64Array {
  const { target } = data;
  const weights = sharedFloats(target.length);
  if (data.weights) weights.set(data.weights);
  else weights.fill(1);
  if (classWeight === 'none') return weights;
  const totals: [number, number] = [0, 0];
  for (let row = 0; row < target.length; row++) totals[target[row] === 1 ? 1 : 0] += weights[row]!;
  const total = totals[0] + totals[1];
  for (let row = 0; row < target.length; row++)
    weights[row]! *= total / (2 * totals[target[row] === 1 ? 1 : 0]);
  return weights;
}

/** Share of the positive class by weight. */
export function weightedRate(target: Uint8Array, weights: Float64Array): number {
  let positive = 0;
  let total = 0;
  for (let row = 0; row < target.length; row++) {
    positive += weights[row]! * target[row]!;
    total += weights[row]!;
  }
  return positive / total;
}

function checkWeights(weights: Float64Array, rowCount: number): void {
  if (weights.length !== rowCount)
    throw new RangeError(`weights must have ${rowCount} entries, one a row, found ${weights.length}`);
  for (const weight of weights)
    if (!(weight >= 0 && weight < Infinity))
      throw new RangeError(`weights must be finite and not negative, found ${weight}`);
}

function checkClasses(target: Uint8Array, weights: Float64Array | undefined): void {
  let positive = false;
  let negative = false;
  for (let row = 0; row < target.length; row++) {
    const label = target[row]!;
    if (label > 1) throw new RangeError(`labels must be 0 or 1, found ${label}`);
    if (weights?.[row] === 0) continue;
    if (label === 1) positive = true;
    else negative = true;
  }
  if (!positive || !negative)
    throw new RangeError(`all rows have the label ${positive ? 1 : 0}; two classes are needed`);
}
