/** The columns of a dataset: a histogram of each with the share who left in every bin, and which columns go together. */
import { intervalOfLeft } from '../domain/datasets/exploration/exploration.ts';
import type { Exploration, ExploredBin, ExploredColumn } from '../domain/datasets/exploration/exploration.ts';
import { studyKinds } from '../domain/datasets/studies/kinds.ts';
import type { Study } from '../domain/datasets/studies/studies.ts';
import type { Dataset } from '../store/datasets.ts';
import { shareOf } from './chart.ts';
import { partOfRows } from './part-of-rows.ts';
import type { ViewHelpers } from './view-helpers.ts';

export function presentDatasetExploration(
  h: ViewHelpers,
  dataset: Dataset,
  study: Study<'exploration'> | null,
) {
  return {
    dataset,
    button: study === null ? 'Explore the columns' : 'Explore them again',
    study: study && {
      error: study.error,
      isWaiting: study.error === null && study.result === null,
      result: study.result && presentResult(h, study.result, dataset),
    },
  };
}

function presentResult(h: ViewHelpers, result: Exploration, { id, rowCount }: Dataset) {
  const { known, left, columns, leftOut } = result;
  const axis = axisOf(columns);
  const hasRates = known > 0;
  return {
    csvHref: `/datasets/${id}/exploration.csv`,
    summary: [
      rowCount > result.rows
        ? partOfRows(h, result.rows, rowCount, studyKinds.exploration.mostRows)
        : h.plural(result.rows, 'row'),
      hasRates
        ? `${rateWords(h, left, known)} left`
        : 'no churn label yet, so the share who left is not known',
      ...(leftOut === 0 ? [] : [`${h.plural(leftOut, 'column is', 'columns are')} left out`]),
    ].join(' · '),
    hasRates,
    axisNote: `The dot is the share who left and the bar its 95 % interval, from 0 to ${h.share(axis)}. The dashed line is the share of all customers.`,
    average: hasRates ? shareOf(left / known / axis) : null,
    columns: columns.map((column) => presentColumn(h, column, axis)),
    numberPairs: result.numberPairs.map(({ a, b, spearman, pearson }) => ({
      ...{ a, b },
      spearman: h.metric(spearman),
      pearson: h.metric(pearson),
      width: h.place(100 * Math.abs(spearman)),
    })),
    levelPairs: result.levelPairs.map(({ a, b, cramersV }) => ({
      ...{ a, b },
      strength: h.metric(cramersV),
      width: h.place(100 * cramersV),
    })),
  };
}

function rateWords(h: ViewHelpers, left: number, known: number): string {
  const { low, high } = intervalOfLeft({ left, known });
  return `${h.rate(left / known)} (95 % interval ${h.rate(low)} to ${h.rate(high)})`;
}

/** Fewer known outcomes are too few for a share, and could identify single people. */
const fewestKnown = 5;
/** Bins of fewer do not stretch the axis: their intervals are cut off. */
const fewestForAxis = 30;

/** The end of the axis of all columns, a tenth. */
function axisOf(columns: readonly ExploredColumn[]): number {
  const bins = columns.flatMap(({ bins: own }) => own).filter(({ known }) => known >= fewestForAxis);
  const highest = Math.max(0.1, ...bins.map(({ left, known }) => intervalOfLeft({ left, known }).high));
  return Math.min(1, Math.ceil(highest * 10 - 1e-9) / 10);
}

function presentColumn(h: ViewHelpers, { name, bins }: ExploredColumn, axis: number) {
  const most = Math.max(...bins.map(({ rows }) => rows));
  return {
    name: h.label(name),
    bins: bins.map((bin) => ({
      name: bin.name,
      rows: h.count(bin.rows),
      width: h.place((100 * bin.rows) / most),
      ...rateOf(h, bin, axis),
    })),
  };
}

function rateOf(h: ViewHelpers, { left, known }: ExploredBin, axis: number) {
  if (known < fewestKnown) return { rate: '–', interval: known === 0 ? '–' : 'Too few', plot: null };
  const { low, high } = intervalOfLeft({ left, known });
  const placeOf = (share: number): string => shareOf(Math.min(1, share / axis));
  return {
    rate: h.rate(left / known),
    interval: `${h.rate(low)} to ${h.rate(high)}`,
    plot: { low: placeOf(low), high: placeOf(high), dot: placeOf(left / known) },
  };
}
