/**
 * When a customer with these features will leave: discrete-time hazard.
 *
 * Method: time is cut into periods; every customer is one row for each period that they were there, with whether they left in
 * it (person-period data), and a classifier of families.ts learns the probability of leaving in a period, given that one is
 * there when it begins (Cox 1972; Singer and Willett 1993, It's about time). Survival is Π (1 − hazard) over the periods. With the period as
 * the only input and no penalty this is the Kaplan–Meier curve of these periods.
 * Assumptions: as for Kaplan–Meier, given the features; these stay as they are over the periods. A customer who is last seen
 * within a period is not counted in it.
 */
import type { CategoryColumn, Table } from '../data/table.ts';
import { takeRows } from '../data/table.ts';
import { fitFamily, predictFamily } from '../families.ts';
import type { FamilyName, FittedFamily } from '../families.ts';
import { createRandom } from '../math/random.ts';
import { placeOf, type Durations } from './durations.ts';

const periodColumn = 'period';

export interface HazardModel {
  /** Last time of each period, ascending; period 0 begins at 0, every other one after the period before it. */
  readonly periodEnds: Float64Array;
  readonly fitted: FittedFamily;
}

export interface HazardOptions {
  readonly family: FamilyName;
  /** Replaces some of the family's defaults. */
  readonly params?: object;
  readonly seed: number;
}

/**
 * Ends of up to `most` periods in which about as many customers left, so that each has a hazard that can be told; none is
 * empty. Nobody's leaving is known after the last. Empty where nobody left.
 */
export function choosePeriods({ times, left }: Durations, most: number): Float64Array {
  const leaving = times.filter((_, i) => left[i] === 1).sort();
  const count = Math.min(most, leaving.length);
  const ends = Array.from(
    { length: count },
    (_, k) => leaving[Math.ceil(((k + 1) * leaving.length) / count) - 1]!,
  );
  return Float64Array.from(new Set(ends));
}

/** `table`: features of the same customers. @throws RangeError where nobody leaves within the periods, or everybody in the first */
export function fitHazard(
  durations: Durations,
  table: Table,
  periodEnds: Float64Array,
  { family, params = {}, seed }: HazardOptions,
): HazardModel {
  const { customers, periods, target } = personPeriods(durations, periodEnds);
  const rows = withPeriod(takeRows(table, customers), periods, periodEnds.length);
  return { periodEnds, fitted: fitFamily(family, params, { table: rows, target }, createRandom(seed)) };
}

/** Probability of being there at the end of each period, `rowCount` × periods, row-major, for a customer at time 0. */
export function survivalOf({ periodEnds, fitted }: HazardModel, table: Table): Float64Array {
  const survival = new Float64Array(table.rowCount * periodEnds.length);
  const remaining = new Float64Array(table.rowCount).fill(1);
  for (let period = 0; period < periodEnds.length; period++) {
    const periods = new Int32Array(table.rowCount).fill(period);
    const hazards = predictFamily(fitted, withPeriod(table, periods, periodEnds.length));
    for (let row = 0; row < table.rowCount; row++) {
      remaining[row]! *= 1 - hazards[row]!;
      survival[row * periodEnds.length + period] = remaining[row]!;
    }
  }
  return survival;
}

/** One row for each customer and period. */
function personPeriods(
  { times, left }: Durations,
  periodEnds: Float64Array,
): { customers: Int32Array; periods: Int32Array; target: Uint8Array } {
  const counts = Int32Array.from(times, (time, i) => periodCount(periodEnds, time, left[i] === 1));
  const total = counts.reduce((sum, count) => sum + count, 0);
  const rows = {
    customers: new Int32Array(total),
    periods: new Int32Array(total),
    target: new Uint8Array(total),
  };
  let at = 0;
  for (let i = 0; i < times.length; i++) {
    for (let period = 0; period < counts[i]!; period++) {
      rows.customers[at + period] = i;
      rows.periods[at + period] = period;
    }
    at += counts[i]!;
    if (left[i] === 1 && times[i]! <= periodEnds.at(-1)!) rows.target[at - 1] = 1;
  }
  return rows;
}

/** In how many periods it is known whether the customer left. */
function periodCount(periodEnds: Float64Array, time: number, hasLeft: boolean): number {
  const within = placeOf(periodEnds, time);
  if (within === periodEnds.length) return within;
  return hasLeft || periodEnds[within] === time ? within + 1 : within;
}

function withPeriod(table: Table, codes: Int32Array, periodCount: number): Table {
  const levels = Array.from({ length: periodCount }, (_, period) => String(period));
  const column: CategoryColumn = { kind: 'category', name: periodColumn, levels, codes };
  return { rowCount: table.rowCount, columns: [column, ...table.columns] };
}
