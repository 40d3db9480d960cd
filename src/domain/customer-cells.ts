/** A stored customer as a model reads it: by folded names, with either decimal sign. */
import type { Schema } from '../ml/schema.ts';
import { numberIn } from './cell-values.ts';
import { foldName } from './column-names.ts';

/** One cell a feature, in the schema's order; undefined where the customer has no such column. */
export function cellsOf(schema: Schema, inputs: Readonly<Record<string, string>>): (string | undefined)[] {
  const known = new Map(Object.entries(inputs).map(([name, text]) => [foldName(name), text]));
  return schema.features.map((feature) => {
    const text = known.get(foldName(feature.name));
    if (text === undefined || feature.type !== 'number') return text;
    const number = numberIn(text);
    return number === null ? text : String(number);
  });
}
