import { describe, expect, it } from 'vitest';
import { holdOutChange, holdOutDraw, shareOn } from '../../../src/domain/campaigns/hold-out.ts';
import { periodsOf } from '../../../src/domain/campaigns/savings-by-year.ts';
import { defaultSettings } from '../../../src/store/settings.ts';

const settings = { holdOutSecret: 'a secret' };
const customers = Array.from({ length: 20_000 }, (_, i) => `C-${i}`);
const heldOut = (year: string, share: number, of = settings): string[] =>
  customers.filter((id) => holdOutDraw(of, year)(id) < share);

describe('the hold-out', () => {
  it('has its share of customers', () => {
    expect(heldOut('2026', 0.05).length / customers.length).toBeCloseTo(0.05, 2);
  });

  it('is the same all year, and another one next year', () => {
    const [now, next] = [heldOut('2026', 0.05), new Set(heldOut('2027', 0.05))];
    expect(heldOut('2026', 0.05)).toEqual(now);
    expect(now.filter((id) => next.has(id)).length / now.length).toBeLessThan(0.1);
  });

  it('keeps everybody when its share grows', () => {
    const larger = new Set(heldOut('2026', 0.05));
    expect(heldOut('2026', 0.02).every((id) => larger.has(id))).toBe(true);
  });

  it('cannot be told without the secret', () => {
    const other = new Set(heldOut('2026', 0.05, { holdOutSecret: 'another' }));
    const own = heldOut('2026', 0.05);
    expect(own.filter((id) => other.has(id)).length / own.length).toBeLessThan(0.1);
  });

  it('changes from a day on, with a secret that is made once', () => {
    const first = { ...defaultSettings, ...holdOutChange(defaultSettings, 0.05, '2026-03-01') };
    expect(first.holdOutSecret).toMatch(/^[0-9a-f]{64}$/);
    const second = { ...first, ...holdOutChange(first, 0.02, '2026-06-01') };
    expect(second.holdOutSecret).toBe(first.holdOutSecret);
    expect(['2026-02-28', '2026-03-01', '2026-06-01'].map((day) => shareOn(second, day))).toEqual([
      0, 0.05, 0.02,
    ]);
    expect(holdOutChange(second, 0.02, '2026-07-01')).toEqual({});
    expect(holdOutChange(second, 0, '2026-06-01').holdOuts).toHaveLength(2);
  });
});

describe('years of the hold-out', () => {
  it('count from its first day on, with the shares that held', () => {
    const holdOuts = [
      { from: '2025-03-01', share: 0.05 },
      { from: '2026-06-01', share: 0.02 },
    ];
    expect(periodsOf({ holdOuts }, '2026-11-20')).toEqual([
      { year: '2026', from: '2026-01-01', until: '2026-12-31', least: 0.02, most: 0.05 },
      { year: '2025', from: '2025-03-01', until: '2025-12-31', least: 0.05, most: 0.05 },
    ]);
  });

  it('leave out one in which it was given up, and those without it', () => {
    const holdOuts = [
      { from: '2025-03-01', share: 0.05 },
      { from: '2025-06-01', share: 0 },
      { from: '2026-02-01', share: 0.01 },
    ];
    expect(periodsOf({ holdOuts }, '2026-11-20').map(({ year, from }) => [year, from])).toEqual([
      ['2026', '2026-02-01'],
    ]);
    expect(periodsOf({ holdOuts: [] }, '2026-11-20')).toEqual([]);
  });
});
