/** What the families of models are called. */
import { estimators } from '../../ml/estimators.ts';

/** By the name of the family that a model file has. */
export const algorithmTitles: ReadonlyMap<string, string> = new Map(
  Object.values(estimators).map(({ name, title }) => [name, title]),
);
