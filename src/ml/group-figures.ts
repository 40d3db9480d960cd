/**
 * Does a model treat groups of customers alike? Figures of each group of one column, and the widest gaps
 * between groups: in selection rate (demographic parity), recall (equal opportunity) and false positive rate
 * (with recall: equalised odds; Hardt, Price and Srebro 2016).
 * Numbers are cut at their quartiles. Groups of fewer than 30 rows say nothing for sure and are left out.
 */
import { wilsonInterval } from './intervals.ts';
import { rocAuc } from './metrics.ts';
import { MISSING } from './table.ts';
import type { Column } from './table.ts';

export interface GroupFigure {
  readonly group: string;
  readonly count: number;
  /** Share that left, with its 95 % interval. */
  readonly rate: number;
  readonly low: number;
  readonly high: number;
  readonly meanScore: number;
  /** Null where nobody left or everybody. */
  readonly rocAuc: number | null;
  /** Share of the leavers at or above the threshold; null without leavers. */
  readonly recall: number | null;
  /** Share of the stayers at or above the threshold; null without stayers. */
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

/** In the order of levels, or of quarters of a number. `scores` and `target`: one a row of the column. */
export function groupFigures(
  column: Column,
  scores: Float64Array,
  target: Uint8Array,
  threshold: number,
): GroupFigure[] {
  const { names, groupOf } = groupsOf(column);
  const rowsOf = names.map((): number[] => []);
  groupOf.forEach((group, row) => {
    if (group >= 0) rowsOf[group]!.push(row);
  });
  return names.flatMap((group, k) =>
    rowsOf[k]!.length < minGroupRows ? [] : [figureOf(group, rowsOf[k]!, scores, target, threshold)],
  );
}

export function largestGaps(groups: readonly GroupFigure[]): GroupGaps {
  const gap = (pick: (group: GroupFigure) => number | null): number | null => {
    const values = groups.map(pick).filter((value) => value !== null);
    return values.length < 2 ? null : Math.max(...values) - Math.min(...values);
  };
  return {
    selectionRate: gap((group) => group.selectionRate),
    recall: gap((group) => group.recall),
    falsePositiveRate: gap((group) => group.falsePositiveRate),
  };
}

function figureOf(
  group: string,
  rows: readonly number[],
  scores: Float64Array,
  target: Uint8Array,
  threshold: number,
): GroupFigure {
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
    ...{ group, count: rows.length, rate: left / rows.length, low, high },
    meanScore: own.reduce((sum, score) => sum + score, 0) / rows.length,
    rocAuc: left === 0 || stayed === 0 ? null : rocAuc(own, labels),
    recall: left === 0 ? null : found / left,
    falsePositiveRate: stayed === 0 ? null : (selected - found) / stayed,
    selectionRate: selected / rows.length,
  };
}

function groupsOf(column: Column): { names: string[]; groupOf: Int32Array } {
  if (column.kind === 'category') {
    const names = [...column.levels, 'missing'];
    const groupOf = column.codes.map((code) => (code === MISSING ? column.levels.length : code));
    return { names, groupOf };
  }
  const edges = quartilesOf(column.values);
  if (edges.length < 2) return { names: [], groupOf: new Int32Array(column.values.length).fill(-1) };
  const names = edges.slice(1).map((to, k) => `${short(edges[k]!)} to ${short(to)}`);
  const last = names.length - 1;
  const groupOf = Int32Array.from(column.values, (value) =>
    Number.isNaN(value)
      ? last + 1
      : Math.min(
          last,
          Math.max(
            0,
            edges.findLastIndex((edge) => value >= edge),
          ),
        ),
  );
  return { names: [...names, 'missing'], groupOf };
}

/** Distinct ends and quartiles of the values that are there. */
function quartilesOf(values: Float64Array): number[] {
  const sorted = values.filter((value) => !Number.isNaN(value)).sort();
  if (sorted.length === 0) return [];
  return [
    ...new Set([0, 0.25, 0.5, 0.75, 1].map((share) => sorted[Math.round(share * (sorted.length - 1))]!)),
  ];
}

function short(value: number): string {
  return String(Number(value.toPrecision(4)));
}
