/** Which column of a file is which feature of a model. */
import type { Schema } from '../ml/schema.ts';
import { foldName } from './column-names.ts';

export interface ColumnMapping {
  /** One a feature, in the schema's order: the column's place in the header, or null where the file has none. */
  readonly features: readonly (number | null)[];
  readonly identifier: number | null;
  readonly value: number | null;
}

/** Guesses by name; case, spaces, underscores and order do not matter. */
export function guessMapping(schema: Schema, header: readonly string[]): ColumnMapping {
  const places = new Map<string, number>();
  header.forEach((name, place) => {
    if (name !== '' && !places.has(foldName(name))) places.set(foldName(name), place);
  });
  const placeOf = (name: string | null): number | null =>
    name === null ? null : (places.get(foldName(name)) ?? null);
  return {
    features: schema.features.map((feature) => placeOf(feature.name)),
    identifier: placeOf(schema.identifier) ?? guessIdentifier(header),
    value: placeOf(schema.value),
  };
}

/** Every feature has its column. */
export function isComplete(mapping: ColumnMapping): boolean {
  return mapping.features.every((place) => place !== null);
}

/** Share of the features that the file has. */
export function coverage(mapping: ColumnMapping): number {
  return mapping.features.filter((place) => place !== null).length / mapping.features.length;
}

/** The model whose features the file has; of several complete ones that which uses most columns, the first of equals. */
export function bestFit<Candidate extends { readonly schema: Schema }>(
  models: readonly Candidate[],
  header: readonly string[],
): Candidate | undefined {
  const complete = models.filter((model) => isComplete(guessMapping(model.schema, header)));
  return complete.sort((a, b) => b.schema.features.length - a.schema.features.length)[0];
}

function guessIdentifier(header: readonly string[]): number | null {
  const place = header.findIndex((name) =>
    /^(customer|client|account|user|member|subscriber)(id|no|nr|number|key)?$|^id$/.test(foldName(name)),
  );
  return place < 0 ? null : place;
}
