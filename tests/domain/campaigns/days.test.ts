import { describe, expect, it } from 'vitest';
import { addDays, daysBetween, isDay, today } from '../../../src/domain/campaigns/days.ts';

describe('a day of a campaign', () => {
  it('is the one where the organisation is', () => {
    const moment = new Date('2026-11-20T23:30:00Z');
    expect(today('Europe/Berlin', moment)).toBe('2026-11-21');
    expect(today('America/New_York', moment)).toBe('2026-11-20');
  });

  it('moves over the ends of months and the change of clocks', () => {
    expect(addDays('2026-02-27', 2)).toBe('2026-03-01');
    expect(addDays('2026-10-24', 2)).toBe('2026-10-26');
    expect(daysBetween('2026-03-01', '2026-06-01')).toBe(92);
  });

  it.each(['2026-02-30', '2026-13-01', '26-01-01', 'today', ''])('is not %j', (text) => {
    expect(isDay(text)).toBe(false);
  });
});
