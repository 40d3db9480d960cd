import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  cellText,
  countText,
  createFormatter,
  dayText,
  durationText,
  edgeTexts,
  differenceText,
  metricText,
  numberText,
  partsText,
  percentText,
  pointsBetweenText,
  pointsText,
  rateText,
  shareText,
  sizeText,
  spanTexts,
  typedPercent,
  valueText,
} from '../src/format.ts';

const { money, date, dateTime } = createFormatter({ currency: 'USD', timeZone: 'Europe/Berlin' });

describe('a figure in words', () => {
  it.each([
    [countText(34_516), '34,516'],
    [countText(-0), '0'],
    [numberText(34_516), '34,516'],
    [numberText(29.854), '29.85'],
    [numberText(-0.001), '−0.001'],
    [numberText(0.000123456), '0.000123'],
    [numberText(1e-9), '1E−9'],
    [numberText(1e308), '1E308'],
    [numberText(Infinity), '–'],
    [numberText(null), '–'],
    [metricText(0.9999), '1.000'],
    [metricText(-1e-9), '0.000'],
    [differenceText(0.00123), '+0.0012'],
    [differenceText(-0.0004), '−0.0004'],
    [differenceText(-1e-9), '0.0000'],
    [differenceText(null), '–'],
    [percentText(0.724), '72 %'],
    [percentText(0), '< 1 %'],
    [percentText(0.9999), '> 99 %'],
    [rateText(0.2654), '26.5 %'],
    [rateText(0), '0.0 %'],
    [rateText(0.0001), '< 0.1 %'],
    [rateText(0.9999), '> 99.9 %'],
    [shareText(0), '0 %'],
    [shareText(0.025), '2.5 %'],
    [shareText(1), '100 %'],
    [pointsText(0.124), '+12 points'],
    [pointsText(-0.004), '−0.4 points'],
    [pointsText(0.01), '+1 point'],
    [pointsText(-0.0001), '0 points'],
    [sizeText(-0.0349), '3.5 points'],
    [cellText('2026-01-05'), '5 Jan 2026'],
    [cellText('2026-13-45'), '2026-13-45'],
    [cellText(1234.5), '1,234.5'],
    [cellText(0.99004567), '0.99004567'],
    [cellText(null), 'not known'],
    [durationText(1.2), '1 second'],
    [durationText(89), '89 seconds'],
    [durationText(600), '10 minutes'],
    [durationText(null), '–'],
    [typedPercent(0.29), '29'],
    [typedPercent(0.12345), '12.345'],
    [money(187_501.6), 'US$187,502'],
    [money(-0.3), 'US$0'],
    [money(-1_200), '−US$1,200'],
    [dayText(18_630), '3 Jan 2021'],
    [dayText(1e12), '–'],
    [valueText(18_660, 'date'), '2 Feb 2021'],
    [valueText(18_660, 'number'), '18,660'],
    [date('2026-11-20T23:30:00.000Z'), '21 Nov 2026'],
    [dateTime('2026-11-20T23:30:00.000Z'), '21 Nov 2026, 00:30 CET'],
    [dateTime('soon'), '–'],
  ])('%s is %s', (text, words) => {
    expect(text).toBe(words);
  });

  it.each([
    [0.904, 0.165, '−73 points'],
    [0.5, 0.5, '0 points'],
    [0.901, 0.902, 'less than 1 point'],
    [0.006, 0.5, '+50 points'],
    [0.4949, 0.4951, '+1 point'],
  ])('the way from %d to %d adds up with what is shown of both', (before, after, words) => {
    expect(pointsBetweenText(before, after)).toBe(words);
  });

  it('splits the way between two probabilities into parts that add up with what is shown', () => {
    expect(partsText(0.2749, 0.7249, [0.2, 0.155, 0.052, 0.043])).toEqual([
      ...['+20 points', '+16 points', '+5 points', '+4 points'],
    ]);
    expect(partsText(0.5, 0.5, [0.004, -0.004, 0])).toEqual([
      ...['less than 1 point', 'less than 1 point', '0 points'],
    ]);
    expect(partsText(0.5, 0.5, [1e-17])).toEqual(['0 points']);
    expect(partsText(0.2, NaN, [0.1])).toEqual(['+10 points']);
    const share = fc.double({ min: 0, max: 1, noNaN: true });
    const effects = fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { maxLength: 8 });
    fc.assert(
      fc.property(share, share, effects, (before, after, strongest) => {
        const others = after - before - strongest.reduce((sum, part) => sum + part, 0);
        const parts = [...strongest, others];
        const shown = partsText(before, after, parts).map(pointsOf);
        const whole = (p: number) =>
          Number(percentText(p).replace('< 1', '0').replace('> 99', '100').slice(0, -2));
        expect(shown.reduce((sum, value) => sum + value, 0)).toBe(whole(after) - whole(before));
        shown.forEach((value, i) => {
          expect(Math.abs(value - parts[i]! * 100)).toBeLessThan(1.001 + 2 / parts.length);
        });
      }),
    );
  });

  it('never writes a minus in front of nothing', () => {
    const writers = [
      countText,
      numberText,
      metricText,
      differenceText,
      percentText,
      rateText,
      shareText,
      pointsText,
      money,
    ];
    fc.assert(
      fc.property(fc.double({ min: -1, max: 1, noNaN: true }), (x) => {
        for (const write of writers) expect(write(x)).not.toMatch(/^[-−][^1-9]*$/);
      }),
    );
  });

  it('keeps the order of numbers', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.double({ noNaN: true }), (a, b) => {
        if (a <= b && Number.isFinite(b))
          expect(readNumber(numberText(a))).toBeLessThanOrEqual(readNumber(numberText(b)));
      }),
    );
  });
});

describe('names of spans', () => {
  it.each([
    [
      [
        [0, 0],
        [1, 1],
        [2, 34_516],
      ],
      ['0', '1', '2 to 34,516'],
    ],
    [
      [
        [0.99991, 0.99992],
        [0.99993, 0.99995],
      ],
      ['0.99991 to 0.99992', '0.99993 to 0.99995'],
    ],
    [
      [
        [-5, -0],
        [0.5, 12.25],
      ],
      ['−5 to 0', '0.5 to 12.25'],
    ],
    [[[-0.0001, 0.0001]], ['−0.0001 to 0.0001']],
    [
      [
        [1e-12, 1],
        [2, 1e20],
      ],
      ['1E−12 to 1E0', '2E0 to 1E20'],
    ],
    [[], []],
  ] as const)('of %j are %j', (spans, names) => {
    expect(
      spanTexts(
        spans.map(([from, to]) => ({ from, to })),
        'number',
      ),
    ).toEqual(names);
  });

  it('of days are dates', () => {
    expect(spanTexts([{ from: 18_630, to: 18_660 }], 'date')).toEqual(['3 Jan 2021 to 2 Feb 2021']);
  });

  it('differ wherever the spans do, and rise as they do', () => {
    const values = fc.uniqueArray(
      fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.integer()),
      {
        minLength: 2,
        comparator: (a, b) => a === b,
      },
    );
    fc.assert(
      fc.property(values, (unsorted) => {
        const sorted = unsorted.sort((a, b) => a - b);
        const names = spanTexts(
          sorted.map((value) => ({ from: value, to: value })),
          'number',
        );
        expect(new Set(names).size).toBe(sorted.length);
        const read = names.map(readNumber);
        expect(read).toEqual([...read].sort((a, b) => a - b));
      }),
    );
  });
});

describe('names of the bins between edges', () => {
  it.each([
    [[1, 10, 20], 'integer', ['under 1', '1 to 9', '10 to 19', '20 or more']],
    [[1, 2, 20.5], 'integer', ['under 1', '1', '2 to 20', '21 or more']],
    [[0.1, 0.25], 'number', ['under 0.1', '0.1 to under 0.25', '0.25 or more']],
    [[0.99991, 0.99992], 'number', ['under 0.99991', '0.99991 to under 0.99992', '0.99992 or more']],
    [[18_630, 18_660], 'date', ['before 3 Jan 2021', '3 Jan 2021 to 1 Feb 2021', 'from 2 Feb 2021']],
    [[5], 'integer', ['under 5', '5 or more']],
    [[], 'number', ['all']],
  ] as const)('%j of a %s are %j', (edges, kind, names) => {
    expect(edgeTexts(edges, kind)).toEqual(names);
  });

  it('cover every whole number once', () => {
    const edges = fc.uniqueArray(fc.integer({ min: -500, max: 500 }), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(edges, fc.integer({ min: -600, max: 600 }), (unsorted, value) => {
        const names = edgeTexts(
          unsorted.sort((a, b) => a - b),
          'integer',
        );
        expect(names.filter((name) => holds(name, value))).toHaveLength(1);
      }),
    );
  });

  it('are never the same twice', () => {
    const edges = fc.uniqueArray(fc.double({ noNaN: true, noDefaultInfinity: true }), {
      comparator: (a, b) => a === b,
    });
    fc.assert(
      fc.property(edges, (unsorted) => {
        const names = edgeTexts(
          unsorted.sort((a, b) => a - b),
          'number',
        );
        expect(new Set(names).size).toBe(names.length);
      }),
    );
  });
});

function readNumber(text: string): number {
  return Number(text.replaceAll('−', '-').replaceAll(',', ''));
}

/** As a person reads it. */
function holds(name: string, value: number): boolean {
  if (name.startsWith('under ')) return value < readNumber(name.slice(6));
  if (name.endsWith(' or more')) return value >= readNumber(name.slice(0, -8));
  const [from, to = from] = name.split(' to ');
  return value >= readNumber(from!) && value <= readNumber(to!);
}

function pointsOf(text: string): number {
  return text === 'less than 1 point' ? 0 : Number(text.replace('−', '-').replace(/ points?$/, ''));
}
