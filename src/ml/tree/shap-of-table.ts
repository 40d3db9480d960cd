/** SHAP values of every row of a table, summed over all trees; binned block by block to bound the memory. */
import type { Table } from '../data/table.ts';
import { binRows, type FeatureBins } from './bins.ts';
import type { Trees } from './predict.ts';
import { addShap, shapPlanOf } from './shap.ts';

const BLOCK_ROWS = 512;

/** In the unit of the leaf values, not divided by the number of trees. */
interface TreeContributions {
  readonly featureCount: number;
  /** What the contributions are added to. */
  readonly base: number;
  /** Row-major, `rowCount × featureCount`. */
  readonly contributions: Float64Array;
}

export function shapOfTable(
  model: { readonly bins: readonly FeatureBins[]; readonly trees: Trees },
  table: Table,
): TreeContributions {
  const featureCount = model.bins.length;
  const plan = shapPlanOf(model.trees);
  const contributions = new Float64Array(table.rowCount * featureCount);
  for (let start = 0; start < table.rowCount; start += BLOCK_ROWS) {
    const end = Math.min(start + BLOCK_ROWS, table.rowCount);
    const block = contributions.subarray(start * featureCount, end * featureCount);
    addShap(plan, binRows(model.bins, table, start, end), block);
  }
  return { featureCount, base: plan.base, contributions };
}
