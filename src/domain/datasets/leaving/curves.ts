/** When customers of a dataset leave: a survival curve for each group, its median, and whether the groups differ. */
import { Unprocessable } from '../../../errors.ts';
import { countTimes } from '../../../ml/survival/durations.ts';
import { kaplanMeierByGroup, survivalAt, timeUntilLeft } from '../../../ml/survival/kaplan-meier.ts';
import type { SurvivalCurve, TimeEstimate } from '../../../ml/survival/kaplan-meier.ts';
import { logRankTest } from '../../../ml/survival/log-rank.ts';
import type { LogRank } from '../../../ml/survival/log-rank.ts';
import type { Dataset } from '../../../store/datasets.ts';
import type { WholeCsv } from '../../csv/whole.ts';
import type { LeavingOptions, TimeUnit } from './options.ts';
import { readStays } from './stays.ts';

export interface LeavingCurve {
  /** Null: all customers. '' is a group of those without a value. */
  readonly name: string | null;
  readonly customers: number;
  readonly leftCount: number;
  /** When half of them have left. */
  readonly median: TimeEstimate;
  /** At round times, while at least `fewestAtRisk` customers can be followed. */
  readonly points: readonly {
    readonly time: number;
    readonly survival: number;
    /** Null where nobody is left: the interval is not known. */
    readonly low: number | null;
    readonly high: number | null;
    readonly atRisk: number;
  }[];
}

export interface LeavingResult {
  readonly unit: TimeUnit;
  /** All customers first, then the groups, the largest first. */
  readonly curves: readonly LeavingCurve[];
  /** Null without groups to compare. */
  readonly test: LogRank | null;
  readonly notes: readonly string[];
}

/** With fewer, a curve is mostly chance. */
export const fewestAtRisk = 10;
/** A group of whom fewer left says too little. */
export const fewestLeft = 10;
const mostGroups = 6;
const mostSteps = 24;

/** @throws Unprocessable where columns are gone, no time can be read, or nobody left */
export function measureLeaving(csv: WholeCsv, dataset: Dataset, options: LeavingOptions): LeavingResult {
  const { durations, unit, groups, notes } = readStays(csv, dataset, options);
  if (!durations.left.includes(1))
    throw new Unprocessable([
      { field: 'stay', message: 'Nobody in this dataset has left, so when customers leave is not known.' },
    ]);
  const [all] = kaplanMeierByGroup(countTimes(durations));
  const { codes, names } = groups === null ? { codes: null, names: [] } : codeGroups(groups);
  const counts = countTimes(durations, codes, Math.max(names.length, 1));
  const curves = names.length === 0 ? [] : kaplanMeierByGroup(counts);
  const step = stepOf([all!, ...curves]);
  return {
    unit,
    curves: [describe(null, all!, step), ...curves.map((curve, i) => describe(names[i]!, curve, step))],
    test: names.length === 0 ? null : logRankTest(counts),
    notes,
  };
}

/** The largest groups, the others as one. */
function codeGroups(groups: readonly string[]): { codes: Int32Array; names: string[] } {
  const counts = new Map<string, number>();
  for (const group of groups) counts.set(group, (counts.get(group) ?? 0) + 1);
  const bySize = [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1)).map(([group]) => group);
  const isCut = bySize.length > mostGroups;
  const names = isCut ? [...bySize.slice(0, mostGroups - 1), 'All others'] : bySize;
  const codeOf = new Map(bySize.map((group, code) => [group, Math.min(code, names.length - 1)]));
  return { codes: Int32Array.from(groups, (group) => codeOf.get(group)!), names };
}

/** Whole units between points, the same for all curves. */
function stepOf(curves: readonly SurvivalCurve[]): number {
  const longest = Math.max(...curves.map(lastTimeOf));
  return Math.max(1, Math.ceil(longest / mostSteps));
}

/** Until then enough customers can be followed. */
function lastTimeOf({ times, atRisk }: SurvivalCurve): number {
  const last = atRisk.findLastIndex((count) => count >= fewestAtRisk);
  return last < 0 ? 0 : times[last]!;
}

function describe(name: string | null, curve: SurvivalCurve, step: number): LeavingCurve {
  const end = lastTimeOf(curve);
  const times = Array.from({ length: Math.floor(end / step) + 1 }, (_, i) => i * step);
  return {
    name,
    customers: curve.customers,
    leftCount: curve.leftCount,
    median: timeUntilLeft(curve),
    points: times.flatMap((time) => {
      const at = survivalAt(curve, time);
      if (at === null) return [];
      const ends = at.survival > 0 ? at : { low: null, high: null };
      return [{ time, survival: at.survival, low: ends.low, high: ends.high, atRisk: at.atRisk }];
    }),
  };
}
