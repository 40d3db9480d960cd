/**
 * Bundles of small columns that are counted or looked up jointly, by the combination of their values.
 *
 * Method: columns enter, larger ones first, the first bundle whose number of combinations stays within a limit
 * (first-fit decreasing: Johnson 1973, Near-optimal bin packing algorithms).
 */

/** Which columns make up each bundle. `sizes`: values of each column; one larger than `limit` stands alone. */
export function bundleColumns(sizes: readonly number[], limit: number): number[][] {
  const bundles: { columns: number[]; combinations: number }[] = [];
  for (const column of [...sizes.keys()].sort((a, b) => sizes[b]! - sizes[a]! || a - b)) {
    const size = sizes[column]!;
    const bundle = bundles.find(({ combinations }) => combinations * size <= limit);
    if (bundle === undefined) bundles.push({ columns: [column], combinations: size });
    else {
      bundle.columns.push(column);
      bundle.combinations *= size;
    }
  }
  return bundles.map(({ columns }) => columns);
}
