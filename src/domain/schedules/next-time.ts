/** The clock of schedules: a time of day where the organisation is. */
import type { Schedule } from '../../store/schedule-terms.ts';
import { addDays, timeAt, today } from '../campaigns/days.ts';

const daysOfWeek = 7;
/** Days between the first Mondays of two months are at most 35; one more where today's time is over. */
const longestGap = 36;

/** The first time of the schedule after `from`, both in milliseconds since 1970; null: it never repeats. */
export function nextTime(
  { repeats, weekday, atTime }: Schedule,
  from: number,
  timeZone: string,
): number | null {
  if (repeats === 'never') return null;
  const first = today(timeZone, from);
  for (let ahead = 0; ahead <= longestGap; ahead++) {
    const day = addDays(first, ahead);
    if (repeats !== 'daily' && weekdayOf(day) !== weekday) continue;
    if (repeats === 'monthly' && dayOfMonth(day) > daysOfWeek) continue;
    const time = timeAt(day, atTime, timeZone);
    if (time > from) return time;
  }
  return null;
}

/** 1 is Monday. */
function weekdayOf(day: string): number {
  return new Date(day).getUTCDay() || daysOfWeek;
}

function dayOfMonth(day: string): number {
  return new Date(day).getUTCDate();
}
