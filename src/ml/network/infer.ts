/**
 * Trained networks at work: log-odds for the rows of a table.
 * Every row is computed on its own in a fixed order of additions, so it has the same bits in any table.
 */
import type { Table } from '../data/table.ts';
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
  const spaces = createSpaces(networks, blockRows);
  for (let start = 0; start < rows.length; start += BLOCK_ROWS) {
    const end = Math.min(start + BLOCK_ROWS, rows.length);
    encodeRows(inputs, table, rows, start, end, slots);
    networks.forEach((layers, k) => {
      runLayers(layers, slots, inputs.slotCount, spaces[k]!, end - start);
      const margins = spaces[k]!.at(-1)!;
      for (let i = 0; i < end - start; i++) out[start + i]! += margins[i]!;
    });
  }
  for (let i = 0; i < out.length; i++) out[i]! /= networks.length;
  return out;
}

/** From the first `n` rows of `slots` to the log-odds in the last layer's space. `slotCount`: pairs of a row. */
export function runLayers(
  layers: readonly FoldedLayer[],
  slots: Slots,
  slotCount: number,
  spaces: readonly Float64Array[],
  n: number,
): void {
  const { weights, shift } = layers[0]!;
  sparseForward(spaces[0]!, slots, slotCount, weights, n, shift.length);
  addShift(spaces[0]!, shift, n);
  finishLayers(layers, spaces, n);
}

/** From the first layer's affine values in its space to the log-odds in the last one's, for `n` rows. */
export function finishLayers(
  layers: readonly FoldedLayer[],
  spaces: readonly Float64Array[],
  n: number,
): void {
  for (let l = 1; l < layers.length; l++) {
    const { weights, shift } = layers[l]!;
    const inner = layers[l - 1]!.shift.length;
    rectify(spaces[l - 1]!, n * inner);
    multiply(spaces[l]!, plain(spaces[l - 1]!, inner), plain(weights, shift.length), n, inner, shift.length);
    addShift(spaces[l]!, shift, n);
  }
}

/** Room for `rows` rows in each layer of each network. */
export function createSpaces(networks: readonly (readonly FoldedLayer[])[], rows: number): Float64Array[][] {
  return networks.map((layers) => layers.map((layer) => new Float64Array(rows * layer.shift.length)));
}
