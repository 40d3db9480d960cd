import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyProxy, describeProxy, ProxyRule } from '../../../../src/domain/datasets/labels/proxy-label.ts';
import type { ProxyCondition } from '../../../../src/domain/datasets/labels/condition-kinds.ts';
import type { TextTable } from '../../../../src/domain/datasets/labels/proxy-label.ts';
import { Unprocessable } from '../../../../src/errors.ts';

const table: TextTable = {
  header: ['last_login', 'idle', 'usage', 'status'],
  cells: [
    ['2026-11-20', '2026-09-21', '2026-09-22', '', 'soon'],
    ['0', '60', '59', '', '61'],
    ['10', '20', '30', '40', 'n/a'],
    ['open', 'closed', ' closed', '', 'open'],
  ],
  decimal: '.',
};

const labelsOf = (condition: ProxyCondition, of = table): number[] => [
  ...applyProxy({ match: 'all', conditions: [condition] }, of).labels,
];

describe('a condition of a proxy label', () => {
  it.each<[string, ProxyCondition, number[]]>([
    [
      'counts inactive days to the latest date of the column',
      { kind: 'inactive-days', column: 'last_login', days: 60, asOf: null },
      [0, 1, 0, 255, 255],
    ],
    [
      'counts inactive days to a given date, and nobody active since is inactive',
      { kind: 'inactive-days', column: 'last_login', days: 1, asOf: '22.09.2026' },
      [0, 1, 0, 255, 255],
    ],
    ['takes days as they are', { kind: 'days-at-least', column: 'idle', days: 60 }, [0, 1, 0, 255, 1]],
    [
      'takes the lowest share of the values that are there',
      { kind: 'below-percentile', column: 'usage', percentile: 34 },
      [1, 1, 0, 0, 255],
    ],
    [
      'takes the highest share',
      { kind: 'above-percentile', column: 'usage', percentile: 75 },
      [0, 0, 0, 1, 255],
    ],
    ['takes a level', { kind: 'equals', column: 'status', level: 'closed' }, [0, 1, 1, 255, 0]],
    ['leaves the number itself out below', { kind: 'below', column: 'usage', number: 20 }, [1, 0, 0, 0, 255]],
    ['leaves the number itself out above', { kind: 'above', column: 'usage', number: 30 }, [0, 0, 0, 1, 255]],
  ])('%s', (_, condition, expected) => {
    expect(labelsOf(condition)).toEqual(expected);
  });

  it('counts ties at a percentile in, so that the many who never use it are not lost', () => {
    const zeros = { header: ['usage'], cells: [['0', '0', '0', '0', '7', '8', '9']], decimal: '.' } as const;
    const lowest = { kind: 'below-percentile', column: 'usage', percentile: 10 } as const;
    expect(labelsOf(lowest, zeros)).toEqual([1, 1, 1, 1, 0, 0, 0]);
  });

  it('reads numbers with the decimal sign of the file', () => {
    const european = { header: ['usage'], cells: [['1,5', '2,5']], decimal: ',' } as const;
    expect(labelsOf({ kind: 'below', column: 'usage', number: 2 }, european)).toEqual([1, 0]);
  });
});

describe('a proxy label', () => {
  const idle = { kind: 'days-at-least', column: 'idle', days: 60 } as const;
  const closed = { kind: 'equals', column: 'status', level: 'closed' } as const;

  it('is undecided only where the cells that can be read do not settle it', () => {
    const all = applyProxy({ match: 'all', conditions: [idle, closed] }, table);
    expect([...all.labels]).toEqual([0, 1, 0, 255, 0]);
    const any = applyProxy({ match: 'any', conditions: [idle, closed] }, table);
    expect([...any.labels]).toEqual([0, 1, 1, 255, 1]);
    expect(any).toMatchObject({ positive: 3, undecided: 1, usedColumns: ['idle', 'status'] });
  });

  it('names every column that is not there, and one that holds no such values', () => {
    const conditions = [
      { ...idle, column: 'gone' },
      { ...idle, column: 'lost' },
    ];
    const attempt = (): unknown => applyProxy({ match: 'all', conditions }, table);
    expect(attempt).toThrow(Unprocessable);
    expect(attempt).toThrow(/'gone'.*'lost'/s);
    expect(() => labelsOf({ ...idle, column: 'status' })).toThrow("'status' has no numbers");
    expect(() => labelsOf({ ...closed, level: 'paused' })).toThrow(
      "No row has 'paused' in the column 'status'",
    );
    const dates = { kind: 'inactive-days', column: 'status', days: 9, asOf: null } as const;
    expect(() => labelsOf(dates)).toThrow("'status' has no dates");
  });

  it('never labels more customers inactive for longer', () => {
    const cells = [Array.from({ length: 300 }, (_, row) => String((row * 37) % 120))];
    const idleTable: TextTable = { header: ['idle'], cells, decimal: '.' };
    const positive = (days: number): number =>
      applyProxy({ match: 'all', conditions: [{ ...idle, days }] }, idleTable).positive;
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 119 }), (days) => {
        expect(positive(days + 1)).toBeLessThanOrEqual(positive(days));
      }),
    );
  });

  it('is said in plain words', () => {
    const conditions: ProxyCondition[] = [
      { kind: 'inactive-days', column: 'last_login', days: 60, asOf: '2026-11-20' },
      idle,
      { kind: 'below-percentile', column: 'usage', percentile: 10 },
      { kind: 'above-percentile', column: 'usage', percentile: 95 },
      closed,
    ];
    expect(describeProxy({ match: 'any', conditions })).toBe(
      'No activity for 60 days or more (by last_login, counted to 2026-11-20), ' +
        'or no activity for 60 days or more (by idle), or usage is among the lowest 10 %, ' +
        'or usage is among the highest 5 %, or status is closed',
    );
    const limits: ProxyCondition[] = [
      { kind: 'below', column: 'usage', number: 5 },
      { kind: 'above', column: 'idle', number: 9.5 },
    ];
    expect(describeProxy({ match: 'all', conditions: limits })).toBe(
      'Usage is below 5, and idle is above 9.5',
    );
  });

  it('is stored as JSON within limits', () => {
    const rule = { match: 'all', conditions: [idle, closed] };
    expect(ProxyRule.parse(JSON.parse(JSON.stringify(rule)))).toEqual(rule);
    const isTaken = (conditions: unknown[]): boolean =>
      ProxyRule.safeParse({ match: 'all', conditions }).success;
    expect(isTaken([])).toBe(false);
    expect(isTaken(Array(6).fill(idle))).toBe(false);
    expect(isTaken([{ ...idle, days: 0 }])).toBe(false);
    expect(isTaken([{ kind: 'below-percentile', column: 'usage', percentile: 100 }])).toBe(false);
    expect(isTaken([{ kind: 'inactive-days', column: 'a', days: 1, asOf: '11/20/2026' }])).toBe(false);
  });
});
