/**
 * A trained network at work: log-odds for the rows of a table.
 * Every row is computed on its own in a fixed order of additions, so it has the same bits in any table.
 */
import type { Table } from '../table.ts';
import { checkColumns, createSlots, encodeRows, type Inputs } from './inputs.ts';
import { addShift, rectify, sparseForward } from './layers.ts';
import { multiply, plain } from './matrix.ts';
import type { FoldedLayer } from './passes.ts';

const BLOCK_ROWS = 256;

/** Writes the log-odds of `rows` (indices into the table) to `out`. */
export function inferMargins(
  inputs: Inputs,
  layers: readonly FoldedLayer[],
  table: Table,
  rows: Int32Array,
  out: Float64Array,
): void {
  checkColumns(inputs, table);
  const slots = createSlots(inputs, BLOCK_ROWS);
  const spaces = layers.map((layer) => new Float64Array(BLOCK_ROWS * layer.shift.length));
  for (let start = 0; start < rows.length; start += BLOCK_ROWS) {
    const end = Math.min(start + BLOCK_ROWS, rows.length);
    const n = end - start;
    encodeRows(inputs, table, rows, start, end, slots);
    layers.forEach((layer, l) => {
      const width = layer.shift.length;
      const space = spaces[l]!;
      if (l === 0) sparseForward(space, slots, inputs.slotCount, layer.weights, n, width);
      else {
        const inner = layers[l - 1]!.shift.length;
        multiply(space, plain(spaces[l - 1]!, inner), plain(layer.weights, width), n, inner, width);
      }
      addShift(space, layer.shift, n);
      if (l + 1 < layers.length) rectify(space, n * width);
    });
    out.set(spaces.at(-1)!.subarray(0, n), start);
  }
}
