/**
 * Does a model that was read from a file fit together? Everything that scoring and pages rely on without looking is
 * looked at here once: types, sizes, lengths that must agree, indices that must stay inside, and that the estimator
 * looks at the columns that the schema says.
 */
import { checkCalibration } from './calibration.ts';
import { checkEvaluation, checkImportance, checkProvenance } from './card-check.ts';
import { allFamilies, type Family } from '../estimators.ts';
import { checkBlend, checkLogitLeaf, checkNetwork } from './member-check.ts';
import { isNumeric } from '../data/row-reader.ts';
import type { Feature, Schema } from '../data/schema.ts';
import { checkSchema } from './schema-check.ts';
import { isCount, isPlain, number, share } from './shape.ts';
import { checkTrees } from './tree-check.ts';

type Plain = Readonly<Record<string, unknown>>;
type EstimatorCheck = (model: Plain, features: readonly Feature[]) => string | null;

/** Divided by, so not so small that the result overflows. */
const minScale = 1e-100;

/** What is wrong, in words, or null. */
export function checkModel(model: unknown): string | null {
  if (!isPlain(model)) return 'there is no model in it';
  const problem = checkSchema(model['schema'], 'the schema');
  if (problem !== null) return problem;
  const { features } = model['schema'] as Schema;
  const names = new Set(features.map(({ name }) => name));
  return (
    share(model['threshold'], 'the threshold') ??
    checkEvaluation(model['evaluation'], 'the evaluation') ??
    checkProvenance(model['provenance'], 'the provenance') ??
    checkImportance(names)(model['importance'], 'the importance') ??
    (model['calibration'] === undefined ? null : checkCalibration(model['calibration'])) ??
    checkEstimator(model['estimator'], features)
  );
}

function checkEstimator(estimator: unknown, features: readonly Feature[]): string | null {
  if (!isPlain(estimator) || !isPlain(estimator['model'])) return 'there is no estimator';
  const family = allFamilies.find((name) => name === estimator['family']);
  if (!family) return 'the family of the model is not known';
  const checks: Record<Family, EstimatorCheck> = {
    logistic: checkLogistic,
    forest: (model) => checkTrees(model, features, share),
    boosting: (model) =>
      number(model['baseMargin'], 'the base margin') ?? checkTrees(model, features, number),
    network: checkNetwork,
    'logit-leaf': (model) => checkLogitLeaf(model, features, checkLogistic),
    auto: (model) => checkBlend(model, (member) => checkEstimator(member, features)),
  };
  return checks[family](estimator['model'], features);
}

function checkLogistic(model: Plain, features: readonly Feature[]): string | null {
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
  return number(model['intercept'], 'the intercept');
}

function isCategoryBlock({ kind, width, levelCount, hasMissing }: Plain, { levels }: Feature): boolean {
  return (
    kind === 'category' &&
    typeof hasMissing === 'boolean' &&
    levelCount === levels.length &&
    width === levels.length + Number(hasMissing)
  );
}

function isNumberBlock(block: Plain): boolean {
  if (block['kind'] !== 'number' || typeof block['hasMissing'] !== 'boolean') return false;
  const { basis, width, knots, means, scales } = block;
  if (!(knots instanceof Float64Array && means instanceof Float64Array && scales instanceof Float64Array))
    return false;
  const fits = basis === knots.length + 1 && means.length === basis && scales.length === basis;
  return fits && width === basis + (block['hasMissing'] ? 1 : 0) && scales.every((scale) => scale > minScale);
}
