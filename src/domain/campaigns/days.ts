/** Days of campaigns, as texts such as `2026-11-20`: they compare as they follow one another. */

const dayMs = 86_400_000;

/** The day that it is where the organisation is; `now`: by the clock of the database. */
export function today(timeZone: string, now: Date | number): string {
  const parts = new Intl.DateTimeFormat('en-CA', {
    timeZone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
  });
  return parts.format(now);
}

export function addDays(day: string, days: number): string {
  return new Date(Date.parse(day) + days * dayMs).toISOString().slice(0, 10);
}

export function daysBetween(from: string, to: string): number {
  return Math.round((Date.parse(to) - Date.parse(from)) / dayMs);
}

/** Whether the text is a day of the calendar. */
export function isDay(text: string): boolean {
  if (!/^\d{4}-\d\d-\d\d$/.test(text)) return false;
  const time = Date.parse(text);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
}

/**
 * A time of day such as `08:30` where the organisation is, in milliseconds since 1970. Of a time that comes twice the first; one
 * that a change of the clock leaves out is as much later.
 */
export function timeAt(day: string, atTime: string, timeZone: string): number {
  const wallTime = Date.parse(`${day}T${atTime}:00Z`);
  const before = offsetAt(wallTime - dayMs, timeZone);
  const after = offsetAt(wallTime + dayMs, timeZone);
  const isAfter =
    offsetAt(wallTime - before, timeZone) !== before && offsetAt(wallTime - after, timeZone) === after;
  return wallTime - (isAfter ? after : before);
}

/** When a day begins where the organisation is, as times are stored. */
export function startOfDay(day: string, timeZone: string): string {
  return new Date(timeAt(day, '00:00', timeZone)).toISOString();
}

/** How far local time is ahead of UTC, in milliseconds. */
function offsetAt(time: number, timeZone: string): number {
  const parts = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    ...{ year: 'numeric', month: 'numeric', day: 'numeric' },
    ...{ hour: 'numeric', minute: 'numeric', hourCycle: 'h23' },
  }).formatToParts(time);
  const value = (type: string): number => Number(parts.find((part) => part.type === type)?.value);
  const local = Date.UTC(value('year'), value('month') - 1, value('day'), value('hour'), value('minute'));
  return local - Math.floor(time / 60_000) * 60_000;
}
