/** A model of another program, read and checked, before its inputs are matched with the columns of a dataset. */
import { AppError } from '../../errors.ts';

export interface OutsideModel {
  /** Its program and version, such as 'XGBoost 3.0.2'. */
  readonly origin: string;
  /** Names of its inputs, as it was trained with them. */
  readonly inputs: readonly string[];
  /** Their values are added to `baseMargin`, and give log-odds. */
  readonly trees: readonly OutsideTree[];
  readonly baseMargin: number;
}

/** Nodes of a tree, of which 0 is the root. Each has one parent, but the root none. */
export interface OutsideTree {
  /** Input that a node splits on; −1 in a leaf. */
  readonly input: Int32Array;
  /** Values below it go left. */
  readonly edge: Float64Array;
  readonly missingGoesLeft: Uint8Array;
  readonly left: Int32Array;
  readonly right: Int32Array;
  /** Of leaves. */
  readonly value: Float64Array;
  /** Weight of the rows that reached the node in training, > 0. */
  readonly cover: Float64Array;
}

/** The file cannot be imported: what is wrong, and what to do. */
export function unusable(message: string): AppError {
  return new AppError(422, 'unusable-model', message);
}

/**
 * The least double that is at least `edge` once it is rounded to single precision: a program that compares floats sends
 * doubles below it left.
 */
export function edgeOfFloats(edge: number): number {
  const middle = (edge + floatBelow(edge)) / 2;
  // A number in the middle is rounded to the float with an even last bit.
  return Math.fround(middle) === edge ? middle : doubleAbove(middle);
}

/** The next float below a finite one. */
function floatBelow(value: number): number {
  const float = new Float32Array([value]);
  const bits = new Int32Array(float.buffer);
  // Below zero the bits grow with the size; below 0 comes the negative number of the least size.
  if (value > 0) bits[0]!--;
  else if (value < 0) bits[0]!++;
  else bits[0] = -0x7fffffff;
  return float[0]!;
}

function doubleAbove(value: number): number {
  const double = new Float64Array([value]);
  const bits = new BigInt64Array(double.buffer);
  if (value === 0) return Number.MIN_VALUE;
  bits[0]! += value > 0 ? 1n : -1n;
  return double[0]!;
}
