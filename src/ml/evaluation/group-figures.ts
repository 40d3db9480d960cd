/**
 * Fairness: does a model treat groups of customers alike? Figures of each group of one column, and the widest gaps
 * between groups: in selection rate (demographic parity), recall (equal opportunity) and false positive rate
 * (with recall: equalised odds; Hardt, Price and Srebro 2016).
 * Numbers are binned as in ../data/quantile-bins.ts. Groups of fewer than 30 rows are too small for a figure and are left
 * out; so is, of the gaps in recall and
 * in false positive rate, a group with fewer than ten customers of the class, where one customer would make a gap.
 */
import { wilsonInterval } from './wilson.ts';
import { rocAuc } from './metrics.ts';
import { quantileBins } from '../data/quantile-bins.ts';
import { MISSING } from '../data/table.ts';
import type { Column } from '../data/table.ts';

interface Group {
  /** A level, 'missing', or the span of numbers with every digit. */
  readonly group: string;
  /** Of numbers and dates: least and greatest value of the group. Absent in models from before they were kept. */
  readonly from?: number;
  readonly to?: number;
}

export interface GroupFigure extends Group {
  readonly count: number;
  /** Share that left, with its 95 % interval. */
  readonly rate: number;
  readonly low: number;
  readonly high: number;
  readonly meanScore: number;
  /** Null where all customers have the same outcome. */
  readonly rocAuc: number | null;
  /** Share, at or above the threshold, of the customers who left; null without any. */
  readonly recall: number | null;
  /** Share, at or above the threshold, of the customers who stayed; null without any. */
  readonly falsePositiveRate: number | null;
  /** Share of all at or above the threshold. */
  readonly selectionRate: number;
}

/** Widest difference between two groups; null where fewer than two can be compared. */
export interface GroupGaps {
  readonly selectionRate: number | null;
  readonly recall: number | null;
  readonly falsePositiveRate: number | null;
}

const minGroupRows = 30;
const minClassRows = 10;

/** In the order of levels, or of `bins` parts of a number. `scores` and `target`: one a row of the column. */
export function groupFigures(
  column: Column,
  scores: Float64Array,
  target: Uint8Array,
  threshold: number,
  bins = 4,
): GroupFigure[] {
  const { named, groupOf } = groupsOf(column, bins);
  const rowsOf = named.map((): number[] => []);
  groupOf.forEach((group, row) => {
    if (group >= 0) rowsOf[group]!.push(row);
  });
  return named.flatMap((group, k) =>
    rowsOf[k]!.length < minGroupRows
      ? []
      : [{ ...group, ...figureOf(rowsOf[k]!, scores, target, threshold) }],
  );
}

export function largestGaps(groups: readonly GroupFigure[]): GroupGaps {
  const gap = (pick: (group: GroupFigure) => number | null): number | null => {
    const values = groups.map(pick).filter((value) => value !== null);
    return values.length < 2 ? null : Math.max(...values) - Math.min(...values);
  };
  return {
    selectionRate: gap((group) => group.selectionRate),
    recall: gap((group) => (positivesOf(group) < minClassRows ? null : group.recall)),
    falsePositiveRate: gap((group) =>
      group.count - positivesOf(group) < minClassRows ? null : group.falsePositiveRate,
    ),
  };
}

function positivesOf({ count, rate }: GroupFigure): number {
  return Math.round(count * rate);
}

function figureOf(
  rows: readonly number[],
  scores: Float64Array,
  target: Uint8Array,
  threshold: number,
): Omit<GroupFigure, keyof Group> {
  const own = Float64Array.from(rows, (row) => scores[row]!);
  const labels = Uint8Array.from(rows, (row) => target[row]!);
  const left = labels.reduce((sum, label) => sum + label, 0);
  let found = 0;
  let selected = 0;
  for (let i = 0; i < own.length; i++) {
    if (own[i]! < threshold) continue;
    selected++;
    found += labels[i]!;
  }
  const stayed = rows.length - left;
  const { low, high } = wilsonInterval(left, rows.length);
  return {
    count: rows.length,
    rate: left / rows.length,
    low,
    high,
    meanScore: own.reduce((sum, score) => sum + score, 0) / rows.length,
    rocAuc: left === 0 || stayed === 0 ? null : rocAuc(own, labels),
    recall: left === 0 ? null : found / left,
    falsePositiveRate: stayed === 0 ? null : (selected - found) / stayed,
    selectionRate: selected / rows.length,
  };
}

function groupsOf(column: Column, bins: number): { named: Group[]; groupOf: Int32Array } {
  if (column.kind === 'number') {
    const { spans, binOf } = quantileBins(column.values, bins);
    const named = spans.map(({ from, to }) => ({
      group: from === to ? `${from}` : `${from} to ${to}`,
      from,
      to,
    }));
    return { named: [...named, { group: 'missing' }], groupOf: binOf };
  }
  const named = [...column.levels, 'missing'].map((group) => ({ group }));
  const groupOf = column.codes.map((code) => (code === MISSING ? column.levels.length : code));
  return { named, groupOf };
}
