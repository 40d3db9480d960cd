/** Checks of the schema in a model file, on which forms, batches and encoders rely. */
import { isNumeric } from '../data/row-reader.ts';
import type { AllowedRange, Feature, Label, NumberRange, Policy, Schema } from '../data/schema.ts';
import { fields, flag, list, nullable, number, oneOf, optional, share, text } from './shape.ts';
import type { Check } from './shape.ts';

const maxFeatures = 5_000;
const maxLevels = 20_000;

const range = fields<NumberRange>({ min: number, max: number, median: number, integer: flag });
const allowed = fields<AllowedRange>({ min: nullable(number), max: nullable(number) });
const policy = fields<Policy>({
  missing: oneOf('use', 'typical', 'refuse'),
  unseen: oneOf('use', 'missing', 'refuse'),
  outOfRange: oneOf('use', 'clip', 'refuse'),
});

const feature = fields<Feature>({
  name: text,
  type: oneOf('number', 'category', 'boolean', 'date'),
  levels: list(text, maxLevels),
  range: nullable(range),
  missingShare: share,
  mode: optional(text),
  title: optional(text),
  unit: optional(text),
  actionable: optional(flag),
  allowed: optional(allowed),
  policy: optional(policy),
});

const shape = fields<Schema>({
  features: list(feature, maxFeatures),
  label: fields<Label>({ name: text, positive: text, negative: text }),
  identifier: nullable(text),
  value: nullable(text),
});

/** What is wrong with a schema, in words, or null. */
export const checkSchema: Check = (value, at) => {
  const problem = shape(value, at);
  if (problem !== null) return problem;
  const { features } = value as Schema;
  if (features.length === 0) return 'the schema has no features';
  if (new Set(features.map(({ name }) => name)).size !== features.length)
    return 'two features have the same name';
  for (const one of features) {
    const wrong = contradictionIn(one);
    if (wrong !== null) return `feature '${one.name.slice(0, 100)}' ${wrong}`;
  }
  return null;
};

function contradictionIn(one: Feature): string | null {
  const { levels, range: seen, mode, allowed: limits } = one;
  if (new Set(levels).size !== levels.length) return 'has the same level twice';
  if (isNumeric(one) ? levels.length > 0 : seen !== null)
    return 'has levels or a range that its type has not';
  if (seen !== null && !(seen.min <= seen.median && seen.median <= seen.max)) return 'has a wrong range';
  if (mode !== undefined && !levels.includes(mode)) return 'has a wrong mode';
  const { min = null, max = null } = limits ?? {};
  return min !== null && max !== null && min > max ? 'allows no number at all' : null;
}
