import { describe, expect, it } from 'vitest';
import { presentLineChart, roundTicksBetween } from '../../src/presenters/line-chart.ts';

const chartOf = (change: Partial<Parameters<typeof presentLineChart>[0]> = {}) =>
  presentLineChart({
    conclusion: 'Profit by threshold',
    xLabel: 'Threshold',
    yLabel: 'Profit',
    points: [
      { x: 0, y: -500 },
      { x: 0.5, y: 1_000 },
      { x: 1, y: 0 },
    ],
    xText: (x) => `${x * 100} %`,
    yText: (y) => `€${y}`,
    yTicks: roundTicksBetween(-500, 1_000),
    ...change,
  });

describe('round ticks between two values', () => {
  it.each<[low: number, high: number, ticks: readonly number[]]>([
    [-500, 1_000, [-500, 0, 500, 1_000]],
    [-0.0314, 0.101, [-0.05, 0, 0.05, 0.1, 0.15]],
    [0, 3_210, [0, 1_000, 2_000, 3_000, 4_000]],
    [-42_000, 0, [-60_000, -40_000, -20_000, 0]],
    [0, 0, [0, 0.5]],
  ])('from %d to %d', (low, high, ticks) => {
    expect(roundTicksBetween(low, high)).toEqual(ticks);
  });

  it('are not closer than money is written', () => {
    expect(roundTicksBetween(-0.4, 0.9, 1)).toEqual([-1, 0, 1]);
    expect(roundTicksBetween(0, 0, 1)).toEqual([0, 1]);
  });
});

describe('a line chart', () => {
  it('places points between the first and the last tick', () => {
    const { line, dots, yTicks, top, base } = chartOf();
    expect(line).toBe('0,100 50,0 100,66.67');
    expect(dots.map(({ x }) => x)).toEqual(['0%', '50%', '100%']);
    expect(dots.map(({ y }) => y)).toEqual([base, top, top + 133.3]);
    expect(yTicks.map(({ text }) => text)).toEqual(['€-500', '€0', '€500', '€1000']);
  });

  it('leaves room for the longest value of its axis', () => {
    const long = chartOf({ yText: () => '−€1,200,000' });
    expect(long.axisWidth).toBeGreaterThan(chartOf().axisWidth);
  });

  it('keeps the words of a mark inside the drawing', () => {
    expect(chartOf({ mark: { x: 0.9, text: '90 %' } }).mark).toMatchObject({ anchor: 'end', shift: -4 });
    expect(chartOf({ mark: { x: 0.1, text: '10 %' } }).mark).toMatchObject({ anchor: 'start', shift: 4 });
  });

  it('draws no dots where there are too many to tell apart', () => {
    const points = Array.from({ length: 101 }, (_, i) => ({ x: i / 100, y: 0 }));
    expect(chartOf({ points }).dots).toEqual([]);
  });
});
