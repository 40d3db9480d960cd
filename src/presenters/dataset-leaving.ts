/** When the customers of a dataset leave: the form, and for each group its curve, median and table. */
import { fewestAtRisk, fewestLeft } from '../domain/datasets/leaving/curves.ts';
import type { LeavingCurve, LeavingResult } from '../domain/datasets/leaving/curves.ts';
import type { CsvCell } from '../domain/csv/writer.ts';
import { groupColumns, timeUnits } from '../domain/datasets/leaving/options.ts';
import type { LeavingOptions, TimeUnit } from '../domain/datasets/leaving/options.ts';
import type { Study } from '../domain/datasets/studies/studies.ts';
import type { LogRank } from '../ml/survival/log-rank.ts';
import type { Dataset } from '../store/datasets.ts';
import { presentLineChart, shareTicks } from './line-chart.ts';
import type { ViewHelpers } from './view-helpers.ts';

export interface LeavingRecord {
  readonly dataset: Dataset;
  readonly study: Study<'leaving'> | null;
  /** As stored, guessed or typed. */
  readonly values: Readonly<Record<string, string>>;
}

/** In the form, instead of a column. */
export const startYear = ':start-year';

export function presentDatasetLeaving(h: ViewHelpers, { dataset, study, values }: LeavingRecord) {
  const named = ({ name }: { readonly name: string }) => ({ value: name, label: name });
  const none = { value: '', label: 'None' };
  const dates = dataset.columns.filter(({ type }) => type === 'date').map(named);
  const numbers = dataset.columns.filter(({ type }) => type === 'number').map(named);
  return {
    dataset,
    fields: {
      start: values['start'] ?? '',
      end: values['end'] ?? '',
      tenure: values['tenure'] ?? '',
      unit: values['unit'] ?? 'month',
      group: values['group'] ?? '',
    },
    dates: [none, ...dates],
    numbers: [none, ...numbers],
    units: timeUnits.map((unit) => ({ value: unit, label: `${unit}s` })),
    groups: [none, { value: startYear, label: 'Year of the start' }, ...groupColumns(dataset).map(named)],
    study: study && {
      error: study.error,
      isWaiting: study.error === null && study.result === null,
      result: study.result && presentResult(h, study.result, study.options),
    },
  };
}

function presentResult(
  h: ViewHelpers,
  { unit, curves, test, notes }: LeavingResult,
  options: LeavingOptions,
) {
  const longest = Math.max(...curves.map(({ points }) => points.at(-1)?.time ?? 0), 1);
  const [all, ...groups] = curves.map((curve) => presentCurve(h, curve, { unit, longest }));
  return {
    all: all!,
    groups,
    groupTitle: groupTitleOf(options),
    comparison: groups.length < 2 ? null : comparisonOf(h, test),
    rows: [all!, ...groups],
    notes: [...notes, `Curves end where fewer than ${fewestAtRisk} customers could be followed.`],
    unit: `${unit}s`,
  };
}

/** A row a point of each curve; a blank group: all customers. */
export function leavingCurvesCsv({ unit, curves }: LeavingResult): { header: string[]; rows: CsvCell[][] } {
  return {
    header: ['group', `${unit}s`, 'still_there', 'low', 'high', 'customers_followed'],
    rows: curves.flatMap(({ name, points }) =>
      points.map(({ time, survival, low, high, atRisk }) => [
        name === '' ? 'Not known' : name,
        time,
        survival,
        low,
        high,
        atRisk,
      ]),
    ),
  };
}

function groupTitleOf({ groupBy }: LeavingOptions): string {
  if (groupBy === null) return 'Customers';
  return groupBy.kind === 'column' ? groupBy.column : 'Year of the start';
}

function comparisonOf(h: ViewHelpers, test: LogRank | null): string {
  if (test === null) return 'There are too few customers to compare the groups.';
  const p = test.pValue < 0.001 ? 'p < 0.001' : `p = ${h.metric(test.pValue)}`;
  return test.pValue < 0.05
    ? `The groups leave at different speeds: chance alone would hardly make such a difference (log-rank test, ${p}).`
    : `The groups may leave at the same speed: chance alone can make such a difference (log-rank test, ${p}).`;
}

interface Scale {
  readonly unit: TimeUnit;
  readonly longest: number;
}

function presentCurve(h: ViewHelpers, curve: LeavingCurve, { unit, longest }: Scale) {
  const name = curve.name === '' ? 'No value' : (curve.name ?? 'All customers');
  const isTooFew = curve.leftCount < fewestLeft || curve.points.length < 2;
  const finding = isTooFew
    ? `Too few to tell: ${h.count(curve.leftCount)} of ${h.plural(curve.customers, 'customer')} left.`
    : findingOf(h, curve, unit);
  const median = curve.median.value;
  return {
    name,
    customers: h.count(curve.customers),
    left: h.count(curve.leftCount),
    median: isTooFew ? 'Too few to tell' : median === null ? 'Not reached' : unitsText(h, median, unit),
    interval: isTooFew ? '–' : intervalText(h, curve, unit),
    finding,
    chart: isTooFew
      ? null
      : presentLineChart({
          conclusion: `${name}: ${finding}`,
          xLabel: `Time since the start, in ${unit}s`,
          yLabel: 'Share of customers who are still there',
          points: curve.points.map(({ time, survival, low, high }) => ({
            x: time / longest,
            y: survival,
            ...(low === null || high === null ? {} : { low, high }),
          })),
          xText: (x) => h.number(Math.round(10 * x * longest) / 10),
          yText: h.share,
          yTicks: shareTicks,
          ...(median === null || median > longest
            ? {}
            : { mark: { x: median / longest, text: `Half: ${unitsText(h, median, unit)}` } }),
        }),
    points: curve.points.map(({ time, survival, low, high, atRisk }) => ({
      time: h.number(time),
      survival: h.rate(survival),
      interval: survival === 1 || low === null ? '–' : `${h.rate(low)} to ${h.rate(high)}`,
      atRisk: h.count(atRisk),
    })),
  };
}

function findingOf(h: ViewHelpers, { median, points }: LeavingCurve, unit: TimeUnit): string {
  const last = points.at(-1)!;
  if (median.value !== null) return `Half of them leave within ${unitsText(h, median.value, unit)}.`;
  return `${h.rate(last.survival)} are still there after ${unitsText(h, last.time, unit)}.`;
}

function intervalText(
  h: ViewHelpers,
  { median: { value, low, high } }: LeavingCurve,
  unit: TimeUnit,
): string {
  if (value === null && low === null) return '–';
  const from = low === null ? '?' : tenths(h, low);
  return high === null ? `${from} ${unit}s or more` : `${from} to ${unitsText(h, high, unit)}`;
}

function unitsText(h: ViewHelpers, time: number, unit: TimeUnit): string {
  const text = tenths(h, time);
  return `${text} ${unit}${text === '1' ? '' : 's'}`;
}

function tenths(h: ViewHelpers, time: number): string {
  return h.number(Math.round(10 * time) / 10);
}
