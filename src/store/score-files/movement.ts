/** How customers moved between the risk levels of two files, and whose reasons changed with it. */
import { noFilter } from '../prediction-filters.ts';
import type { PredictionFilter } from '../prediction-filters.ts';
import { riskLevels } from '../risk-levels.ts';
import type { RiskLevel } from '../risk-levels.ts';
import { noReason, reasonsPerRow } from './group.ts';
import { levelsOf, notThere, openOther } from './other-scores.ts';
import type { Levels, OtherScores, StoredReasons } from './other-scores.ts';
import { visitMatches } from './scan.ts';
import type { MatchingGroup } from './scan.ts';
import type { ScoreStore } from './store.ts';

/** Of an earlier file and a later one. */
export interface Movement {
  /** The cells of all pairs of levels; `before` null: the customer is new, `now` null: is gone. */
  readonly cells: readonly MoveCell[];
  /** Rows without a customer ID: nobody can say who they were. */
  readonly withoutId: number;
  /** Of customers whose level rose, and of those whose level fell; the largest change first. */
  readonly rose: readonly ReasonChange[];
  readonly fell: readonly ReasonChange[];
}

export interface MoveCell {
  readonly before: RiskLevel | null;
  readonly now: RiskLevel | null;
  readonly customers: number;
  /** What they pay a month, by the later file, or by the earlier one for those who are gone; null: of nobody it is known. */
  readonly revenue: number | null;
}

/** By how much the stored reasons of a feature changed, in probability, as a mean over all who moved that way. */
export interface ReasonChange {
  readonly feature: string;
  readonly change: number;
}

interface Sums {
  customers: number;
  valued: number;
  revenue: number;
}

interface MoveSums {
  /** By `keyOf`. */
  readonly cells: Map<string, Sums>;
  readonly rose: ReasonSums;
  readonly fell: ReasonSums;
  withoutId: number;
}

/**
 * `filter.batch`: the later file; what else it asks is asked of the later file's rows, and of the earlier one's for those
 * who are gone. null: the earlier file was removed or cannot be read.
 */
export async function readMovement(
  store: ScoreStore,
  filter: PredictionFilter,
  earlierId: number,
): Promise<Movement | null> {
  const earlier = await openOther(store, earlierId);
  if (!earlier) return null;
  const sums: MoveSums = {
    cells: new Map(),
    rose: createReasonSums(),
    fell: createReasonSums(),
    withoutId: 0,
  };
  const reasons = earlier.readReasons();
  await visitMatches(store, filter, (group) => {
    addGroup(sums, group, { earlier, reasons });
  });
  await addGone(store, sums, filter, earlierId);
  return {
    cells: allCells().map((cell) => ({ ...cell, ...totalOf(sums.cells.get(keyOf(cell))) })),
    withoutId: sums.withoutId,
    rose: sums.rose.means(),
    fell: sums.fell.means(),
  };
}

interface Earlier {
  readonly earlier: OtherScores;
  readonly reasons: StoredReasons;
}

function addGroup(sums: MoveSums, { batch, view, rows }: MatchingGroup, { earlier, reasons }: Earlier): void {
  const rowsThere = earlier.rowsIn(batch);
  const probability = view.column('probability');
  const monthlyValue = view.column('monthlyValue');
  const set = earlier.set.inGroup(view);
  const here: StoredReasons = {
    features: view.header.features.map(({ name }) => name),
    places: view.column('reasonFeatures'),
    points: view.column('reasonPoints'),
  };
  for (const row of rows) {
    const rowThere = rowsThere[view.firstRow + row]!;
    const levels = levelsOf(earlier, rowThere, probability[row]!, set.get(row));
    if (levels.there === undefined) sums.withoutId++;
    else addTo(sums.cells, { before: levels.there, now: levels.now }, monthlyValue[row]!);
    const step = stepOf(levels);
    if (step !== 0) (step > 0 ? sums.rose : sums.fell).add(here, row, reasons, rowThere);
  }
}

/** Above 0: the level rose. */
function stepOf({ now, there }: Levels): number {
  return there === null || there === undefined ? 0 : riskLevels.indexOf(now) - riskLevels.indexOf(there);
}

async function addGone(
  store: ScoreStore,
  sums: MoveSums,
  filter: PredictionFilter,
  earlierId: number,
): Promise<void> {
  const later = filter.batch === null ? null : await openOther(store, filter.batch);
  if (!later) return;
  const { column, level, from, to, segment, search } = filter;
  const asked = { ...noFilter, column, level, from, to, segment, search, batch: earlierId };
  await visitMatches(store, { ...asked, compared: filter.batch, there: 'none' }, ({ view, rows }) => {
    const probability = view.column('probability');
    const monthlyValue = view.column('monthlyValue');
    const set = later.set.inGroup(view);
    for (const row of rows) {
      const { now } = levelsOf(later, notThere, probability[row]!, set.get(row));
      addTo(sums.cells, { before: now, now: null }, monthlyValue[row]!);
    }
  });
}

type CellKey = Pick<MoveCell, 'before' | 'now'>;

function keyOf({ before, now }: CellKey): string {
  return `${before ?? ''}>${now ?? ''}`;
}

function allCells(): CellKey[] {
  const levels = [...riskLevels, null];
  return levels.flatMap((before) =>
    levels.filter((now) => now !== null || before !== null).map((now) => ({ before, now })),
  );
}

function addTo(cells: MoveSums['cells'], cell: CellKey, monthlyValue: number): void {
  const key = keyOf(cell);
  const sums = cells.get(key) ?? { customers: 0, valued: 0, revenue: 0 };
  cells.set(key, sums);
  sums.customers++;
  if (Number.isNaN(monthlyValue)) return;
  sums.valued++;
  sums.revenue += monthlyValue;
}

function totalOf(sums: Sums | undefined): Pick<MoveCell, 'customers' | 'revenue'> {
  return { customers: sums?.customers ?? 0, revenue: sums && sums.valued > 0 ? sums.revenue : null };
}

interface ReasonSums {
  add(here: StoredReasons, row: number, there: StoredReasons, rowThere: number): void;
  means(): ReasonChange[];
}

/** A feature that is not among the stored reasons of a score counts as none there. */
function createReasonSums(): ReasonSums {
  const sums = new Map<string, number>();
  let customers = 0;
  const addRow = ({ features, places, points }: StoredReasons, row: number, sign: number): void => {
    for (let at = row * reasonsPerRow; at < (row + 1) * reasonsPerRow; at++) {
      const feature = places[at] === noReason ? undefined : features[places[at]!];
      if (feature === undefined) return;
      sums.set(feature, (sums.get(feature) ?? 0) + sign * points[at]!);
    }
  };
  return {
    add: (here, row, there, rowThere) => {
      customers++;
      addRow(here, row, 1);
      addRow(there, rowThere, -1);
    },
    means: () =>
      [...sums]
        .map(([feature, sum]) => ({ feature, change: sum / customers }))
        .sort((a, b) => Math.abs(b.change) - Math.abs(a.change)),
  };
}
