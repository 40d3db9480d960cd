/** The loss of rows set aside, as a network stands after an epoch. */
import { createSpaces, runLayers } from './infer.ts';
import { createSlots, type Slots } from './inputs.ts';
import { meanLoss } from './losses.ts';
import { packWeights, takePairs, type PackedRows, type Packing } from './packing.ts';
import type { FoldedLayer } from './passes.ts';

/** The rows set aside, one after the other. */
export interface Validation {
  readonly packing: Packing;
  readonly slots: Slots;
  readonly slotCount: number;
  readonly target: Uint8Array;
  readonly weights: Float64Array;
}

const BLOCK_ROWS = 256;

/** `target` and `weights`: of all rows; `rows`: those set aside. */
export function takeValidation(
  packed: PackedRows,
  target: Uint8Array,
  weights: Float64Array,
  rows: Int32Array,
): Validation {
  const { packing, slotCount } = packed;
  const slots = createSlots(packed, rows.length);
  takePairs(packed, rows, slots);
  return {
    packing,
    slots,
    slotCount,
    target: Uint8Array.from(rows, (row) => target[row]!),
    weights: Float64Array.from(rows, (row) => weights[row]!),
  };
}

/** The mean loss of at least one row. `focus`: exponent of the focal loss. */
export function validationLoss(
  validation: Validation,
  layers: readonly FoldedLayer[],
  focus: number,
): number {
  const { slots, slotCount, target, weights } = validation;
  const packed = packFirst(validation.packing, layers);
  const spaces = createSpaces([packed], BLOCK_ROWS)[0]!;
  const margins = new Float64Array(target.length);
  for (let start = 0; start < target.length; start += BLOCK_ROWS) {
    const n = Math.min(BLOCK_ROWS, target.length - start);
    const indices = slots.indices.subarray(start * slotCount, (start + n) * slotCount);
    const values = slots.values.subarray(start * slotCount, (start + n) * slotCount);
    runLayers(packed, { indices, values }, slotCount, spaces, n);
    margins.set(spaces.at(-1)!.subarray(0, n), start);
  }
  return meanLoss(margins, target, weights, target.length, focus, new Float64Array(target.length));
}

/** The layers for rows of packed inputs. */
function packFirst(packing: Packing, [first, ...others]: readonly FoldedLayer[]): FoldedLayer[] {
  const { weights, shift } = first!;
  const packed = new Float64Array(packing.count * shift.length);
  packWeights(packed, packing, weights, shift.length);
  return [{ weights: packed, shift }, ...others];
}
