/** Numbers that a model computes from single cells, as its trees compare them or its sum adds them. */

/** A number, NaN where it is missing; or text, empty where it is missing. */
export type Cell = number | string;
/** What a program does with a number that it keeps in single precision; `exactly` to see it as it was meant. */
export type Round = (value: number) => number;
export const exactly: Round = (value) => value;

export interface Curve {
  /** Place of the input among those of the model. */
  readonly input: number;
  readonly at: (cell: Cell, round: Round) => number;
  /** Numbers where its direction or slope changes, ascending; between them it is straight, or at least monotone. */
  readonly bends: readonly number[];
}

/** Numbers beyond it are not told apart: sums of them stay finite. */
export const FAR = 1e300;

/** Of an input of numbers: the number itself, rounded where the program takes floats. */
export function inputCurve(input: number, isFloat: boolean): Curve {
  return { input, at: (cell, round) => (isFloat ? round(Number(cell)) : Number(cell)), bends: [] };
}

/**
 * Where a condition on a number changes, ascending: the least numbers at which it is as it is above them. It changes at most
 * once between two bends.
 */
export function turnsOf(condition: (value: number) => boolean, bends: readonly number[]): number[] {
  const points = [-FAR, ...bends.filter((bend) => Math.abs(bend) < FAR), FAR];
  const turns: number[] = [];
  for (let i = 1; i < points.length; i++) {
    const above = condition(points[i]!);
    if (condition(points[i - 1]!) !== above)
      turns.push(firstFrom(points[i - 1]!, points[i]!, condition, above));
  }
  return turns;
}

/** The least number above `low`, and at most `high`, at which the condition is `above`. */
function firstFrom(low: number, high: number, condition: (value: number) => boolean, above: boolean): number {
  let [below, found] = [orderOf(low), orderOf(high)];
  while (found - below > 1n) {
    const middle = (below + found) >> 1n;
    if (condition(atOrder(middle)) === above) found = middle;
    else below = middle;
  }
  return atOrder(found);
}

const double = new Float64Array(1);
const bits = new BigInt64Array(double.buffer);
const LEAST = -(2n ** 63n);

/** Doubles in their order as whole numbers, without gaps. */
function orderOf(value: number): bigint {
  double[0] = value;
  // Below zero the bits grow with the size.
  return bits[0]! >= 0n ? bits[0]! : LEAST - bits[0]!;
}

function atOrder(order: bigint): number {
  bits[0] = order >= 0n ? order : LEAST - order;
  return double[0]!;
}
