/** Customers by churn probability: a histogram with the two thresholds, and how many are on each risk level. */
import { riskLevelOf, riskLevels } from '../domain/risk/levels.ts';
import type { RiskLevel, RiskThresholds } from '../domain/risk/levels.ts';
import type { Totals } from '../store/score-files/totals.ts';
import { roundTicks, shareOf, tickAt } from './chart.ts';
import type { Anchor, Tick } from './chart.ts';
import type { QueryValues, ViewHelpers } from './view-helpers.ts';

interface HistogramBar {
  readonly level: RiskLevel;
  readonly x: string;
  readonly width: string;
  /** In pixels, as everything that is vertical. */
  readonly y: number;
  readonly height: number;
  /** Where its count stands, above it; '' where there is nothing to count. */
  readonly middle: string;
  readonly wordsY: number;
  readonly count: string;
  readonly range: string;
  readonly href: string;
}

interface ThresholdLine {
  readonly x: string;
  readonly anchor: Anchor;
  readonly shift: number;
  readonly top: number;
  readonly text: string;
}

export interface Histogram {
  readonly width: number;
  readonly height: number;
  readonly base: number;
  /** How wide counts may be above bars: that many digits. */
  readonly digits: number;
  readonly bars: readonly HistogramBar[];
  readonly counts: readonly { readonly y: number; readonly text: string }[];
  readonly shares: readonly Tick[];
  readonly thresholds: readonly ThresholdLine[];
  readonly levels: readonly {
    readonly level: RiskLevel;
    readonly customers: string;
    readonly share: string;
    readonly href: string;
  }[];
}

interface HistogramOptions {
  readonly thresholds: RiskThresholds;
  /** Customers by risk level; null where they could not be counted. */
  readonly totals: Pick<Totals, 'count' | RiskLevel> | null;
  readonly query: QueryValues;
}

/** The words of two thresholds stand one above the other, over the highest bar and its count. */
const top = 56;
const base = 236;
const height = 258;
const lineOfText = 17;
const pixelsPerDigit = 8;

/** Customers by churn probability, in bins of equal width from 0 to 100 %. */
export function presentHistogram(
  h: ViewHelpers,
  counts: readonly number[],
  { thresholds, totals, query }: HistogramOptions,
): Histogram {
  const ticks = roundTicks(Math.max(...counts)).filter((value) => Number.isInteger(value));
  const end = ticks.at(-1)!;
  const yOf = (count: number): number => Math.round(base - (count / end) * (base - top));
  const longest = Math.max(...ticks.map((value) => h.count(value).length));
  return {
    height,
    base,
    width: longest * pixelsPerDigit + pixelsPerDigit,
    digits: Math.min(5, h.count(Math.max(...counts)).length),
    bars: counts.map((count, i) => {
      const [from, to] = [i / counts.length, (i + 1) / counts.length];
      const isLast = i === counts.length - 1;
      return {
        level: riskLevelOf(from + 1e-9, thresholds),
        x: shareOf(from + 0.04 / counts.length),
        width: shareOf(0.92 / counts.length),
        y: yOf(count),
        height: base - yOf(count),
        middle: shareOf((from + to) / 2),
        wordsY: yOf(count) - 4,
        count: h.count(count),
        range: `${h.number(from * 100)} to ${isLast ? '' : 'under '}${h.share(to)}`,
        href: `/customers${h.query(query, { low: from, high: isLast ? null : to })}`,
      };
    }),
    counts: ticks.map((value) => ({ y: yOf(value), text: h.count(value) })),
    shares: [0, 0.25, 0.5, 0.75, 1].map((place) => tickAt(place, h.share(place))),
    thresholds: [
      thresholdLine(thresholds.mediumFrom, `Medium from ${h.share(thresholds.mediumFrom)}`, 0),
      thresholdLine(thresholds.highFrom, `High from ${h.share(thresholds.highFrom)}`, 1),
    ],
    levels: totals === null ? [] : presentLevels(h, totals, query),
  };
}

/** Words stand on the side of a line that has more room. */
function thresholdLine(place: number, text: string, line: number): ThresholdLine {
  const isRight = place > 0.5;
  return {
    x: shareOf(place),
    text,
    top: line * lineOfText,
    anchor: isRight ? 'end' : 'start',
    shift: isRight ? -4 : 4,
  };
}

function presentLevels(
  h: ViewHelpers,
  totals: Pick<Totals, 'count' | RiskLevel>,
  query: QueryValues,
): Histogram['levels'] {
  return riskLevels.map((level) => ({
    level,
    customers: h.plural(totals[level], 'customer'),
    share: h.rate(totals.count === 0 ? null : totals[level] / totals.count),
    href: `/customers${h.query(query, { risk: level })}`,
  }));
}
