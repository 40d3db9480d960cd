/** Every family of models by its name, and the three things that are done with a fitted one. */
import { boosting } from './boosting.ts';
import type { BoostingModel } from './boosting.ts';
import type { Explanation, TrainingData } from './estimator.ts';
import { forest } from './forest.ts';
import type { ForestModel } from './forest.ts';
import { logistic } from './logistic.ts';
import type { LogisticModel } from './logistic.ts';
import type { Random } from './random.ts';
import type { Table } from './table.ts';

export const families = ['logistic', 'forest', 'boosting'] as const;
export type Family = (typeof families)[number];

export type FittedEstimator =
  | { readonly family: 'logistic'; readonly model: LogisticModel }
  | { readonly family: 'forest'; readonly model: ForestModel }
  | { readonly family: 'boosting'; readonly model: BoostingModel };

/** What a family is fitted with when nothing else is said. */
export function defaultParams(family: Family): object {
  return { logistic, forest, boosting }[family].defaults;
}

/** `params` replaces some of the family's defaults. */
export function fitEstimator(
  family: Family,
  params: object,
  data: TrainingData,
  random: Random,
): FittedEstimator {
  switch (family) {
    case 'logistic':
      return { family, model: logistic.fit({ ...logistic.defaults, ...params }, data, random) };
    case 'forest':
      return { family, model: forest.fit({ ...forest.defaults, ...params }, data, random) };
    case 'boosting':
      return { family, model: boosting.fit({ ...boosting.defaults, ...params }, data, random) };
  }
}

export function predictWith(fitted: FittedEstimator, table: Table): Float64Array {
  switch (fitted.family) {
    case 'logistic':
      return logistic.predict(fitted.model, table);
    case 'forest':
      return forest.predict(fitted.model, table);
    case 'boosting':
      return boosting.predict(fitted.model, table);
  }
}

export function explainWith(fitted: FittedEstimator, table: Table): Explanation {
  switch (fitted.family) {
    case 'logistic':
      return logistic.explain(fitted.model, table);
    case 'forest':
      return forest.explain(fitted.model, table);
    case 'boosting':
      return boosting.explain(fitted.model, table);
  }
}
