/** Which column of a file is which feature of a model. */
import type { Schema } from '../ml/schema.ts';
import type { RememberedName } from '../store/remembered-names.ts';
import { foldName } from './column-names.ts';

export interface ColumnMapping {
  /** One a feature, in the schema's order: the column's place in the header, or null where the file has none. */
  readonly features: readonly (number | null)[];
  readonly identifier: number | null;
  readonly value: number | null;
  /** What levels of the file mean where the model calls them otherwise; fixed when a batch is checked. */
  readonly levels?: readonly LevelMeanings[];
}

export interface LevelMeanings {
  /** The feature's place in the schema, and its name. */
  readonly place: number;
  readonly feature: string;
  /** Folded text of the file → the model's level. */
  readonly meanings: Readonly<Record<string, string>>;
}

/** Guesses by name; case, spaces, underscores and order do not matter. Then by what people said of earlier files. */
export function guessMapping(
  schema: Schema,
  header: readonly string[],
  remembered: readonly RememberedName[] = [],
): ColumnMapping {
  const places = new Map<string, number>();
  header.forEach((name, place) => {
    if (name !== '' && !places.has(foldName(name))) places.set(foldName(name), place);
  });
  const placeOf = (name: string | null): number | null =>
    name === null ? null : (places.get(foldName(name)) ?? null);
  const rememberedPlace = (feature: string): number | null => {
    const known = remembered.find(
      (one) => one.kind === 'column' && one.feature === feature && places.has(one.found),
    );
    return known ? places.get(known.found)! : null;
  };
  const levels = levelMeanings(schema, remembered);
  return {
    features: schema.features.map(({ name }) => placeOf(name) ?? rememberedPlace(name)),
    identifier: placeOf(schema.identifier) ?? guessIdentifier(header),
    value: placeOf(schema.value),
    ...(levels.length > 0 ? { levels } : {}),
  };
}

/** What is remembered of a mapping that a person made: columns whose own name would not have told. */
export function namesToRemember(
  schema: Schema,
  header: readonly string[],
  mapping: ColumnMapping,
): RememberedName[] {
  return schema.features.flatMap(({ name }, j) => {
    const place = mapping.features[j] ?? null;
    const found = place === null ? '' : foldName(header[place] ?? '');
    return found === '' || found === foldName(name)
      ? []
      : [{ kind: 'column' as const, feature: name, found, level: '' }];
  });
}

/** Only of levels that the model still has. */
export function levelMeanings(schema: Schema, remembered: readonly RememberedName[]): LevelMeanings[] {
  return schema.features.flatMap(({ name, levels }, place) => {
    const known = remembered.filter(
      (one) => one.kind === 'level' && one.feature === name && levels.includes(one.level),
    );
    if (known.length === 0) return [];
    const meanings = Object.fromEntries(known.map(({ found, level }) => [found, level]));
    return [{ place, feature: name, meanings }];
  });
}

/** How a level of a file is looked up among those that people explained. */
export function foldLevel(text: string): string {
  return text.trim().toLowerCase();
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
