import { describe, expect, it } from 'vitest';
import { nextTime } from '../../../src/domain/schedules/next-time.ts';
import type { Schedule } from '../../../src/store/schedule-terms.ts';

const daily = { repeats: 'daily', weekday: 1, atTime: '06:30', timeZone: 'UTC' } as const;
type Options = Partial<Schedule & { readonly timeZone: string }>;

const next = (from: string, change: Options = {}): string => {
  const { timeZone, ...schedule } = { ...daily, ...change };
  return new Date(nextTime(schedule, Date.parse(from), timeZone) ?? NaN).toISOString();
};

describe('the next time of a schedule', () => {
  it('is today while it is to come, and otherwise tomorrow', () => {
    expect(next('2026-11-22T05:00:00Z')).toBe('2026-11-22T06:30:00.000Z');
    expect(next('2026-11-22T06:30:00Z')).toBe('2026-11-23T06:30:00.000Z');
  });

  it('is on its day of the week', () => {
    const weekly = { repeats: 'weekly', weekday: 7 } as const;
    expect(next('2026-11-22T05:00:00Z', weekly)).toBe('2026-11-22T06:30:00.000Z'); // a Sunday
    expect(next('2026-11-22T07:00:00Z', weekly)).toBe('2026-11-29T06:30:00.000Z');
  });

  it('is on the first of its days of the week in a month', () => {
    const monthly = { repeats: 'monthly', weekday: 1 } as const;
    expect(next('2026-11-22T05:00:00Z', monthly)).toBe('2026-12-07T06:30:00.000Z');
    expect(next('2026-06-01T05:00:00Z', monthly)).toBe('2026-06-01T06:30:00.000Z');
    expect(next('2026-06-01T07:00:00Z', monthly)).toBe('2026-07-06T06:30:00.000Z');
  });

  it('is a time of the clock where the organisation is', () => {
    expect(next('2026-11-22T05:00:00Z', { timeZone: 'Europe/Berlin' })).toBe('2026-11-22T05:30:00.000Z');
    expect(next('2026-06-22T05:00:00Z', { timeZone: 'Europe/Berlin' })).toBe('2026-06-23T04:30:00.000Z');
    // It is Monday there already.
    expect(next('2026-11-22T20:00:00Z', { repeats: 'weekly', timeZone: 'Asia/Tokyo' })).toBe(
      '2026-11-22T21:30:00.000Z',
    );
    expect(next('2026-11-22T20:00:00Z', { timeZone: 'Asia/Kolkata' })).toBe('2026-11-23T01:00:00.000Z');
  });

  it('comes once a day when clocks are changed', () => {
    const berlin = { timeZone: 'Europe/Berlin', atTime: '02:30' };
    // 02:30 is left out on 29 March 2026, and comes twice on 25 October.
    expect(next('2026-03-28T12:00:00Z', berlin)).toBe('2026-03-29T01:30:00.000Z');
    expect(next('2026-03-29T01:30:00Z', berlin)).toBe('2026-03-30T00:30:00.000Z');
    expect(next('2026-10-24T12:00:00Z', berlin)).toBe('2026-10-25T00:30:00.000Z');
    expect(next('2026-10-25T00:30:00Z', berlin)).toBe('2026-10-26T01:30:00.000Z');
  });

  it('does not come where nothing repeats', () => {
    expect(nextTime({ repeats: 'never', weekday: 1, atTime: '06:30' }, 0, 'UTC')).toBeNull();
  });
});
