import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { presentBars, roundTicks } from '../../src/presenters/chart.ts';
import { presentHistogram } from '../../src/presenters/chart-histogram.ts';
import { presentLevelCharts } from '../../src/presenters/chart-levels.ts';
import { createViewHelpers } from '../../src/presenters/view-helpers.ts';

const h = createViewHelpers({ currency: 'EUR', timeZone: 'Europe/Vienna' });

describe('ticks', () => {
  it('are round values from 0 to the first that is not below the maximum', () => {
    expect(roundTicks(0.47)).toEqual([0, 0.2, 0.4, 0.6]);
    expect(roundTicks(1_204)).toEqual([0, 500, 1_000, 1_500]);
    expect(roundTicks(0.6, 8)).toEqual([0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6]);
    expect(roundTicks(0)).toEqual(roundTicks(1));
    expect(roundTicks(-Infinity)).toEqual(roundTicks(1));
  });

  it('are few, and cover every value', () => {
    const max = fc.double({ min: 1e-9, max: 1e9, noNaN: true });
    fc.assert(
      fc.property(max, (value) => {
        const ticks = roundTicks(value);
        expect(ticks.length).toBeLessThanOrEqual(5);
        expect(ticks.at(-1)!).toBeGreaterThanOrEqual(value * (1 - 1e-8));
        expect(ticks.at(-2)!).toBeLessThan(value);
      }),
    );
  });
});

describe('bars', () => {
  it('have their value beside them, a length on a round scale, and outer ticks inside the drawing', () => {
    const { bars, ticks } = presentBars(
      [
        { label: 'Contract', value: 0.12 },
        { label: 'Tenure', href: '/x', value: 0.03 },
      ],
      {
        caption: 'Effects',
        labelHeading: 'Column',
        valueHeading: 'Effect',
        valueText: h.size,
        tickText: (points) => h.number(points * 100),
      },
    );
    expect(bars).toEqual([
      { label: 'Contract', href: null, value: '12 points', extent: '80%' },
      { label: 'Tenure', href: '/x', value: '3 points', extent: '20%' },
    ]);
    expect(ticks.map(({ text }) => text)).toEqual(['0', '5', '10', '15']);
    expect(ticks.map(({ anchor }) => anchor)).toEqual(['start', 'middle', 'middle', 'end']);
  });

  it('of two columns are on one scale, and lead to the customers behind them', () => {
    const bar = { count: 10, high: 1, revenueAtRisk: 50 };
    const figure = (column: string, means: number[]) => ({
      column,
      label: column,
      spread: 0,
      bars: means.map((meanProbability, i) => ({
        ...bar,
        words: `level ${i}`,
        meanProbability,
        filter: { column, level: String(i) },
      })),
    });
    const charts = presentLevelCharts(h, [figure('A', [0.4, 0.1]), figure('B', [0.1, 0.2])], {
      risk: 'high',
    });
    expect(charts.map(({ title }) => title)).toEqual(['Risk by: A', 'Risk by: B']);
    expect(charts.map(({ chart }) => chart.bars.map(({ extent }) => extent))).toEqual([
      ['100%', '25%'],
      ['25%', '50%'],
    ]);
    expect(charts[0]!.conclusion).toBe('Highest for level 0: 40.0 % on average.');
    expect(charts[1]!.groups[1]!.href).toBe('/customers?risk=high&column=B&level=1');
  });
});

describe('the histogram', () => {
  const counts = [1_204, 300, 0, 10, 5, 4, 3, 2, 1, 7];
  const options = {
    thresholds: { mediumFrom: 0.35, highFrom: 0.7 },
    totals: { count: 1_536, low: 1_514, medium: 12, high: 10 },
    query: { batch: 3 },
  };
  const histogram = presentHistogram(h, counts, options);

  it('names each bin by its edges and leads to its customers', () => {
    expect(histogram.bars.map(({ range }) => range).slice(0, 2)).toEqual([
      '0 to under 10 %',
      '10 to under 20 %',
    ]);
    expect(histogram.bars.at(-1)!.range).toBe('90 to 100 %');
    expect(histogram.bars[1]!.href).toBe('/customers?batch=3&low=0.1&high=0.2');
    expect(histogram.bars.at(-1)!.href).toBe('/customers?batch=3&low=0.9');
  });

  it('has ticks on round counts and on edges of bins, none outside the drawing', () => {
    expect(histogram.counts.map(({ text }) => text)).toEqual(['0', '500', '1,000', '1,500']);
    expect(histogram.shares.map(({ text }) => text)).toEqual(['0 %', '25 %', '50 %', '75 %', '100 %']);
    for (const { y, height } of histogram.bars) {
      expect(y).toBeGreaterThan(50);
      expect(y + height).toBe(histogram.base);
    }
    expect(histogram.thresholds.map(({ anchor }) => anchor)).toEqual(['start', 'end']);
  });

  it('counts customers by risk level, and says nothing of what could not be counted', () => {
    expect(histogram.levels.map(({ customers, share }) => [customers, share])).toEqual([
      ['1,514 customers', '98.6 %'],
      ['12 customers', '0.8 %'],
      ['10 customers', '0.7 %'],
    ]);
    expect(histogram.levels[2]!.href).toBe('/customers?batch=3&risk=high');
    expect(presentHistogram(h, counts, { ...options, totals: null }).levels).toEqual([]);
  });

  it('of nobody has bars without a height', () => {
    const empty = presentHistogram(h, [0, 0], { ...options, totals: null });
    expect(empty.bars.map(({ height }) => height)).toEqual([0, 0]);
    expect(empty.counts.map(({ text }) => text)).toEqual(['0', '1']);
  });
});
