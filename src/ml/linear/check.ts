/** Do the parts of a logistic regression that was read from a file fit together? */
import { isNumeric } from '../data/row-reader.ts';
import type { Feature } from '../data/schema.ts';
import type { ParsedModel } from '../family.ts';
import { isCount, isFloats, isPlain, number } from '../model/shape.ts';
import { binCount } from '../tree/bins.ts';
import { isBins } from '../tree/bins-check.ts';
import { MAX_PAIRS, type PairSide } from './pairs.ts';

/** The standardised value is divided by it, so it is not so small that the result overflows. */
const minScale = 1e-100;

/** What is wrong, in words, or null. */
export function checkLogistic(model: ParsedModel, features: readonly Feature[]): string | null {
  const { design, coefficients } = model;
  if (!isPlain(design) || !Array.isArray(design['blocks']) || design['blocks'].length !== features.length)
    return 'the design does not match the features';
  let width = 0;
  for (const [j, block] of (design['blocks'] as unknown[]).entries()) {
    if (!isPlain(block) || block['offset'] !== width || !isCount(block['width']))
      return 'the design has a gap';
    const isSound = isNumeric(features[j]!) ? isNumberBlock(block) : isCategoryBlock(block, features[j]!);
    if (!isSound) return `the design of '${features[j]!.name.slice(0, 100)}' does not match its column`;
    width += block['width'];
  }
  const lengths = [coefficients, design['columnMeans']].map((array) =>
    array instanceof Float64Array ? array.length : -1,
  );
  if (design['width'] !== width || lengths.some((length) => length !== width))
    return 'the coefficients do not match the design';
  return number(model['intercept'], 'the intercept') ?? checkPairs(model['pairs'], features);
}

/** Models without interactions have none. */
function checkPairs(pairs: unknown, features: readonly Feature[]): string | null {
  if (pairs === undefined) return null;
  const isSound =
    Array.isArray(pairs) && pairs.length <= MAX_PAIRS && pairs.every((pair) => isPair(pair, features));
  return isSound ? null : 'the interactions do not match the features';
}

function isPair(pair: unknown, features: readonly Feature[]): boolean {
  if (!isPlain(pair)) return false;
  const sides = [pair['first'], pair['second']];
  if (!sides.every((side) => isPlain(side) && isBinned(side, features))) return false;
  const [first, second] = sides as [PairSide, PairSide];
  const cells = binCount(first.bins) * binCount(second.bins);
  return (
    first.column < second.column &&
    isFloats(first.contributions, cells) &&
    isFloats(second.contributions, cells)
  );
}

function isBinned({ column, bins }: ParsedModel, features: readonly Feature[]): boolean {
  return isCount(column) && column < features.length && isBins(bins, features[column]!);
}

function isCategoryBlock({ kind, width, levelCount, hasMissing }: ParsedModel, { levels }: Feature): boolean {
  return (
    kind === 'category' &&
    typeof hasMissing === 'boolean' &&
    levelCount === levels.length &&
    width === levels.length + Number(hasMissing)
  );
}

function isNumberBlock(block: ParsedModel): boolean {
  if (block['kind'] !== 'number' || typeof block['hasMissing'] !== 'boolean') return false;
  const { basis, width, knots, means, scales } = block;
  if (!(knots instanceof Float64Array && means instanceof Float64Array && scales instanceof Float64Array))
    return false;
  const fits = basis === knots.length + 1 && means.length === basis && scales.length === basis;
  return fits && width === basis + (block['hasMissing'] ? 1 : 0) && scales.every((scale) => scale > minScale);
}
