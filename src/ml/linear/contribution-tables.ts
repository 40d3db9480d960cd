/**
 * What each cell adds to the log-odds of a logistic regression, made once a model and then looked up.
 *
 * Linear SHAP gives a column the sum of β_k (x_k − x̄_k) over its design columns (design.ts). A category has one such sum
 * for each level; a number's is a broken line that bends at the knots, kept as its value at one end of each piece and
 * the slope from there. The sums of a row are added in the order of the columns, so that a row has the same bits in any
 * table, and the log-odds of the prediction are `baseMargin` plus that sum. Interactions add to their two columns (pairs.ts).
 */
import type { Block, CategoryBlock, Design, NumberBlock } from './design.ts';
import { addPair, type PairTable } from './pairs.ts';
import { UNSEEN, type CategoryColumn, type Column, type NumberColumn, type Table } from '../data/table.ts';

export interface ContributionTables {
  /** Log-odds of a customer whose every design column is as its training mean. */
  readonly baseMargin: number;
  /** One a feature, in log-odds. */
  readonly columns: readonly ColumnTable[];
  readonly pairs: readonly PairTable[];
}

type ColumnTable = LevelTable | BrokenLine;

interface LevelTable {
  readonly kind: 'category';
  /** By code − UNSEEN: unseen, missing, and the levels. */
  readonly contributions: Float64Array;
}

interface BrokenLine {
  readonly kind: 'number';
  /** Ascending; piece i lies above knot i − 1 and up to knot i. */
  readonly knots: Float64Array;
  /** For each piece a number and what it contributes. */
  readonly anchors: Float64Array;
  readonly atAnchors: Float64Array;
  readonly slopes: Float64Array;
  /** Of a cell that is missing or infinite. */
  readonly noValue: number;
}

export interface LinearModel {
  readonly design: Design;
  readonly intercept: number;
  /** One a design column. */
  readonly coefficients: Float64Array;
  /** Interactions; absent without any. */
  readonly pairs?: readonly PairTable[];
}

const made = new WeakMap<LinearModel, ContributionTables>();

/** The tables of this model, made at the first call and kept as long as it is. */
export function contributionTablesOf(model: LinearModel): ContributionTables {
  let tables = made.get(model);
  if (tables === undefined) made.set(model, (tables = makeTables(model)));
  return tables;
}

/**
 * Writes what the cells of the chosen rows contribute, row-major in the order of `rows`, to the begin of `contributions`,
 * and sets `margins`, one a row, to their log-odds. @throws RangeError when the columns are not those of training.
 */
export function writeContributions(
  { baseMargin, columns, pairs }: ContributionTables,
  table: Table,
  rows: Int32Array,
  contributions: Float64Array,
  margins: Float64Array,
): void {
  if (table.columns.length !== columns.length)
    throw new RangeError(`expected ${columns.length} columns, found ${table.columns.length}`);
  margins.fill(0);
  for (let j = 0; j < columns.length; j++) {
    const known = columns[j]!;
    const column = table.columns[j]!;
    const place = { offset: j, stride: columns.length };
    if (known.kind === 'number' && column.kind === 'number')
      writeNumbers(known, column, rows, contributions, place, margins);
    else if (known.kind === 'category' && column.kind === 'category')
      writeLevels(known, column, rows, contributions, place, margins);
    else throw typeError(column);
  }
  for (const pair of pairs) addPair(pair, table, rows, contributions, margins);
  for (let i = 0; i < margins.length; i++) margins[i]! += baseMargin;
}

/** Where a column of a row-major array lies. */
interface Place {
  readonly offset: number;
  readonly stride: number;
}

function writeLevels(
  { contributions: known }: LevelTable,
  { codes }: CategoryColumn,
  rows: Int32Array,
  contributions: Float64Array,
  { offset, stride }: Place,
  totals: Float64Array,
): void {
  for (let i = 0, at = offset; i < rows.length; i++, at += stride) {
    const contribution = known[codes[rows[i]!]! - UNSEEN]!;
    contributions[at] = contribution;
    totals[i]! += contribution;
  }
}

function writeNumbers(
  { knots, anchors, atAnchors, slopes, noValue }: BrokenLine,
  { values }: NumberColumn,
  rows: Int32Array,
  contributions: Float64Array,
  { offset, stride }: Place,
  totals: Float64Array,
): void {
  for (let i = 0, at = offset; i < rows.length; i++, at += stride) {
    const value = values[rows[i]!]!;
    let contribution = noValue;
    // False for NaN and the infinities.
    if (value - value === 0) {
      let piece = 0;
      while (piece < knots.length && value > knots[piece]!) piece++;
      contribution = atAnchors[piece]! + slopes[piece]! * (value - anchors[piece]!);
    }
    contributions[at] = contribution;
    totals[i]! += contribution;
  }
}

function makeTables(model: LinearModel): ContributionTables {
  const { blocks } = model.design;
  const means = blocks.map((block) => meanOf(model, block));
  const columns = blocks.map((block, j) =>
    block.kind === 'number' ? brokenLine(model, block, means[j]!) : levelTable(model, block, means[j]!),
  );
  const baseMargin = means.reduce((sum, mean) => sum + mean, model.intercept);
  return { baseMargin, columns, pairs: model.pairs ?? [] };
}

/** What the block adds to the log-odds of the average customer. */
function meanOf({ design, coefficients }: LinearModel, { offset, width }: Block): number {
  let mean = 0;
  for (let k = offset; k < offset + width; k++) mean += coefficients[k]! * design.columnMeans[k]!;
  return mean;
}

function levelTable({ coefficients }: LinearModel, block: CategoryBlock, mean: number): LevelTable {
  const { offset, levelCount, hasMissing } = block;
  const levels = coefficients.subarray(offset, offset + levelCount);
  // Unseen, or missing where training never was: the average customer, who contributes nothing.
  const missing = hasMissing ? coefficients[offset + levelCount]! - mean : 0;
  return {
    kind: 'category',
    contributions: Float64Array.of(0, missing, ...levels.map((coefficient) => coefficient - mean)),
  };
}

function brokenLine({ coefficients }: LinearModel, block: NumberBlock, mean: number): BrokenLine {
  const { offset, basis, knots, means, scales, hasMissing } = block;
  const at = (value: number): number => {
    let sum = -mean;
    for (let k = 0; k < basis; k++) {
      const hinge = k === 0 ? value : Math.max(0, value - knots[k - 1]!);
      sum += (coefficients[offset + k]! * (hinge - means[k]!)) / scales[k]!;
    }
    return sum;
  };
  // A piece starts at the knot below it; the first one ends at the first knot, or has the training mean on it.
  const anchors = Float64Array.of(knots[0] ?? means[0]!, ...knots);
  const slopes = new Float64Array(basis);
  for (let k = 0, slope = 0; k < basis; k++) slopes[k] = slope += coefficients[offset + k]! / scales[k]!;
  return {
    kind: 'number',
    knots,
    anchors,
    atAnchors: anchors.map(at),
    slopes,
    noValue: (hasMissing ? coefficients[offset + basis]! : 0) - mean,
  };
}

function typeError({ name }: Column): RangeError {
  return new RangeError(`column '${name}' has another type than in training`);
}
