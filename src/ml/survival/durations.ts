/** How long customers stayed, and whether they left or are still there: what every method of this folder works on. */

export interface Durations {
  /** Time that each customer was followed, 0 or more, in one unit throughout (days or months). */
  readonly times: Float64Array;
  /** 1: left after that time; 0: was still there, so that nothing is known of later (censored). */
  readonly left: Uint8Array;
}

/** Counts by group and time, `groupCount` × `times.length`, row-major. */
export interface TimeCounts {
  /** Every different time, ascending. */
  readonly times: Float64Array;
  readonly groupCount: number;
  readonly left: Float64Array;
  /** Followed at least as long: those who can leave at that time. */
  readonly atRisk: Float64Array;
}

/** `groups`: of each customer, from 0 to `groupCount` − 1; below 0 is in none. Absent: one group. */
export function countTimes(
  { times, left }: Durations,
  groups: Int32Array | null = null,
  groupCount = 1,
): TimeCounts {
  checkDurations(times, left);
  const distinct = distinctOf(times);
  const counts = {
    times: distinct,
    groupCount,
    left: new Float64Array(groupCount * distinct.length),
    atRisk: new Float64Array(groupCount * distinct.length),
  };
  for (let i = 0; i < times.length; i++) {
    const group = groups === null ? 0 : groups[i]!;
    if (group < 0) continue;
    const place = group * distinct.length + placeOf(distinct, times[i]!);
    counts.atRisk[place]!++;
    counts.left[place]! += left[i]!;
  }
  for (let group = 0; group < groupCount; group++)
    for (let k = distinct.length - 2; k >= 0; k--) {
      const place = group * distinct.length + k;
      counts.atRisk[place]! += counts.atRisk[place + 1]!;
    }
  return counts;
}

/** The first place in ascending `sorted` whose value is at least `value`; the length where there is none. */
export function placeOf(sorted: Float64Array, value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

function distinctOf(times: Float64Array): Float64Array {
  const sorted = times.slice().sort();
  return sorted.filter((time, i) => i === 0 || time !== sorted[i - 1]);
}

function checkDurations(times: Float64Array, left: Uint8Array): void {
  if (left.length !== times.length)
    throw new RangeError(`left must have ${times.length} entries, one a customer, found ${left.length}`);
  for (const time of times)
    if (!(time >= 0 && time < Infinity)) throw new RangeError(`times must be 0 or more, found ${time}`);
}
