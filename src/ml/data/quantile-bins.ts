/**
 * Bins of about as many rows each, for tables and charts. A number with few distinct values has a bin for each of them;
 * otherwise frequent values have a bin of their own. A bin is named by the least and the greatest value in it, so that
 * whole numbers stay whole and no value between two bins is claimed.
 */
import { binColumns, binCount, fitBins, NO_VALUE_BIN } from '../tree/bins.ts';

export interface QuantileBins {
  /** Ascending, least and greatest value of each. */
  readonly spans: readonly { readonly from: number; readonly to: number }[];
  /** One a row: the place in `spans`, or `spans.length` where there is no value. */
  readonly binOf: Int32Array;
}

/** A number of so many values is a list of levels. */
const fewValues = 8;

export function quantileBins(values: Float64Array, bins: number): QuantileBins {
  const table = { rowCount: values.length, columns: [{ kind: 'number', name: '', values }] } as const;
  const fitted = fitBins(table, hasAtMost(values, fewValues) ? Math.max(fewValues, bins) : bins);
  const missing = binCount(fitted[0]!) - 1;
  const from = new Float64Array(missing).fill(Infinity);
  const to = new Float64Array(missing).fill(-Infinity);
  const binOf = Int32Array.from(binColumns(fitted, table)[0]!, (bin, row) => {
    if (bin === NO_VALUE_BIN) return missing;
    from[bin - 1] = Math.min(from[bin - 1]!, values[row]!);
    to[bin - 1] = Math.max(to[bin - 1]!, values[row]!);
    return bin - 1;
  });
  return { spans: Array.from(from, (least, bin) => ({ from: least, to: to[bin]! })), binOf };
}

function hasAtMost(values: Float64Array, most: number): boolean {
  const seen = new Set<number>();
  for (const value of values) {
    if (!Number.isNaN(value)) seen.add(value);
    if (seen.size > most) return false;
  }
  return true;
}
