/** Checks of the reference in a model file, on which counting relies. */
import { isNumeric } from '../data/row-reader.ts';
import type { Feature } from '../data/schema.ts';
import { count, fields, list, nullable, number, oneOf, text } from '../model/shape.ts';
import type { Check } from '../model/shape.ts';
import { namedLevels } from './reference.ts';
import type { FeatureReference, LevelReference, NumberReference, Reference } from './reference.ts';

const mostBins = 300;
const counted = { name: text, counts: list(count, mostBins), missing: count };

const numbers = fields<NumberReference>({
  ...counted,
  kind: oneOf('number'),
  edges: list(number, mostBins),
  range: nullable(fields<NonNullable<NumberReference['range']>>({ min: number, max: number })),
});

const levels = fields<LevelReference>({
  ...counted,
  kind: oneOf('level'),
  levels: list(text, namedLevels),
  seenOnce: count,
});

/** Of a model with these features. */
export function checkReference(features: readonly Feature[]): Check {
  const shape = fields<Reference>({
    rowCount: count,
    features: () => null,
    meanReasons: list(number, features.length),
  });
  return (value, at) => {
    const problem = shape(value, at);
    if (problem !== null) return problem;
    const { features: entries, meanReasons } = value as Reference;
    if (
      !Array.isArray(entries) ||
      entries.length !== features.length ||
      meanReasons.length !== features.length
    )
      return `${at} does not have an entry for each feature`;
    for (const [j, feature] of features.entries()) {
      const wrong = problemOf(entries[j], feature, `${at}.features[${j}]`);
      if (wrong !== null) return wrong;
    }
    return null;
  };
}

function problemOf(value: unknown, feature: Feature, at: string): string | null {
  const problem = (isNumeric(feature) ? numbers : levels)(value, at);
  if (problem !== null) return problem;
  const entry = value as FeatureReference;
  if (entry.name !== feature.name) return `${at} is of another column`;
  const bins = entry.kind === 'number' ? entry.edges : entry.levels;
  if (entry.counts.length !== bins.length + 1) return `${at} does not count each of its bins`;
  const isRising =
    entry.kind === 'level' || entry.edges.every((edge, i) => i === 0 || edge > entry.edges[i - 1]!);
  return isRising ? null : `${at} has bins out of order`;
}
