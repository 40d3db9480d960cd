/** All that can be trained: the families of models, and `auto`, which tunes and blends them. */
import { auto } from './auto/auto.ts';
import { checkBlend } from './auto/check.ts';
import type { Table } from './data/table.ts';
import type { Explanation, FitEnvironment, Scores, TrainingData } from './estimator.ts';
import { families, familyNames, type FamilyModels } from './families.ts';
import { defineTrainable, type TrainableFamily } from './family.ts';
import type { Random } from './math/random.ts';

const blend = defineTrainable('auto', auto, {
  title: 'Blend of tuned models',
  check: checkBlend,
  secondsPerCell: 1e-4,
  // Its members are fitted one after the other.
  fitBytes: (shape, threads) =>
    Math.max(...familyNames.map((name) => families[name].fitBytes(shape, threads))),
});

type Models = FamilyModels & { readonly auto: ReturnType<typeof blend.fit>['model'] };
/** As it stands in model files. */
export type Family = keyof Models;
export type FittedEstimator<F extends Family = Family> = {
  [Name in F]: { readonly family: Name; readonly model: Models[Name] };
}[F];

export const estimators: { readonly [F in Family]: TrainableFamily<F, Models[F]> } = {
  ...families,
  auto: blend,
};

export const allFamilies = [...familyNames, 'auto'] as const;

/** The default parameters. */
export function defaultParams(family: Family): object {
  return estimators[family].defaults;
}

/** `params` replaces some of the family's defaults. */
export function fitEstimator(
  family: Family,
  params: object,
  data: TrainingData,
  random: Random,
  environment?: FitEnvironment,
): FittedEstimator {
  return estimators[family].fit(params, data, random, environment);
}

export function predictWith<F extends Family>(fitted: FittedEstimator<F>, table: Table): Float64Array {
  return estimators[fitted.family].predict(fitted.model, table);
}

export function explainWith<F extends Family>(fitted: FittedEstimator<F>, table: Table): Explanation {
  return estimators[fitted.family].explain(fitted.model, table);
}

export function scoreWith<F extends Family>(fitted: FittedEstimator<F>, table: Table): Scores {
  return estimators[fitted.family].score(fitted.model, table);
}
