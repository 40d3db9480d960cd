/**
 * Counterfactuals: the smallest change of what a company can change that brings one customer's probability to a
 * goal or below (Wachter, Mittelstadt and Russell 2018; sparse changes first: Dandl et al. 2020).
 *
 * Every changeable feature gets a few values to try: its levels, or a grid of numbers within its limits. Sets of
 * one feature are tried, then of two, then of three, the most promising of each size extended (beam search); the
 * first size with a solution wins, and within it the least change (a category costs 1, a number its share of the
 * range). Numbers of a solution are then drawn back by bisection to the nearest value that still suffices.
 * Assumes that what is changed changes nothing else; a change that helps in the model need not help in life.
 */
import { isNumeric } from '../data/row-reader.ts';
import type { Feature } from '../data/schema.ts';
import { takeRows } from '../data/table.ts';
import type { Column, Table } from '../data/table.ts';

export interface Change {
  /** The feature's place among the columns. */
  readonly place: number;
  /** A number, or the code of a level. */
  readonly from: number;
  readonly to: number;
}

export interface Counterfactual {
  readonly changes: readonly Change[];
  /** After the changes, at or below the goal. */
  readonly probability: number;
  readonly cost: number;
}

export interface CounterfactualRequest {
  readonly predict: (table: Table) => Float64Array;
  readonly features: readonly Feature[];
  /** One row, columns in the order of the features. */
  readonly customer: Table;
  /** Places of the features that may be changed. */
  readonly changeable: readonly number[];
  readonly goal: number;
}

/** What predicting a changed customer takes. */
type Prediction = Omit<CounterfactualRequest, 'changeable'>;

const gridPoints = 8;
const maxChanges = 3;
const beamWidth = 12;
const bisections = 12;
/** Alternatives that are given at most. */
const mostGiven = 3;

/** Up to three alternatives, the least change first; none when the goal cannot be reached. */
export function findCounterfactuals(request: CounterfactualRequest): Counterfactual[] {
  const options = request.changeable.flatMap((place) => optionsFor(request, place));
  let beam: readonly (readonly Change[])[] = [[]];
  for (let size = 1; size <= maxChanges; size++) {
    const candidates = extend(beam, options);
    if (candidates.length === 0) return [];
    const probabilities = predictAll(request, candidates);
    const reached = [...candidates.keys()].filter((i) => probabilities[i]! <= request.goal);
    if (reached.length > 0)
      return best(
        request,
        reached.map((i) => candidates[i]!),
      );
    beam = [...candidates.keys()]
      .sort((a, b) => probabilities[a]! - probabilities[b]!)
      .slice(0, beamWidth)
      .map((i) => candidates[i]!);
  }
  return [];
}

/** What a feature may be changed to, its present value apart. */
function optionsFor({ features, customer }: CounterfactualRequest, place: number): Change[] {
  const feature = features[place]!;
  const from = cellOf(customer.columns[place]!);
  const values = isNumeric(feature) ? gridOf(feature) : [...feature.levels.keys()];
  return values.filter((to) => to !== from).map((to) => ({ place, from, to }));
}

function gridOf({ range, allowed }: Feature): number[] {
  const min = allowed?.min ?? range?.min;
  const max = allowed?.max ?? range?.max;
  if (min === undefined || max === undefined || !(max > min)) return [];
  const step = (max - min) / (gridPoints - 1);
  const values = Array.from({ length: gridPoints }, (_, i) => min + i * step);
  return range?.integer === true ? [...new Set(values.map(Math.round))] : values;
}

/** Every set with one more feature; features in ascending order, so that each set comes once. */
function extend(beam: readonly (readonly Change[])[], options: readonly Change[]): Change[][] {
  const seen = new Set<string>();
  return beam.flatMap((changes) =>
    options.flatMap((option) => {
      if (changes.some(({ place }) => place === option.place)) return [];
      const next = [...changes, option].sort((a, b) => a.place - b.place);
      const key = next.map(({ place, to }) => `${place}:${to}`).join(' ');
      if (seen.has(key)) return [];
      seen.add(key);
      return [next];
    }),
  );
}

/** The cheapest of each set of features, drawn back to what is needed. */
function best(request: CounterfactualRequest, solutions: readonly (readonly Change[])[]): Counterfactual[] {
  const cheapest = new Map<string, readonly Change[]>();
  for (const changes of [...solutions].sort((a, b) => sizeOf(request, a) - sizeOf(request, b))) {
    const key = changes.map(({ place }) => place).join(' ');
    if (!cheapest.has(key)) cheapest.set(key, changes);
  }
  return [...cheapest.values()]
    .map((changes) => drawBack(request, changes))
    .map((changes) => ({
      changes,
      probability: predictAll(request, [changes])[0]!,
      cost: sizeOf(request, changes),
    }))
    .sort((a, b) => a.cost - b.cost || a.probability - b.probability)
    .slice(0, mostGiven);
}

/** Moves each number as near to its present value as the goal allows. */
export function drawBack(request: Prediction, changes: readonly Change[]): readonly Change[] {
  let current = changes;
  for (const { place, from, to } of changes) {
    const feature = request.features[place]!;
    if (!isNumeric(feature) || Number.isNaN(from)) continue;
    const round = feature.range?.integer === true ? Math.round : (value: number) => value;
    let [near, far] = [from, to];
    for (let step = 0; step < bisections && near !== far; step++) {
      const middle = round((near + far) / 2);
      if (middle === near || middle === far) break;
      const tried = current.map((change) => (change.place === place ? { ...change, to: middle } : change));
      if (predictAll(request, [tried])[0]! <= request.goal) far = middle;
      else near = middle;
    }
    current = current.map((change) => (change.place === place ? { ...change, to: far } : change));
  }
  return current;
}

/** A category counts 1, a number its share of the range. */
export function sizeOf({ features }: Pick<Prediction, 'features'>, changes: readonly Change[]): number {
  return changes.reduce((sum, { place, from, to }) => {
    const feature = features[place]!;
    const span = (feature.range?.max ?? 1) - (feature.range?.min ?? 0);
    return sum + (isNumeric(feature) && !Number.isNaN(from) && span > 0 ? Math.abs(to - from) / span : 1);
  }, 0);
}

export function predictAll(
  { predict, customer }: Pick<Prediction, 'predict' | 'customer'>,
  sets: readonly (readonly Change[])[],
): Float64Array {
  const rows = takeRows(customer, new Int32Array(sets.length));
  sets.forEach((changes, row) => {
    for (const { place, to } of changes) {
      const column = rows.columns[place]!;
      if (column.kind === 'number') column.values[row] = to;
      else column.codes[row] = to;
    }
  });
  return predict(rows);
}

export function cellOf(column: Column): number {
  return column.kind === 'number' ? column.values[0]! : column.codes[0]!;
}
