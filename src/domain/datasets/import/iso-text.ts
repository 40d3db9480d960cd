/** `2026-11-20`, or `2026-11-20 10:30:00` when the time is not midnight; '' when there is no such date. */
export function isoText(date: Date): string {
  if (Number.isNaN(date.getTime())) return '';
  const iso = date.toISOString();
  return iso.endsWith('T00:00:00.000Z') ? iso.slice(0, 10) : iso.slice(0, 19).replace('T', ' ');
}
