/**
 * Bars as the views draw them. Places and lengths are shares of the drawing's width, so that words keep their size on
 * a phone; every chart has its figures beside it or in a table below it.
 */
export type Anchor = 'start' | 'middle' | 'end';

export interface Tick {
  /** Where it stands: '20%' of the width. */
  readonly x: string;
  readonly anchor: Anchor;
  readonly text: string;
}

export interface Bar {
  readonly label: string;
  readonly href: string | null;
  readonly value: string;
  /** '37.5%' of the width. */
  readonly extent: string;
}

export interface BarChart {
  readonly caption: string;
  readonly labelHeading: string;
  readonly valueHeading: string;
  readonly bars: readonly Bar[];
  readonly ticks: readonly Tick[];
}

/** Values from 0 on, in the order in which they are drawn. */
interface BarInput {
  readonly label: string;
  readonly href?: string | null;
  readonly value: number;
}

interface BarOptions {
  readonly caption: string;
  readonly labelHeading: string;
  readonly valueHeading: string;
  /** What stands beside a bar, and below the axis. */
  readonly valueText: (value: number) => string;
  readonly tickText: (value: number) => string;
  /** The longest bar of several charts that are compared. */
  readonly max?: number;
}

const mostSteps = 4;

export function presentBars(inputs: readonly BarInput[], options: BarOptions): BarChart {
  const { caption, labelHeading, valueHeading, valueText, tickText } = options;
  const values = roundTicks(options.max ?? Math.max(...inputs.map(({ value }) => value)));
  const end = values.at(-1)!;
  return {
    caption,
    labelHeading,
    valueHeading,
    bars: inputs.map(({ label, href = null, value }) => ({
      label,
      href,
      value: valueText(value),
      extent: shareOf(value / end),
    })),
    ticks: values.map((value) => tickAt(value / end, tickText(value))),
  };
}

/** From 0 to the first round value that is not below `max`, at most `most` steps of 1, 2 or 5 times a power of ten. */
export function roundTicks(max: number, most = mostSteps): number[] {
  const least = Number.isFinite(max) && max > 0 ? max : 1;
  const power = 10 ** Math.floor(Math.log10(least / most));
  const step = [1, 2, 5, 10].map((times) => times * power).find((size) => least / size <= most + 1e-9)!;
  const count = Math.max(1, Math.ceil(least / step - 1e-9));
  return Array.from({ length: count + 1 }, (_, i) => Number((i * step).toPrecision(12)));
}

/** The words of the first and the last tick stay inside the drawing. */
export function tickAt(place: number, text: string): Tick {
  const anchor = place <= 0 ? 'start' : place >= 1 ? 'end' : 'middle';
  return { x: shareOf(place), anchor, text };
}

export function shareOf(place: number): string {
  return `${Math.round(place * 10_000) / 100}%`;
}
