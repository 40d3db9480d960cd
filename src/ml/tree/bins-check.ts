/** Are bins that were read from a file those of a feature? */
import { isNumeric } from '../data/row-reader.ts';
import type { Feature } from '../data/schema.ts';
import { isCount, isPlain } from '../model/shape.ts';

export function isBins(bins: unknown, feature: Feature): boolean {
  if (!isPlain(bins) || bins['name'] !== feature.name) return false;
  if (isNumeric(feature)) {
    const { kind, edges } = bins;
    return kind === 'number' && edges instanceof Float64Array && edges.length < 255 && isAscending(edges);
  }
  const { kind, binOfLevel, valueBins } = bins;
  return (
    kind === 'category' &&
    binOfLevel instanceof Uint8Array &&
    binOfLevel.length === feature.levels.length &&
    isCount(valueBins) &&
    valueBins <= 255 &&
    binOfLevel.every((bin) => bin <= valueBins)
  );
}

function isAscending(values: Float64Array): boolean {
  return values.every((value, i) => i === 0 || value > values[i - 1]!);
}
