/**
 * Training rows as shorter lists of (input, value) pairs, which make the first layer's passes shorter: packed inputs
 * stand for several of the network's inputs at once.
 *
 * Method: categories of few levels are bundled, and a combination of levels is one packed input, the sum of its levels'
 * inputs. A number has one packed input a knot, its hat plus its score there, and lies between two of them: the hats
 * share a value as the scores between two knots do, so that three pairs become two. With P the inputs that each packed
 * one stands for, x·W = x'·(P·W): P·W is worked out once a batch, the slope of W is Pᵀ times that of P·W.
 * Exact but for the order of additions.
 */
import { bundleColumns } from '../data/bundling.ts';
import { MISSING, type CategoryColumn, type NumberColumn, type Table } from '../data/table.ts';
import {
  intervalOf,
  NO_INPUT,
  shareWithin,
  type CategoryInputs,
  type Inputs,
  type NumberInputs,
  type Slots,
} from './inputs.ts';
import { sharedFloats, sharedInts } from '../parallel/shared-memory.ts';

/** The inputs that packed input p stands for: `inputs[e]`, `values[e]` times, e from `starts[p]` to `starts[p + 1] − 1`. */
export interface Packing {
  /** Number of packed inputs. */
  readonly count: number;
  readonly starts: Int32Array;
  readonly inputs: Int32Array;
  readonly values: Float64Array;
}

export interface PackedRows {
  readonly packing: Packing;
  /** Pair s of row i lies at `i × slotCount + s`. */
  readonly slots: Slots;
  readonly slotCount: number;
}

/** One column of packed pairs, and how each packed input is made up. */
interface Draft {
  readonly starts: number[];
  readonly inputs: number[];
  readonly values: number[];
}

/** P·W costs a batch of a few hundred rows less than the pairs it saves. */
const MAX_COMBINATIONS = 16;

/** Packs all rows of a table that the inputs were fitted on. */
export function packRows(inputs: Inputs, table: Table): PackedRows {
  const numbers = inputs.columns.flatMap((column, c) => (column.kind === 'number' ? [{ column, c }] : []));
  const categories = inputs.columns.flatMap((column, c) =>
    column.kind === 'category' ? [inputOfRows(column, table.columns[c] as CategoryColumn)] : [],
  );
  const bundles = bundleColumns(
    categories.map(({ found }) => found.length),
    MAX_COMBINATIONS,
  );
  const slotCount = 2 * numbers.length + bundles.length;
  const length = table.rowCount * slotCount;
  // The networks of an average share them between threads.
  const slots: Slots = { indices: sharedInts(length), values: sharedFloats(length) };
  const draft: Draft = { starts: [0], inputs: [], values: [] };
  numbers.forEach(({ column, c }, k) => {
    packNumber(draft, column, (table.columns[c] as NumberColumn).values, slots, 2 * k, slotCount);
  });
  bundles.forEach((members, k) => {
    const chosen = members.map((member) => categories[member]!);
    packBundle(draft, chosen, slots, 2 * numbers.length + k, slotCount);
  });
  return {
    packing: {
      count: draft.starts.length - 1,
      starts: Int32Array.from(draft.starts),
      inputs: Int32Array.from(draft.inputs),
      values: Float64Array.from(draft.values),
    },
    slots,
    slotCount,
  };
}

/** Copies the pairs of chosen rows to the begin of `into`. */
export function takePairs({ slots, slotCount }: PackedRows, rows: Int32Array, into: Slots): void {
  for (let i = 0, to = 0; i < rows.length; i++) {
    const first = rows[i]! * slotCount;
    for (let from = first; from < first + slotCount; from++, to++) {
      into.indices[to] = slots.indices[from]!;
      into.values[to] = slots.values[from]!;
    }
  }
}

/** `packed = P·W`: from `inputCount × width` to `count × width`. */
export function packWeights(
  packed: Float64Array,
  { count, starts, inputs, values }: Packing,
  weights: Float64Array,
  width: number,
): void {
  packed.fill(0);
  for (let p = 0; p < count; p++)
    for (let e = starts[p]!; e < starts[p + 1]!; e++) {
      const value = values[e]!;
      for (let j = 0, to = p * width, from = inputs[e]! * width; j < width; j++)
        packed[to++]! += value * weights[from++]!;
    }
}

/** The slope of W from that of P·W: `slope = Pᵀ·packed`. */
export function unpackSlope(
  slope: Float64Array,
  { count, starts, inputs, values }: Packing,
  packed: Float64Array,
  width: number,
): void {
  slope.fill(0);
  for (let p = 0; p < count; p++)
    for (let e = starts[p]!; e < starts[p + 1]!; e++) {
      const value = values[e]!;
      for (let j = 0, to = inputs[e]! * width, from = p * width; j < width; j++)
        slope[to++]! += value * packed[from++]!;
    }
}

/** Ends a packed input and returns its index. */
function endInput(draft: Draft): number {
  draft.starts.push(draft.inputs.length);
  return draft.starts.length - 2;
}

function packNumber(
  draft: Draft,
  { knots, scores, scoreInput, hatInput, missingInput }: NumberInputs,
  values: Float64Array,
  slots: Slots,
  slot: number,
  slotCount: number,
): void {
  const first = draft.starts.length - 1;
  if (knots.length >= 2)
    for (const [k, score] of scores.entries()) {
      draft.inputs.push(scoreInput);
      draft.values.push(score);
      if (hatInput !== NO_INPUT) {
        draft.inputs.push(hatInput + k);
        draft.values.push(1);
      }
      endInput(draft);
    }
  let missing = NO_INPUT;
  if (missingInput !== NO_INPUT) {
    draft.inputs.push(missingInput);
    draft.values.push(1);
    missing = endInput(draft);
  }
  for (let row = 0, at = slot; row < values.length; row++, at += slotCount) {
    const value = values[row]!;
    if (value !== value) {
      slots.indices[at] = Math.max(missing, 0);
      slots.values[at] = Number(missing !== NO_INPUT);
    } else if (knots.length >= 2) {
      const left = intervalOf(knots, value);
      const share = shareWithin(value, knots[left]!, knots[left + 1]!);
      slots.indices[at] = first + left;
      slots.values[at] = 1 - share;
      slots.indices[at + 1] = first + left + 1;
      slots.values[at + 1] = share;
    }
  }
}

/** The inputs that the rows of a category light, NO_INPUT among them, and which of these each row does. */
interface RowInputs {
  readonly found: readonly number[];
  readonly places: Int32Array;
}

function inputOfRows({ inputOfLevel, missingInput }: CategoryInputs, { codes }: CategoryColumn): RowInputs {
  const places = new Int32Array(codes.length);
  const placeOf = new Map<number, number>();
  const found: number[] = [];
  // One place a level, one for missing and one for anything else.
  const placeOfCode = new Int32Array(inputOfLevel.length + 2).fill(-1);
  for (let row = 0; row < codes.length; row++) {
    const code = codes[row]!;
    const known = code === MISSING ? 1 : code >= 0 && code < inputOfLevel.length ? code + 2 : 0;
    if (placeOfCode[known] === -1) {
      const input = known === 0 ? NO_INPUT : known === 1 ? missingInput : inputOfLevel[code]!;
      if (!placeOf.has(input)) placeOf.set(input, found.push(input) - 1);
      placeOfCode[known] = placeOf.get(input)!;
    }
    places[row] = placeOfCode[known]!;
  }
  return { found, places };
}

function packBundle(
  draft: Draft,
  members: readonly RowInputs[],
  slots: Slots,
  slot: number,
  slotCount: number,
): void {
  const first = draft.starts.length - 1;
  const combinations = members.reduce((product, { found }) => product * found.length, 1);
  for (let code = 0; code < combinations; code++) {
    let rest = code;
    for (const { found } of members) {
      const input = found[rest % found.length]!;
      rest = Math.floor(rest / found.length);
      if (input === NO_INPUT) continue;
      draft.inputs.push(input);
      draft.values.push(1);
    }
    endInput(draft);
  }
  let stride = 1;
  for (const { found, places } of members) {
    for (let row = 0, at = slot; row < places.length; row++, at += slotCount)
      slots.indices[at]! += stride * places[row]!;
    stride *= found.length;
  }
  for (let row = 0, at = slot; row < members[0]!.places.length; row++, at += slotCount) {
    slots.indices[at]! += first;
    slots.values[at] = 1;
  }
}
