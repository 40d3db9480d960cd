import { createRandom } from '../../../src/ml/math/random.ts';
import {
  addRoot,
  addSplit,
  createTreeWriter,
  finishTrees,
  type Trees,
} from '../../../src/ml/tree/predict.ts';
import { MISSING, UNSEEN, type Column, type Table } from '../../../src/ml/data/table.ts';

/** Number and category columns in turn, a tenth of the cells missing, and labels that depend on them. */
export function sampleData(
  rowCount: number,
  columnCount: number,
  seed: number,
): { table: Table; target: Uint8Array } {
  const random = createRandom(seed);
  const score = new Float64Array(rowCount);
  const columns = Array.from({ length: columnCount }, (_, j): Column => {
    const cells = Float64Array.from({ length: rowCount }, () => random.next());
    for (let i = 0; i < rowCount; i++) score[i]! += (cells[i]! - 0.5) * (j + 1) * (j % 3 === 0 ? -1 : 1);
    const blank = (): boolean => random.next() < 0.1;
    if (j % 2 === 0)
      return numberColumn(
        `n${j}`,
        cells.map((cell) => (blank() ? NaN : Math.round(cell * 40))),
      );
    return categoryColumn(
      `c${j}`,
      ['a', 'b', 'c', 'd', 'e'],
      Array.from(cells, (cell) => (blank() ? MISSING : Math.floor(cell * 5))),
    );
  });
  const target = Uint8Array.from(score, (s) => (s + random.normal() > 0.3 ? 1 : 0));
  return { table: { rowCount, columns }, target };
}

export function numberColumn(name: string, values: ArrayLike<number>): Column {
  return { kind: 'number', name, values: Float64Array.from(values) };
}

export function categoryColumn(name: string, levels: readonly string[], codes: readonly number[]): Column {
  return { kind: 'category', name, levels, codes: Int32Array.from(codes) };
}

/** The table with every category of every third row unseen and every number of every fifth one of `extremes`. */
export function spoil(table: Table, extremes: readonly number[] = [1e300, -Infinity, NaN]): Table {
  return {
    rowCount: table.rowCount,
    columns: table.columns.map((column) =>
      column.kind === 'number'
        ? numberColumn(
            column.name,
            column.values.map((v, i) => (i % 5 === 0 ? extremes[i % extremes.length]! : v)),
          )
        : categoryColumn(
            column.name,
            column.levels,
            Array.from(column.codes, (c, i) => (i % 3 === 0 ? UNSEEN : c)),
          ),
    ),
  };
}

export function labelsOf(text: string): Uint8Array {
  return Uint8Array.from(text, (digit) => Number(digit));
}

/** A tree with one split of each feature, each below the one before. */
export function chain(featureCount: number): Trees {
  const writer = createTreeWriter();
  let node = addRoot(writer);
  for (let feature = 0; feature < featureCount; feature++) {
    const left = addSplit(writer, node, { feature, low: 0, high: 2, set: null });
    writer.cover[node] = 2 ** (featureCount - feature);
    writer.cover[left] = writer.cover[left + 1] = writer.cover[node]! / 2;
    writer.value[left] = feature + 1;
    node = left + 1;
  }
  writer.value[node] = -1;
  return finishTrees(writer, featureCount);
}
