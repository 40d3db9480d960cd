/** A stored customer as a model reads it: by folded names. */
import type { Schema } from '../../ml/data/schema.ts';
import type { CellValue } from '../../ml/data/values.ts';
import { foldName } from '../csv/column-names.ts';

/** One cell a feature, in the schema's order; undefined where the customer has no such column. */
export function cellsOf(
  schema: Schema,
  inputs: Readonly<Record<string, CellValue>>,
): (CellValue | undefined)[] {
  const known = new Map(Object.entries(inputs).map(([name, value]) => [foldName(name), value]));
  return schema.features.map((feature) => known.get(foldName(feature.name)));
}
