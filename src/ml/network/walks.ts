/**
 * Log-odds along the walks of sampled Shapley values (../sampled-shap.ts), without computing every row anew.
 *
 * Method: the first layer is a sum with one part a column. Setting one feature of a row replaces one part,
 * so a step costs an addition a unit there; the other layers are computed as always. Figures differ from
 * those of infer.ts by rounding alone.
 */
import type { Walks } from '../explain/sampled-shap.ts';
import type { Table } from '../data/table.ts';
import { createSpaces, finishLayers } from './infer.ts';
import { createSlots, encodeRows, slotsOf, type Inputs } from './inputs.ts';
import type { FoldedLayer } from './passes.ts';

const BLOCK_ROWS = 256;

/** The networks' mean log-odds after each step of the walks that changes something; see sampledShap. */
export function walkMargins(
  inputs: Inputs,
  networks: readonly (readonly FoldedLayer[])[],
  walks: Walks,
): Float64Array {
  const count = countSteps(walks);
  const out = new Float64Array(count);
  for (const layers of networks) addMargins(inputs, layers, walks, out);
  return out.map((sum) => sum / networks.length);
}

function addMargins(inputs: Inputs, layers: readonly FoldedLayer[], walks: Walks, out: Float64Array): void {
  const { background, table, start, end, orders, differs } = walks;
  const { weights, shift } = layers[0]!;
  const width = shift.length;
  const featureCount = inputs.columns.length;
  const own = partsOf(inputs, weights, width, table, start, end);
  const other = partsOf(inputs, weights, width, background, 0, background.rowCount);
  const spaces = createSpaces([layers], BLOCK_ROWS)[0]!;
  const [first] = spaces as [Float64Array];
  const sums = new Float64Array(width);
  let filled = 0;
  let done = 0;
  const flush = (): void => {
    finishLayers(layers, spaces, filled);
    const margins = spaces.at(-1)!;
    for (let i = 0; i < filled; i++) out[done + i]! += margins[i]!;
    done += filled;
    filled = 0;
  };
  for (let row = 0; row < end - start; row++)
    for (let o = 0; o < orders.length; o++) {
      const b = o >> 1;
      const differsAt = (row * background.rowCount + b) * featureCount;
      sums.set(shift);
      addParts(sums, other, b * featureCount, featureCount);
      for (let step = 0; step + 1 < featureCount; step++) {
        const feature = orders[o]![step]!;
        if (differs[differsAt + feature] === 0) continue;
        const ownAt = (row * featureCount + feature) * width;
        const otherAt = (b * featureCount + feature) * width;
        const at = filled * width;
        for (let j = 0; j < width; j++) {
          const sum = sums[j]! + own[ownAt + j]! - other[otherAt + j]!;
          sums[j] = sum;
          first[at + j] = sum;
        }
        if (++filled === BLOCK_ROWS) flush();
      }
    }
  flush();
}

function countSteps({ background, start, end, orders, differs }: Walks): number {
  const featureCount = orders[0]!.length;
  let count = 0;
  for (let row = 0; row < end - start; row++)
    for (let o = 0; o < orders.length; o++) {
      const differsAt = (row * background.rowCount + (o >> 1)) * featureCount;
      for (let step = 0; step + 1 < featureCount; step++) count += differs[differsAt + orders[o]![step]!]!;
    }
  return count;
}

/** Each column's part of the first layer: rows × columns × width. */
function partsOf(
  inputs: Inputs,
  weights: Float64Array,
  width: number,
  table: Table,
  start: number,
  end: number,
): Float64Array {
  const { columns, slotCount } = inputs;
  const n = end - start;
  const slots = createSlots(inputs, n);
  const rows = new Int32Array(n).map((_, i) => start + i);
  encodeRows(inputs, table, rows, 0, n, slots);
  const parts = new Float64Array(n * columns.length * width);
  const columnOf = columns.flatMap(({ kind }, c) => new Array<number>(slotsOf(kind)).fill(c));
  for (let row = 0; row < n; row++)
    for (let s = 0; s < slotCount; s++) {
      const value = slots.values[row * slotCount + s]!;
      const from = slots.indices[row * slotCount + s]! * width;
      const to = (row * columns.length + columnOf[s]!) * width;
      for (let j = 0; j < width; j++) parts[to + j]! += value * weights[from + j]!;
    }
  return parts;
}

/** Adds the parts `firstPart` to `firstPart + count − 1`. */
function addParts(sums: Float64Array, parts: Float64Array, firstPart: number, count: number): void {
  const width = sums.length;
  for (let part = firstPart; part < firstPart + count; part++)
    for (let j = 0; j < width; j++) sums[j]! += parts[part * width + j]!;
}
