/** Two distributions over the same bins, one bar above the other: what was and what is. Drawn as bars are (chart.ts). */
import { roundTicks, shareOf, tickAt } from './chart.ts';
import type { Tick } from './chart.ts';
import type { ViewHelpers } from './view-helpers.ts';

export interface PairedBars {
  readonly title: string;
  readonly labelHeading: string;
  readonly thenHeading: string;
  readonly nowHeading: string;
  readonly bars: readonly {
    readonly label: string;
    /** Shares, as words and as lengths: '37.5%' of the width. */
    readonly then: string;
    readonly now: string;
    readonly thenExtent: string;
    readonly nowExtent: string;
    /** Rows. */
    readonly thenTotal: string;
    readonly nowTotal: string;
  }[];
  readonly ticks: readonly Tick[];
}

/** Rows of a bin, then and now. */
export interface PairedBin {
  readonly label: string;
  readonly then: number;
  readonly now: number;
}

type PairedWords = Pick<PairedBars, 'title' | 'labelHeading' | 'thenHeading' | 'nowHeading'>;

/** Two values stand beside each bar: there is little room for an axis. */
const mostSteps = 2;

/** `bins`: of all rows, so that shares add up to 1. */
export function presentPairedBars(
  h: ViewHelpers,
  bins: readonly PairedBin[],
  words: PairedWords,
): PairedBars {
  const sumOf = (of: (bin: PairedBin) => number): number =>
    Math.max(
      1,
      bins.reduce((sum, bin) => sum + of(bin), 0),
    );
  const [thenRows, nowRows] = [sumOf(({ then }) => then), sumOf(({ now }) => now)];
  const longest = Math.max(...bins.flatMap(({ then, now }) => [then / thenRows, now / nowRows]));
  const ticks = roundTicks(longest, mostSteps);
  const end = ticks.at(-1)!;
  return {
    ...words,
    bars: bins.map(({ label, then, now }) => ({
      label,
      then: h.rate(then / thenRows),
      now: h.rate(now / nowRows),
      thenExtent: shareOf(then / thenRows / end),
      nowExtent: shareOf(now / nowRows / end),
      thenTotal: h.count(then),
      nowTotal: h.count(now),
    })),
    ticks: ticks.map((value) => tickAt(value / end, h.share(value))),
  };
}
