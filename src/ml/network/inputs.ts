/**
 * What the network sees of a table: every column becomes a few inputs between about −3 and 3, and a row
 * becomes a short list of (input, value) pairs, since nearly all inputs of a row are zero.
 *
 * Number: one smooth input, the rank-logit score log(u / (1 − u)) of the value's mid-rank u (cut to
 * [0.005, 0.995]), standardised over the training rows and linear between knots; and, with more than two
 * knots, one hat function a knot, 1 at its knot and falling linearly to 0 at its neighbours, so that the
 * first layer can bend where the data do. Knots are the distinct values when there are few, otherwise
 * quantiles. Values beyond the first or last knot count as that knot, so that outliers and infinities do no
 * harm. A missing number is the mean (score 0, no hat) and lights an indicator.
 * Category: one input a level and one for 'missing'. A level or a missing value that no training row held
 * has no input: its whole block is zero.
 * References: Gorishniy et al. (2022), On Embeddings for Numerical Features in Tabular Deep Learning (the
 * piecewise-linear encoding, here in the hat basis); de Boor (1978), A Practical Guide to Splines.
 * Assumptions: quantiles ignore row weights and, beyond 200,000 rows, come from evenly spaced rows.
 */
import { MISSING, type CategoryColumn, type Column, type NumberColumn, type Table } from '../data/table.ts';

/** No input stands for this value. */
export const NO_INPUT = -1;

export interface NumberInputs {
  readonly kind: 'number';
  readonly name: string;
  /** Ascending, distinct, finite; empty when no training row had a value. */
  readonly knots: Float64Array;
  /** The standardised score at each knot. */
  readonly scores: Float64Array;
  readonly scoreInput: number;
  /** The input of the first knot's hat, the others follow; NO_INPUT without hats. */
  readonly hatInput: number;
  readonly missingInput: number;
}

export interface CategoryInputs {
  readonly kind: 'category';
  readonly name: string;
  /** The input of each level, or NO_INPUT. */
  readonly inputOfLevel: Int32Array;
  readonly missingInput: number;
}

export interface Inputs {
  readonly columns: readonly (NumberInputs | CategoryInputs)[];
  /** Length of a row if it were written out in full. */
  readonly inputCount: number;
  /** Pairs a row is written as. */
  readonly slotCount: number;
}

/** Rows as (input, value) pairs: pair s of row i lies at `i × slotCount + s`; unused pairs are (0, 0). */
export interface Slots {
  readonly indices: Int32Array;
  readonly values: Float64Array;
}

const SAMPLE_ROWS = 200_000;
/** Levels with an input of their own; beyond, the rarer ones share the last. */
const MAX_LEVELS = 256;
const RANK_CUT = 0.005;
const NUMBER_SLOTS = 3;

/** Learns the inputs from training rows. `maxKnots`: knots a number may have, ≥ 3; 0 for no hats. */
export function fitInputs(table: Table, maxKnots: number): Inputs {
  let inputCount = 0;
  let slotCount = 0;
  const columns = table.columns.map((column) => {
    const fitted =
      column.kind === 'number'
        ? numberInputs(column, maxKnots, inputCount)
        : categoryInputs(column, inputCount);
    inputCount = fitted.next;
    slotCount += slotsOf(column.kind);
    return fitted.inputs;
  });
  return { columns, inputCount: Math.max(1, inputCount), slotCount };
}

/** @throws RangeError when the table's columns are not the ones the inputs were fitted on. */
export function checkColumns(inputs: Inputs, table: Table): void {
  if (table.columns.length !== inputs.columns.length)
    throw new RangeError(`expected ${inputs.columns.length} columns, found ${table.columns.length}`);
  for (const [c, { kind, name }] of inputs.columns.entries()) {
    const found = table.columns[c]!;
    if (found.kind !== kind || found.name !== name)
      throw new RangeError(
        `column ${c + 1} must be the ${kind} '${name}', found the ${found.kind} '${found.name}'`,
      );
  }
}

/** Pairs that one column of a row takes. */
export function slotsOf(kind: Column['kind']): number {
  return kind === 'number' ? NUMBER_SLOTS : 1;
}

/** Pairs for `rowCount` rows. */
export function createSlots({ slotCount }: Pick<Inputs, 'slotCount'>, rowCount: number): Slots {
  const length = rowCount * slotCount;
  return { indices: new Int32Array(length), values: new Float64Array(length) };
}

/** Writes `rows[start]` to `rows[end − 1]` of a checked table into the first rows of `slots`. */
export function encodeRows(
  inputs: Inputs,
  table: Table,
  rows: Int32Array,
  start: number,
  end: number,
  slots: Slots,
): void {
  let slot = 0;
  for (let c = 0; c < inputs.columns.length; c++) {
    const column = inputs.columns[c]!;
    if (column.kind === 'number') {
      const { values } = table.columns[c] as NumberColumn;
      encodeNumbers(column, values, rows, start, end, slots, slot, inputs.slotCount);
      slot += NUMBER_SLOTS;
    } else {
      const { codes } = table.columns[c] as CategoryColumn;
      for (let i = start, at = slot; i < end; i++, at += inputs.slotCount)
        encodeCategory(column, codes[rows[i]!]!, slots, at);
      slot++;
    }
  }
}

function encodeNumbers(
  column: NumberInputs,
  from: Float64Array,
  rows: Int32Array,
  start: number,
  end: number,
  { indices, values }: Slots,
  firstSlot: number,
  slotCount: number,
): void {
  const { knots, scores, scoreInput, missingInput } = column;
  const hatInput = Math.max(column.hatInput, 0);
  const hasHats = column.hatInput !== NO_INPUT;
  for (let i = start, at = firstSlot; i < end; i++, at += slotCount) {
    const value = from[rows[i]!]!;
    indices[at] = indices[at + 1] = indices[at + 2] = 0;
    values[at] = values[at + 1] = values[at + 2] = 0;
    if (value !== value) {
      if (missingInput === NO_INPUT) continue;
      indices[at] = missingInput;
      values[at] = 1;
      continue;
    }
    if (knots.length < 2) continue;
    const left = intervalOf(knots, value);
    const share = shareWithin(value, knots[left]!, knots[left + 1]!);
    indices[at] = scoreInput;
    values[at] = scores[left]! + share * (scores[left + 1]! - scores[left]!);
    if (!hasHats) continue;
    indices[at + 1] = hatInput + left;
    values[at + 1] = 1 - share;
    indices[at + 2] = hatInput + left + 1;
    values[at + 2] = share;
  }
}

function encodeCategory(column: CategoryInputs, code: number, slots: Slots, at: number): void {
  let input = NO_INPUT;
  if (code === MISSING) input = column.missingInput;
  else if (code >= 0 && code < column.inputOfLevel.length) input = column.inputOfLevel[code]!;
  slots.indices[at] = Math.max(input, 0);
  slots.values[at] = input === NO_INPUT ? 0 : 1;
}

/** The interval [knots[i], knots[i + 1]] that a value lies in or is nearest to. */
export function intervalOf(knots: Float64Array, value: number): number {
  const last = knots.length - 2;
  // Few knots: counting all the inner ones at most the value is quicker than branches that cannot be foreseen.
  if (last < 16) {
    let left = 0;
    for (let i = 1; i <= last; i++) left += Number(knots[i]! <= value);
    return left;
  }
  let low = 0;
  let high = last;
  while (low < high) {
    const middle = (low + high + 1) >>> 1;
    if (knots[middle]! <= value) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** Where a value lies between two knots, in [0, 1]; halves keep the difference of huge numbers finite. */
export function shareWithin(value: number, left: number, right: number): number {
  const share = (value / 2 - left / 2) / (right / 2 - left / 2);
  return share > 0 ? Math.min(share, 1) : 0;
}

function numberInputs(
  column: NumberColumn,
  maxKnots: number,
  next: number,
): { inputs: NumberInputs; next: number } {
  const sorted = sampleSorted(column.values);
  const knots = chooseKnots(sorted, maxKnots === 0 ? 16 : maxKnots);
  const scores = standardise(sorted, knots, rankScores(sorted, knots));
  const scoreInput = next++;
  const hats = maxKnots > 0 && knots.length > 2;
  const hatInput = hats ? next : NO_INPUT;
  if (hats) next += knots.length;
  const missingInput = column.values.some((value) => value !== value) ? next++ : NO_INPUT;
  const { name } = column;
  return { inputs: { kind: 'number', name, knots, scores, scoreInput, hatInput, missingInput }, next };
}

function sampleSorted(values: Float64Array): Float64Array {
  const step = Math.max(1, Math.ceil(values.length / SAMPLE_ROWS));
  return values.filter((value, row) => row % step === 0 && Number.isFinite(value)).sort();
}

function chooseKnots(sorted: Float64Array, maxKnots: number): Float64Array {
  const distinct = sorted.filter((value, i) => i === 0 || value !== sorted[i - 1]);
  if (distinct.length <= maxKnots) return distinct;
  const knots = Float64Array.from(
    { length: maxKnots },
    (_, k) => sorted[Math.round((k * (sorted.length - 1)) / (maxKnots - 1))]!,
  );
  return knots.filter((value, i) => i === 0 || value !== knots[i - 1]);
}

/** log(u / (1 − u)) of each knot's mid-rank. */
function rankScores(sorted: Float64Array, knots: Float64Array): Float64Array {
  let at = 0;
  return knots.map((knot) => {
    while (sorted[at]! < knot) at++;
    let end = at;
    while (end < sorted.length && sorted[end] === knot) end++;
    const rank = Math.min(Math.max((at + end) / 2 / sorted.length, RANK_CUT), 1 - RANK_CUT);
    return Math.log(rank / (1 - rank));
  });
}

/** Shifts and scales the scores to mean 0 and variance 1 over the sorted training values. */
function standardise(sorted: Float64Array, knots: Float64Array, scores: Float64Array): Float64Array {
  if (knots.length < 2) return scores.fill(0);
  let sum = 0;
  let squares = 0;
  for (const value of sorted) {
    const left = intervalOf(knots, value);
    const share = shareWithin(value, knots[left]!, knots[left + 1]!);
    const score = scores[left]! + share * (scores[left + 1]! - scores[left]!);
    sum += score;
    squares += score * score;
  }
  const mean = sum / sorted.length;
  const deviation = Math.sqrt(Math.max(squares / sorted.length - mean * mean, 0));
  return scores.map((score) => (deviation > 1e-12 ? (score - mean) / deviation : 0));
}

function categoryInputs(column: CategoryColumn, next: number): { inputs: CategoryInputs; next: number } {
  const counts = new Float64Array(column.levels.length);
  let missing = false;
  for (const code of column.codes) {
    if (code >= 0) counts[code]!++;
    else if (code === MISSING) missing = true;
  }
  const inputOfLevel = new Int32Array(column.levels.length).fill(NO_INPUT);
  const seen = [...counts.keys()].filter((level) => counts[level]! > 0);
  seen.sort((one, other) => counts[other]! - counts[one]! || one - other);
  for (const [place, level] of seen.entries()) inputOfLevel[level] = next + Math.min(place, MAX_LEVELS - 1);
  next += Math.min(seen.length, MAX_LEVELS);
  const missingInput = missing ? next++ : NO_INPUT;
  return { inputs: { kind: 'category', name: column.name, inputOfLevel, missingInput }, next };
}
