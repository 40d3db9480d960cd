/**
 * The report of a model card: intervals, curves, groups and column importance, all on held-out customers.
 * The methods are described in the files that are imported here.
 */
import { gainsCurve, reliabilityCurve, thresholdSweep } from './curves.ts';
import type { GainsPoint, ReliabilityBin, ThresholdRow } from './curves.ts';
import { empc } from './empc.ts';
import { groupFigures, largestGaps } from './group-figures.ts';
import type { GroupFigure, GroupGaps } from './group-figures.ts';
import { metricIntervals } from './intervals.ts';
import type { MetricIntervals } from './intervals.ts';
import { permutationImportance } from './permutation-importance.ts';
import type { PermutationImportance } from './permutation-importance.ts';
import type { Random } from '../math/random.ts';
import type { Column, Table } from '../data/table.ts';

/** Figures of the groups of one column. */
export interface GroupReport {
  readonly column: string;
  readonly groups: readonly GroupFigure[];
  readonly gaps: GroupGaps;
}

export interface Report {
  /** 95 % */
  readonly intervals: MetricIntervals;
  /** At thresholds 0, 0.01 … 1, with the monthly value of the customers found who left. */
  readonly sweep: readonly ThresholdRow[];
  /** Of the best rule on one column; absent in models of before version 0.2. */
  readonly oneColumnSweep?: readonly ThresholdRow[];
  readonly gains: readonly GainsPoint[];
  readonly reliability: readonly ReliabilityBin[];
  /** Verbeke et al. 2012, with the defaults that empc.ts states. */
  readonly empc: { readonly profit: number; readonly share: number };
  /** Monthly value of all rows; 0 where no column says it. */
  readonly monthlyValue: number;
  readonly permutation: readonly PermutationImportance[];
  /** Columns with few levels, and numbers in quarters. */
  readonly groups: readonly GroupReport[];
}

export interface ReportRequest {
  readonly predict: (table: Table) => Float64Array;
  readonly table: Table;
  readonly target: Uint8Array;
  /** Of `predict` on `table`. */
  readonly scores: Float64Array;
  /** Of the best rule on one column. */
  readonly oneColumnScores: Float64Array;
  readonly threshold: number;
  /** The column that says what a customer is worth a month. */
  readonly value: string | null;
  readonly random: Random;
}

const maxGroupColumns = 40;
const maxLevels = 8;
const maxPermutationColumns = 200;

export function reportOn(request: ReportRequest): Report {
  const { table, target, scores, threshold, random } = request;
  const values = monthlyValuesOf(table, request.value);
  const { empc: profit, share } = empc(scores, target);
  return {
    intervals: metricIntervals(scores, target, threshold, random),
    sweep: thresholdSweep(scores, target, values),
    oneColumnSweep: thresholdSweep(request.oneColumnScores, target),
    gains: gainsCurve(scores, target),
    reliability: reliabilityCurve(scores, target),
    empc: { profit, share },
    monthlyValue: values?.reduce((sum, value) => sum + value, 0) ?? 0,
    permutation:
      table.columns.length > maxPermutationColumns
        ? []
        : permutationImportance(request.predict, table, target, random),
    groups: table.columns
      .filter(hasFewGroups)
      .slice(0, maxGroupColumns)
      .map((column) => {
        const groups = groupFigures(column, scores, target, threshold);
        return { column: column.name, groups, gaps: largestGaps(groups) };
      })
      .filter(({ groups }) => groups.length > 1),
  };
}

function hasFewGroups(column: Column): boolean {
  return column.kind === 'number' || column.levels.length <= maxLevels;
}

/** What each customer pays a month, where a column says it; a value that is missing counts as nothing. */
export function monthlyValuesOf(table: Table, name: string | null): Float64Array | undefined {
  const column = table.columns.find((one) => one.name === name);
  if (column?.kind !== 'number') return undefined;
  return column.values.map((value) => (value > 0 ? value : 0));
}
