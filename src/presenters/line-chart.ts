/**
 * A line, drawn as bars are (chart.ts): places along x are shares of the drawing's width, so that words keep their size
 * on a phone; heights are in pixels. The line itself is in a drawing of 100 by 100 that is stretched over the plot.
 */
import { roundTicks, shareOf, tickAt } from './chart.ts';
import type { Anchor, Tick } from './chart.ts';

interface LineTick extends Tick {
  /** Left out where there is little room. */
  readonly isMinor: boolean;
}

export interface LineChartInput {
  /** What the chart shows, for those who do not see it. */
  readonly conclusion: string;
  readonly xLabel: string;
  readonly yLabel: string;
  /** x from 0 to 1. */
  readonly points: readonly LinePoint[];
  readonly xText: (x: number) => string;
  readonly yText: (y: number) => string;
  /** Values of y that get a grid line; the plot goes from the first to the last. */
  readonly yTicks: readonly number[];
  /** From the lower left to the upper right. */
  readonly diagonal?: boolean;
  readonly mark?: { readonly x: number; readonly text: string };
}

interface LinePoint {
  readonly x: number;
  readonly y: number;
  readonly low?: number;
  readonly high?: number;
}

export interface LineChart {
  readonly conclusion: string;
  readonly xLabel: string;
  readonly yLabel: string;
  readonly axisWidth: number;
  readonly height: number;
  readonly top: number;
  readonly base: number;
  readonly plotHeight: number;
  readonly xTicks: readonly LineTick[];
  readonly yTicks: readonly { readonly y: number; readonly text: string }[];
  readonly line: string;
  readonly hasDiagonal: boolean;
  readonly dots: readonly { readonly x: string; readonly y: number }[];
  readonly intervals: readonly { readonly x: string; readonly y1: number; readonly y2: number }[];
  readonly mark: {
    readonly x: string;
    readonly anchor: Anchor;
    readonly shift: number;
    readonly text: string;
  } | null;
}

const top = 20;
const base = 220;
const height = 242;
const pixelsPerCharacter = 8;
const mostDots = 25;

/** Of shares, from 0 to 100 %. */
export const shareTicks: readonly number[] = [0, 0.25, 0.5, 0.75, 1];

export function presentLineChart(input: LineChartInput): LineChart {
  const { points, yTicks, mark } = input;
  const [from, to] = [yTicks[0]!, yTicks.at(-1)!];
  const depth = (y: number): number => (to - y) / (to - from);
  const yOf = (y: number): number => Math.round(10 * (top + depth(y) * (base - top))) / 10;
  const yTexts = yTicks.map(input.yText);
  return {
    conclusion: input.conclusion,
    xLabel: input.xLabel,
    yLabel: input.yLabel,
    axisWidth: Math.max(...yTexts.map((text) => text.length)) * pixelsPerCharacter + 12,
    height,
    top,
    base,
    plotHeight: base - top,
    xTicks: shareTicks.map((x, i) => ({ ...tickAt(x, input.xText(x)), isMinor: i % 2 === 1 })),
    yTicks: yTicks.map((y, i) => ({ y: yOf(y), text: yTexts[i]! })),
    line: points.map(({ x, y }) => `${hundredths(x)},${hundredths(depth(y))}`).join(' '),
    hasDiagonal: input.diagonal ?? false,
    dots: points.length > mostDots ? [] : points.map(({ x, y }) => ({ x: shareOf(x), y: yOf(y) })),
    intervals: points.flatMap(({ x, low, high }) =>
      low === undefined || high === undefined ? [] : [{ x: shareOf(x), y1: yOf(high), y2: yOf(low) }],
    ),
    mark: mark ? markAt(mark.x, mark.text) : null,
  };
}

/** Round values from below `low` to above `high`, with 0 among them where it lies between; `least`: smallest step. */
export function roundTicksBetween(low: number, high: number, least = 0): number[] {
  const step = Math.max(least, roundTicks(high - low)[1]!);
  const first = Math.floor(low / step + 1e-9);
  const last = Math.max(first + 1, Math.ceil(high / step - 1e-9));
  return Array.from({ length: last - first + 1 }, (_, i) => Number(((first + i) * step).toPrecision(12)));
}

/** Its text stands on the side of the line that has more room. */
function markAt(x: number, text: string): LineChart['mark'] {
  const isRight = x > 0.5;
  return { x: shareOf(x), anchor: isRight ? 'end' : 'start', shift: isRight ? -4 : 4, text };
}

function hundredths(share: number): string {
  return String(Math.round(share * 10_000) / 100);
}
