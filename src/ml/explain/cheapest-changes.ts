/**
 * The cheapest way to bring one customer's probability to a goal or below, with each change that a company can make, and with
 * each two of them: what a menu of offers shows.
 *
 * Method: a lever moves one feature in one direction: to a level, or over eight steps of a number towards its limit. All
 * combinations of one or two levers are tried; of those that reach the goal the cheapest are drawn back by bisection to the
 * smallest change that still does, and the cheapest of these is kept. A pair is kept only where it is cheaper than either of its
 * levers alone.
 * Assumptions: as in counterfactual.ts; costs of two changes add up.
 */
import { isNumeric } from '../data/row-reader.ts';
import { cellOf, drawBack, predictAll, sizeOf } from './counterfactual.ts';
import type { Change, Counterfactual, CounterfactualRequest } from './counterfactual.ts';

export interface Lever {
  /** Of the feature among the columns. */
  readonly place: number;
  /** The code of a level, or the direction of a number. */
  readonly to: number | 'lower' | 'higher';
  /** In money, at least 0; larger changes cost no less. */
  readonly cost: (from: number, to: number) => number;
}

export interface LeverRequest extends Omit<CounterfactualRequest, 'changeable'> {
  readonly levers: readonly Lever[];
}

/** `cost` is money here. */
export interface CheapestChange extends Counterfactual {
  /** Places in the levers, one a change. */
  readonly levers: readonly number[];
}

const steps = 8;
/** Combinations that are drawn back. */
const mostDrawnBack = 4;

/** The cheapest first. A value that is not known cannot be changed. */
export function findCheapestChanges(request: LeverRequest): CheapestChange[] {
  const places = [...request.levers.keys()];
  const singles = places.map((place) => cheapestOf(request, [place]));
  const costAlone = (place: number): number => singles[place]?.cost ?? Infinity;
  const pairs = places.flatMap((a) =>
    places.slice(a + 1).flatMap((b) => {
      const pair = areApart(request, a, b) ? cheapestOf(request, [a, b]) : null;
      return pair !== null && pair.cost < Math.min(costAlone(a), costAlone(b)) ? [pair] : [];
    }),
  );
  return [...singles.filter((single) => single !== null), ...pairs].sort(
    (a, b) => a.cost - b.cost || a.probability - b.probability,
  );
}

function areApart({ levers }: LeverRequest, a: number, b: number): boolean {
  return levers[a]!.place !== levers[b]!.place;
}

/** Null where these levers together do not reach the goal. */
function cheapestOf(request: LeverRequest, places: readonly number[]): CheapestChange | null {
  const sets = places
    .map((place) => targetsOf(request, request.levers[place]!))
    .reduce<Change[][]>(
      (found, targets) => found.flatMap((set) => targets.map((one) => [...set, one])),
      [[]],
    );
  const probabilities = sets.length === 0 ? new Float64Array(0) : predictAll(request, sets);
  const [best] = sets
    .filter((_, i) => probabilities[i]! <= request.goal)
    .sort(
      (a, b) =>
        costOf(request, places, a) - costOf(request, places, b) || sizeOf(request, a) - sizeOf(request, b),
    )
    .slice(0, mostDrawnBack)
    .map((set) => drawBack(request, set))
    .sort((a, b) => costOf(request, places, a) - costOf(request, places, b));
  if (best === undefined) return null;
  const probability = predictAll(request, [best])[0]!;
  return { levers: places, changes: best, probability, cost: costOf(request, places, best) };
}

function targetsOf({ features, customer }: LeverRequest, { place, to }: Lever): Change[] {
  const feature = features[place]!;
  const from = cellOf(customer.columns[place]!);
  if (typeof to === 'number') return from < 0 || from === to ? [] : [{ place, from, to }];
  const { range, allowed } = feature;
  const limit = to === 'lower' ? (allowed?.min ?? range?.min) : (allowed?.max ?? range?.max);
  // Also false where the number is not known.
  const isInside = limit !== undefined && (to === 'lower' ? from > limit : from < limit);
  if (!isNumeric(feature) || !isInside) return [];
  const values = Array.from({ length: steps }, (_, i) => from + ((limit - from) * (i + 1)) / steps);
  const possible = range?.integer === true ? [...new Set(values.map(Math.round))] : values;
  return possible.filter((value) => value !== from).map((value) => ({ place, from, to: value }));
}

function costOf({ levers }: LeverRequest, places: readonly number[], changes: readonly Change[]): number {
  return changes.reduce((sum, { from, to }, i) => sum + levers[places[i]!]!.cost(from, to), 0);
}
