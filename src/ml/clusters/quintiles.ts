/** Fifths of a number, as RFM scores have them: by value, so that equal values have equal scores. */

/** The 20 %, 40 %, 60 % and 80 % quantiles of the known values, ascending, interpolated. @throws RangeError without any */
export function quintileEdges(values: Float64Array): number[] {
  const sorted = values.filter((value) => !Number.isNaN(value)).sort();
  if (sorted.length === 0) throw new RangeError('there are no values to divide into fifths');
  return [0.2, 0.4, 0.6, 0.8].map((share) => {
    const place = share * (sorted.length - 1);
    const below = sorted[Math.floor(place)]!;
    return below + (place - Math.floor(place)) * (sorted[Math.ceil(place)]! - below);
  });
}
