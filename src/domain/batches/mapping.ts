/** Which column of a file is which feature of a model. */
import { DamagedRecord } from '../../errors.ts';
import type { Schema } from '../../ml/data/schema.ts';
import type { ColumnMapping, LevelMeanings } from '../../store/batch-documents.ts';
import type { BatchRecord } from '../../store/batches.ts';
import type { RememberedName } from '../../store/remembered-names.ts';
import { foldName } from '../csv/column-names.ts';

export type { ColumnMapping, LevelMeanings } from '../../store/batch-documents.ts';

/** @throws DamagedRecord for a batch that is not matched yet, which has nothing to check or score */
export function mappingOf({ id, mapping }: Pick<BatchRecord, 'id' | 'mapping'>): ColumnMapping {
  if (mapping === null) throw new DamagedRecord(`batch ${id}`, 'its columns are not matched to a model');
  return mapping;
}

/** Guesses by name, whatever its case, spaces and underscores, then by what people matched in earlier files. */
export function guessMapping(
  schema: Schema,
  header: readonly string[],
  remembered: readonly RememberedName[] = [],
): ColumnMapping {
  const places = placesOf(header);
  const placeOf = (name: string | null): number | null =>
    name === null ? null : (places.get(foldName(name)) ?? null);
  const byName = schema.features.map(({ name }) => placeOf(name));
  const identifier = placeOf(schema.identifier) ?? guessIdentifier(header);
  // A column that was matched by its own name is not matched again by a remembered one.
  const taken = new Set([...byName, identifier].filter((place) => place !== null));
  const features = byName.map((place, j) => {
    if (place !== null) return place;
    const known = rememberedColumns(remembered, schema.features[j]!.name)
      .map((found) => places.get(found))
      .find((one) => one !== undefined && !taken.has(one));
    if (known !== undefined) taken.add(known);
    return known ?? null;
  });
  const levels = levelMeanings(schema, remembered);
  return {
    features,
    identifier,
    value: placeOf(schema.value),
    ...(levels.length > 0 ? { levels } : {}),
  };
}

/** What is remembered of a mapping that a person made: columns that are not found by their own name. */
export function namesToRemember(
  schema: Schema,
  header: readonly string[],
  mapping: ColumnMapping,
): RememberedName[] {
  return schema.features.flatMap(({ name }, j) => {
    const place = mapping.features[j] ?? null;
    const found = place === null ? '' : foldName(header[place] ?? '');
    return found === '' || found === foldName(name) || isTooLong(name, found)
      ? []
      : [{ kind: 'column' as const, feature: name, found, level: '' }];
  });
}

/** Remembered columns of this header that a person has now matched with another input. */
export function namesToForget(
  schema: Schema,
  header: readonly string[],
  mapping: ColumnMapping,
  remembered: readonly RememberedName[],
): RememberedName[] {
  const places = placesOf(header);
  return remembered.filter(({ kind, feature, found }) => {
    const j = schema.features.findIndex(({ name }) => name === feature);
    return kind === 'column' && j >= 0 && places.has(found) && places.get(found) !== mapping.features[j];
  });
}

/** Mappings to levels that the model still has, of texts that are not among its own levels. */
export function levelMeanings(schema: Schema, remembered: readonly RememberedName[]): LevelMeanings[] {
  return schema.features.flatMap(({ name, levels }, place) => {
    const own = new Set(levels.map(foldLevel));
    const known = remembered.filter(
      ({ kind, feature, found, level }) =>
        kind === 'level' && feature === name && levels.includes(level) && !own.has(found),
    );
    if (known.length === 0) return [];
    const meanings = Object.fromEntries(known.map(({ found, level }) => [found, level]));
    return [{ place, feature: name, meanings }];
  });
}

/** Longer names are not remembered. */
export function isTooLong(...names: readonly string[]): boolean {
  return names.some((name) => name.length > 200);
}

/** How a value of a file is compared with those that people mapped. */
export function foldLevel(text: string): string {
  return text.trim().toLowerCase();
}

/** Every feature has a column. */
export function isComplete(mapping: ColumnMapping): boolean {
  return mapping.features.every((place) => place !== null);
}

/** Share of the features that the file has. */
export function coverage(mapping: ColumnMapping): number {
  return mapping.features.filter((place) => place !== null).length / mapping.features.length;
}

/** The model whose features are all in the file; of several the one with the most features, then the first. */
export function bestFit<Candidate extends { readonly schema: Schema }>(
  models: readonly Candidate[],
  header: readonly string[],
): Candidate | undefined {
  const complete = models.filter((model) => isComplete(guessMapping(model.schema, header)));
  return complete.sort((a, b) => b.schema.features.length - a.schema.features.length)[0];
}

/** Folded name → place of the first column with it. */
function placesOf(header: readonly string[]): Map<string, number> {
  const places = new Map<string, number>();
  header.forEach((name, place) => {
    if (name !== '' && !places.has(foldName(name))) places.set(foldName(name), place);
  });
  return places;
}

/** Names that the feature had in earlier files, the newest first. */
function rememberedColumns(remembered: readonly RememberedName[], name: string): string[] {
  return remembered.flatMap(({ kind, feature, found }) =>
    kind === 'column' && feature === name ? [found] : [],
  );
}

function guessIdentifier(header: readonly string[]): number | null {
  const place = header.findIndex((name) =>
    /^(customer|client|account|user|member|subscriber)(id|no|nr|number|key)?$|^id$/.test(foldName(name)),
  );
  return place < 0 ? null : place;
}
