/** Covers of trees that came without them: the weight that rows of a table give each node. Reasons start from them. */
import { takeRows, type Table } from '../data/table.ts';
import { binRows, type FeatureBins } from './bins.ts';
import { leafOf, type Trees } from './predict.ts';

/** More say the same. */
const mostRows = 20_000;
/** Of a leaf that no row reaches: a cover is above 0. */
const leastCover = 1e-6;

export function withCovers(bins: readonly FeatureBins[], trees: Trees, table: Table): Trees {
  const sample = evenlySpaced(table);
  const rows = binRows(bins, sample, 0, sample.rowCount);
  const cover = new Float64Array(trees.feature.length);
  for (let tree = 0; tree + 1 < trees.roots.length; tree++)
    for (let row = 0; row < sample.rowCount; row++)
      cover[leafOf(trees, trees.roots[tree]!, rows, row * bins.length)]!++;
  // Children stand behind their parent.
  for (let node = cover.length - 1; node >= 0; node--) {
    const left = trees.left[node]!;
    cover[node] =
      trees.feature[node]! < 0 ? Math.max(cover[node]!, leastCover) : cover[left]! + cover[left + 1]!;
  }
  return { ...trees, cover };
}

function evenlySpaced(table: Table): Table {
  const step = Math.ceil(table.rowCount / mostRows);
  if (step <= 1) return table;
  return takeRows(
    table,
    Int32Array.from({ length: Math.floor(table.rowCount / step) }, (_, i) => i * step),
  );
}
