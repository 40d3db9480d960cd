/** Every family of models by its name, and the three things that are done with a fitted one. */
import type { Explanation, OnStep, TrainingData } from './estimator.ts';
import {
  explainMember,
  fitMember,
  memberDefaults,
  memberFamilies,
  predictMember,
  type Member,
} from './members.ts';
import type { Random } from './math/random.ts';
import type { Table } from './data/table.ts';
import { auto, type AutoModel } from './auto/auto.ts';

/** All that can be trained. */
export const allFamilies = [...memberFamilies, 'auto'] as const;
export type Family = (typeof allFamilies)[number];

export type FittedEstimator = Member | { readonly family: 'auto'; readonly model: AutoModel };

/** What a family is fitted with when nothing else is said. */
export function defaultParams(family: Family): object {
  return family === 'auto' ? auto.defaults : memberDefaults(family);
}

/** `params` replaces some of the family's defaults. */
export function fitEstimator(
  family: Family,
  params: object,
  data: TrainingData,
  random: Random,
  onStep?: OnStep,
): FittedEstimator {
  return family === 'auto'
    ? { family, model: auto.fit({ ...auto.defaults, ...params }, data, random, onStep) }
    : fitMember(family, params, data, random);
}

export function predictWith(fitted: FittedEstimator, table: Table): Float64Array {
  return fitted.family === 'auto' ? auto.predict(fitted.model, table) : predictMember(fitted, table);
}

export function explainWith(fitted: FittedEstimator, table: Table): Explanation {
  return fitted.family === 'auto' ? auto.explain(fitted.model, table) : explainMember(fitted, table);
}
