/**
 * Does a model that was read from a file fit together? What scoring and pages rely on is checked here once: types, sizes,
 * lengths that must agree, indices inside their bounds, and an estimator that uses the columns of the schema. Each family
 * checks its own models (families.ts).
 */
import { checkCalibration } from './calibration.ts';
import { checkEvaluation, checkImportance, checkProvenance } from './card-check.ts';
import { allFamilies, estimators } from '../estimators.ts';
import type { Feature, Schema } from '../data/schema.ts';
import { checkSchema } from './schema-check.ts';
import { isPlain, optional, share } from './shape.ts';
import { checkReference } from '../monitoring/reference-check.ts';

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
    optional(checkReference(features))(model['reference'], 'the reference') ??
    checkEstimator(model['estimator'], features)
  );
}

function checkEstimator(estimator: unknown, features: readonly Feature[]): string | null {
  if (!isPlain(estimator) || !isPlain(estimator['model'])) return 'there is no estimator';
  const family = allFamilies.find((name) => name === estimator['family']);
  if (!family) return 'the family of the model is not known';
  return estimators[family].check(estimator['model'], features);
}
