/**
 * Trained networks at work: log-odds for the rows of a table.
 * Every row is computed on its own in a fixed order of additions, so it has the same bits in any table.
 */
import type { Table } from '../table.ts';
import { checkColumns, createSlots, encodeRows, type Inputs, type Slots } from './inputs.ts';
import { addShift, rectify } from './layers.ts';
import { multiply, plain } from './matrix.ts';
import type { FoldedLayer } from './passes.ts';
import { sparseForward } from './sparse-layer.ts';

const BLOCK_ROWS = 256;

/** The networks' mean log-odds of `rows`, indices into the table. */
export function meanMargins(
  inputs: Inputs,
  networks: readonly (readonly FoldedLayer[])[],
  table: Table,
  rows: Int32Array,
): Float64Array {
  checkColumns(inputs, table);
  const out = new Float64Array(rows.length);
  const blockRows = Math.min(BLOCK_ROWS, rows.length);
  const slots = createSlots(inputs, blockRows);
  const spaces = networks.map((layers) =>
    layers.map((layer) => new Float64Array(blockRows * layer.shift.length)),
  );
  for (let start = 0; start < rows.length; start += BLOCK_ROWS) {
    const end = Math.min(start + BLOCK_ROWS, rows.length);
    encodeRows(inputs, table, rows, start, end, slots);
    networks.forEach((layers, k) => {
      runLayers(inputs, layers, slots, spaces[k]!, end - start);
      const margins = spaces[k]!.at(-1)!;
      for (let i = 0; i < end - start; i++) out[start + i]! += margins[i]!;
    });
  }
  for (let i = 0; i < out.length; i++) out[i]! /= networks.length;
  return out;
}

/** Fills the space of each layer for the first `n` rows of the slots. */
function runLayers(
  inputs: Inputs,
  layers: readonly FoldedLayer[],
  slots: Slots,
  spaces: readonly Float64Array[],
  n: number,
): void {
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
}
