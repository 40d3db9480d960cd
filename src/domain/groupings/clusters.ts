/** Groups of customers who are alike, by k-means, for every number of groups that can be chosen. */
import { Conflict } from '../../errors.ts';
import {
  chooseCount,
  countDifferentRows,
  measureCount,
  prepareCounts,
} from '../../ml/clusters/group-count.ts';
import type { CountMeasures, MeasuredCount } from '../../ml/clusters/group-count.ts';
import { encodeMixed, fitScales, widthOf } from '../../ml/clusters/mixed-columns.ts';
import type { ColumnScale } from '../../ml/clusters/mixed-columns.ts';
import { createRandom } from '../../ml/math/random.ts';
import type { GroupingFindings } from '../../store/grouping-documents.ts';
import type { NearestColumn } from '../../store/segment-documents.ts';
import type { StepAnswer } from '../jobs/steps.ts';
import { nameGroups } from './names.ts';
import { countGroup } from './rows.ts';
import type { GroupingRows } from './rows.ts';

export const mostGroups = 10;
/** Fewer fall into no groups that hold for others. */
const fewestRows = 20;

type Step = (done: number, total: number, stage?: string) => Promise<StepAnswer>;
type Ended = Exclude<StepAnswer, 'go on'>;

/** @throws Conflict where there is nothing to group */
export async function findClusters(
  rows: GroupingRows,
  seed: number,
  step: Step,
): Promise<GroupingFindings | Ended> {
  const { table, total } = rows;
  const scales = fitScales(table);
  const encoded = encodeMixed(table, scales);
  const most = countGroups(rows, scales, encoded);
  const random = createRandom(seed);
  const data = prepareCounts({ rows: encoded, scales }, random);
  const measured: MeasuredCount[] = [];
  for (let k = 1; k <= most; k++) {
    const answer = await step(k - 1, most, `Trying ${k} of ${most} groups`);
    if (answer !== 'go on') return answer;
    measured.push(measureCount(data, k, random));
  }
  return {
    rows: table.rowCount,
    total,
    notes: notesOf(rows, scales, most),
    clusters: {
      measures: measured.map(({ k, inertia, silhouette, gap }): CountMeasures => ({
        k,
        inertia,
        silhouette,
        gap,
      })),
      choice: chooseCount(measured),
      options: measured.slice(1).map((one) => optionOf(rows, scales, one)),
    },
    fifths: null,
  };
}

/** At least 2. */
function countGroups({ table }: GroupingRows, scales: readonly ColumnScale[], encoded: Float64Array): number {
  if (table.rowCount === 0) throw new Conflict('There are no customers to group.');
  if (table.rowCount < fewestRows)
    throw new Conflict(
      `There ${table.rowCount === 1 ? 'is only 1 customer' : `are only ${table.rowCount} customers`}. Groups need at least ${fewestRows}.`,
    );
  const different = scales.length === 0 ? 1 : countDifferentRows(encoded, widthOf(scales), mostGroups);
  if (different < 2)
    throw new Conflict(
      'All customers are the same in the chosen columns. Choose columns in which they differ.',
    );
  return different;
}

function notesOf({ table, words }: GroupingRows, scales: readonly ColumnScale[], most: number): string[] {
  const used = new Set(scales.map(({ name }) => name));
  const titles = (names: readonly string[]): string => names.map((name) => words.title(name)).join(', ');
  const constant = table.columns.filter(({ name }) => !used.has(name)).map(({ name }) => name);
  const logs = scales.flatMap((scale) => (scale.kind === 'number' && scale.isLog ? [scale.name] : []));
  return [
    ...(constant.length === 0 ? [] : [`The same for all customers, and left out: ${titles(constant)}.`]),
    ...(logs.length === 0
      ? []
      : [`A few customers have very large values, so that the logarithm counts: ${titles(logs)}.`]),
    ...(most < mostGroups
      ? [
          `In the chosen columns there are only ${most} different customers, so that there are no more groups.`,
        ]
      : []),
  ];
}

function optionOf(rows: GroupingRows, scales: readonly ColumnScale[], { k, fit }: MeasuredCount) {
  const columns = centresOf(scales, fit.centres, k);
  const counts = Array.from({ length: k }, (_, group) =>
    countGroup(rows, (row) => fit.assignment[row] === group),
  );
  const names = nameGroups(
    columns,
    counts.map(({ count }) => count),
    rows.words,
  );
  return { columns, groups: counts.map((group, i) => ({ name: names[i]!, ...group })) };
}

/** From row-major centres to one entry a column. */
function centresOf(scales: readonly ColumnScale[], centres: Float64Array, k: number): NearestColumn[] {
  const width = widthOf(scales);
  let offset = 0;
  return scales.map((scale): NearestColumn => {
    const at = offset;
    offset += scale.kind === 'number' ? 1 : scale.levels.length;
    const groups = Array.from({ length: k }, (_, group) => group * width + at);
    if (scale.kind === 'number') return { ...scale, centres: groups.map((place) => short(centres[place]!)) };
    const shares = groups.map((place) =>
      scale.levels.map((_, level) => short(centres[place + level]! / scale.weight)),
    );
    return { ...scale, levels: [...scale.levels], shares };
  });
}

/** Six decimals of a standard deviation tell groups apart. */
function short(value: number): number {
  return Math.round(value * 1e6) / 1e6;
}
