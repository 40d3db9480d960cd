/**
 * A sum of curves of another program as a logistic regression of Holdfast: a coefficient for each level, a broken line for each
 * number. What the average customer is comes from the dataset.
 */
import type { Feature } from '../../ml/data/schema.ts';
import { MISSING, type Table } from '../../ml/data/table.ts';
import { basisValue, designWithKnots, type CategoryBlock, type NumberBlock } from '../../ml/linear/design.ts';
import type { LogisticModel } from '../../ml/linear/logistic.ts';
import { exactly } from './curve.ts';
import type { InputColumn, MatchedInputs } from './inputs.ts';
import { unusable, type OutsideCurves } from './outside-model.ts';

const mostKnots = 1_000;
/** Of the size of a curve: differences of doubles that were added in another order. */
const roundingError = 1e-9;

type Curve = (value: number) => number;
/** What a block of the design has: coefficients, and what the sum is where all its columns are 0. */
interface Part {
  readonly coefficients: readonly number[];
  readonly intercept: number;
}

/** `table`: rows of the features. @throws AppError 422 where a curve is no broken line */
export function toLogistic(sum: OutsideCurves, inputs: MatchedInputs, table: Table): LogisticModel {
  const own = inputs.features.map((feature, j) => curveOf(sum, inputs, feature, j));
  const design = designWithKnots(
    table,
    own.map(({ knots }) => knots),
  );
  const parts = design.blocks.map((block, j) => {
    const { name } = inputs.features[j]!;
    const means = design.columnMeans.subarray(block.offset, block.offset + block.width);
    return block.kind === 'number'
      ? numberPart(block, own[j]!.at, name)
      : levelPart(block, own[j]!.at, name, means);
  });
  return {
    design,
    intercept: parts.reduce((intercept, part) => intercept + part.intercept, sum.constant),
    coefficients: Float64Array.from(parts.flatMap(({ coefficients }) => coefficients)),
  };
}

/** All that a feature adds to the sum: by its number, or by the code of its level. */
function curveOf({ curves }: OutsideCurves, { byInput }: MatchedInputs, { name }: Feature, feature: number) {
  const own = curves.flatMap((curve) => {
    const column = byInput.get(curve.input)!;
    return column.feature === feature ? [{ ...curve, cellOf: cellOf(column) }] : [];
  });
  const knots = Float64Array.from(new Set(own.flatMap(({ bends }) => bends))).sort();
  if (knots.length > mostKnots)
    throw unusable(`The line of ${name} has ${knots.length} bends; at most ${mostKnots} can be imported.`);
  const at: Curve = (value) => own.reduce((sum, curve) => sum + curve.at(curve.cellOf(value), exactly), 0);
  return { at, knots };
}

function cellOf({ ofCode }: InputColumn) {
  return ofCode ?? ((value: number) => value);
}

function numberPart(block: NumberBlock, at: Curve, name: string): Part {
  const { knots, means, scales } = block;
  const outer = Math.max(1, ...scales);
  const first = knots[0] ?? means[0]!;
  const ends = [first - outer, ...knots, (knots.at(-1) ?? first) + outer];
  const slopes = ends.slice(1).map((end, k) => (at(end) - at(ends[k]!)) / (end - ends[k]!));
  checkLine(at, ends, name);
  const coefficients = slopes.map((slope, k) => (k === 0 ? slope : slope - slopes[k - 1]!) * scales[k]!);
  const standardised = (k: number) => (basisValue(first, k, knots) - means[k]!) / scales[k]!;
  const intercept = coefficients.reduce((sum, beta, k) => sum - beta * standardised(k), at(first));
  const missing = at(NaN);
  // A program without a number for missing ones: the average customer.
  return { coefficients: [...coefficients, Number.isNaN(missing) ? 0 : missing - intercept], intercept };
}

/** Straight between its ends, and without steps. */
function checkLine(at: Curve, ends: readonly number[], name: string): void {
  const isSound = ends.slice(1).every((end, k) => {
    const from = ends[k]!;
    return [0.3, 0.9, 1 - 1e-9].every((share) => {
      const expected = at(from) + share * (at(end) - at(from));
      const found = at(from + share * (end - from));
      const size = Math.abs(at(from)) + Math.abs(at(end)) + 1;
      return Math.abs(found - expected) <= roundingError * 100 * size;
    });
  });
  if (!isSound)
    throw unusable(`What ${name} adds to the sum of the model is no line, not even a broken one.`);
}

function levelPart({ levelCount }: CategoryBlock, at: Curve, name: string, means: Float64Array): Part {
  const coefficients = Array.from({ length: levelCount }, (_, code) => at(code));
  if (!coefficients.every(Number.isFinite)) throw unusable(`The model has no number for a level of ${name}.`);
  const missing = at(MISSING);
  return {
    coefficients: [...coefficients, Number.isNaN(missing) ? meanOf(coefficients, means) : missing],
    intercept: 0,
  };
}

function meanOf(coefficients: readonly number[], means: Float64Array): number {
  const share = coefficients.reduce((sum, _, code) => sum + means[code]!, 0);
  return share === 0 ? 0 : coefficients.reduce((sum, beta, code) => sum + beta * means[code]!, 0) / share;
}
